package handlers

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
)

// maxPages bounds the memory of rendered pages, in bytes.
const maxPages = 10 << 20

// pageKey says what a rendered page depends on: when any of it moves, the page is
// another one, so nothing is ever stale and nothing needs to be dropped.
type pageKey struct {
	kind   string
	epoch  string
	faces  int64
	rights int64
	// thread and seq are 0 for lists, which go by version instead.
	thread  int64
	seq     int64
	version int64
	page    int
	// variant is language, appearance and whatever else the page shows.
	variant string
}

// brotliWindow holds a page of 64 KB: larger windows find hardly more in a page and
// cost ten megabytes each time.
const brotliWindow = 16

// kept is a rendered page, and its compressed forms once somebody asked for them.
type kept struct {
	plain []byte
	etag  string
	brOne sync.Once
	br    []byte
	gzOne sync.Once
	gz    []byte
}

// pages keeps rendered pages, the newest of them.
type pages struct{ *shelf[pageKey, *kept] }

func newPages() *pages {
	return &pages{newShelf[pageKey](maxPages, (*kept).size)}
}

func (p *pages) put(key pageKey, plain []byte) *kept {
	sum := sha256.Sum256(plain)
	plain = bytes.Clone(plain) // a buffer has room to spare, which would be kept too
	return p.shelf.put(key, &kept{plain: plain, etag: `"` + hex.EncodeToString(sum[:8]) + `"`})
}

// size is about what a kept page takes, with the compressed forms that it may get.
func (k *kept) size() int { return len(k.plain) + len(k.plain)/3 }

// body is the page in the best encoding that the browser accepts.
func (k *kept) body(accept string) (body []byte, encoding string) {
	switch {
	case strings.Contains(accept, "br"):
		k.brOne.Do(func() {
			var buffer bytes.Buffer
			writer := brotli.NewWriterOptions(&buffer, brotli.WriterOptions{Quality: 6, LGWin: brotliWindow})
			_, _ = writer.Write(k.plain) // a bytes.Buffer takes everything
			_ = writer.Close()
			k.br = buffer.Bytes()
		})
		return k.br, "br"
	case strings.Contains(accept, "gzip"):
		k.gzOne.Do(func() {
			var buffer bytes.Buffer
			writer := gzip.NewWriter(&buffer)
			_, _ = writer.Write(k.plain) // a bytes.Buffer takes everything
			_ = writer.Close()
			k.gz = buffer.Bytes()
		})
		return k.gz, "gzip"
	}
	return k.plain, ""
}

// sendKept answers with a kept page, or with 304 when the browser has it.
func (s *Site) sendKept(c *fiber.Ctx, page *kept) error {
	s.cacheRule(c, true)
	c.Set(fiber.HeaderETag, page.etag)
	if strings.Contains(c.Get(fiber.HeaderIfNoneMatch), page.etag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	body, encoding := page.body(c.Get(fiber.HeaderAcceptEncoding))
	if encoding != "" {
		c.Set(fiber.HeaderContentEncoding, encoding)
	}
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	return c.Send(body)
}
