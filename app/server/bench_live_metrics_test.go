//go:build linux

package server

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// commitToFrame is the server's own histogram: from the hint that follows a commit to
// the end of each frame's writing.
const commitToFrame = "colloquy_live_commit_to_frame_seconds"

// histogram is how many observations lie at or below each bound in seconds.
type histogram map[float64]float64

// histogram reads the server's histogram; it is empty when the program has none.
func (p *liveServer) histogram(b *testing.B) histogram {
	b.Helper()
	h := histogram{}
	for line := range strings.Lines(string(p.fetch(b, "/metrics"))) {
		rest, ok := strings.CutPrefix(line, commitToFrame+"_bucket{")
		if !ok {
			continue
		}
		_, bound, _ := strings.Cut(rest, `le="`)
		bound, _, _ = strings.Cut(bound, `"`)
		at, err := strconv.ParseFloat(bound, 64) // +Inf among them
		must(b, err)
		count, err := strconv.ParseFloat(strings.TrimSpace(rest[strings.LastIndexByte(rest, ' '):]), 64)
		must(b, err)
		h[at] += count // over all labels
	}
	return h
}

// since is what was observed after an earlier reading.
func (h histogram) since(before histogram) histogram {
	after := histogram{}
	for bound, count := range h {
		after[bound] = count - before[bound]
	}
	return after
}

// quantile is the time below which a share of the observations lies, in between two
// bounds as if they lay evenly there; false without observations.
func (h histogram) quantile(share float64) (time.Duration, bool) {
	bounds := make([]float64, 0, len(h))
	for bound := range h {
		bounds = append(bounds, bound)
	}
	slices.Sort(bounds)
	if len(bounds) == 0 || h[bounds[len(bounds)-1]] == 0 {
		return 0, false
	}
	wanted := share * h[bounds[len(bounds)-1]]
	below, from := 0.0, 0.0
	for _, bound := range bounds {
		if h[bound] >= wanted {
			if math.IsInf(bound, 1) {
				return seconds(from), true // at least so much
			}
			return seconds(from + (bound-from)*(wanted-below)/max(h[bound]-below, 1)), true
		}
		below, from = h[bound], bound
	}
	return seconds(from), true
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// gauge reads a plain number of the server's, 0 when there is none.
func (p *liveServer) gauge(b *testing.B, name string) float64 {
	b.Helper()
	for line := range strings.Lines(string(p.fetch(b, "/metrics"))) {
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			value, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
			must(b, err)
			return value
		}
	}
	return 0
}
