package static

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
)

const (
	// brotliLevel compresses nearly as well as the highest level at a fraction of the
	// time, which is spent at every start.
	brotliLevel = 9
	// brotliWindow holds the largest file; a window left to itself takes 32 MB a file.
	brotliWindow = 16
)

func brotliOf(body []byte) ([]byte, error) {
	return compressed(body, func(w io.Writer) (io.WriteCloser, error) {
		return brotli.NewWriterOptions(w, brotli.WriterOptions{Quality: brotliLevel, LGWin: brotliWindow}), nil
	})
}

func gzipOf(body []byte) ([]byte, error) {
	return compressed(body, func(w io.Writer) (io.WriteCloser, error) {
		return gzip.NewWriterLevel(w, gzip.BestCompression)
	})
}

func compressed(body []byte, open func(io.Writer) (io.WriteCloser, error)) ([]byte, error) {
	var out bytes.Buffer
	w, err := open(&out)
	if err != nil {
		return nil, fmt.Errorf("open compressor: %w", err)
	}
	if _, err := w.Write(body); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("finish compressing: %w", err)
	}
	return out.Bytes(), nil
}

// accepts reads an Accept-Encoding header as RFC 9110, section 12.5.3, asks for:
// a coding that is named with a weight of zero is refused. A mere * is not taken as
// leave to compress.
func accepts(header, coding string) bool {
	for _, item := range strings.Split(header, ",") {
		name, parameters, _ := strings.Cut(item, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		weight, weighted := strings.CutPrefix(strings.ToLower(strings.TrimSpace(parameters)), "q=")
		if !weighted {
			return true
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(weight), 64)
		return err == nil && q > 0
	}
	return false
}
