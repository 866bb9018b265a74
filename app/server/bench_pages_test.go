package server

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/valyala/fasthttp"

	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

// BenchmarkPages measures what one page costs within the process, without a line, a
// client or another side: for profiles.
func BenchmarkPages(b *testing.B) {
	c := settings(b, b.TempDir(), "")
	must(b, BenchData(context.Background(), c, Measure{Threads: 50, Responses: 7000, Members: 100, Longest: size.Longest},
		io.Discard, io.Discard))
	m := serveMeasured(b, c)
	thread := path(&m.fifty, 1)
	for _, page := range []struct {
		name string
		ask  asking
	}{
		{"visitor/thread", m.ask(thread, "", false)},
		{"visitor/thread-br", m.ask(thread, "br", false)},
		{"visitor/home", m.ask("/", "", false)},
		{"visitor/search", m.ask("/search?q=mandate", "", false)},
		{"member/thread", m.ask(thread, "", true)},
		{"member/thread-gzip", m.ask(thread, "gzip", true)},
		{"member/thread-br", m.ask(thread, "br", true)},
		{"member/home", m.ask("/", "", true)},
	} {
		b.Run(page.name, func(b *testing.B) { m.inProcess(b, page.ask) })
	}
	b.Run("rendering/region-of-50", func(b *testing.B) { m.region(b) })
}

// inProcess calls the handlers as the server does.
func (m *measured) inProcess(b *testing.B, page asking) {
	var request fasthttp.Request
	request.Header.SetMethod(fasthttp.MethodGet)
	request.SetRequestURI("http://" + page.addr + page.path)
	request.Header.Set("Accept-Encoding", page.accept)
	request.Header.Set("Cookie", page.cookie)
	handle := m.app.Handler()
	var ctx fasthttp.RequestCtx
	b.ReportAllocs()
	for b.Loop() {
		ctx.Init(&request, nil, nil)
		handle(&ctx)
		if ctx.Response.StatusCode() != fasthttp.StatusOK {
			b.Fatal(ctx.Response.StatusCode())
		}
		ctx.Response.Reset()
	}
}

// region renders the part of a thread's page that all readers share.
func (m *measured) region(b *testing.B) {
	ctx, scope := context.Background(), models.Scope{All: true}
	head, err := m.store.ThreadHead(ctx, scope, m.fifty.ID)
	must(b, err)
	rows, err := m.store.Responses(ctx, scope, m.fifty.ID, 1, models.PageSize)
	must(b, err)
	groups, err := m.community.Groups(ctx)
	must(b, err)
	region := views.Region{Words: words.For("en"), Head: head, Rows: rows, Groups: groups, Page: 1, Now: time.Now()}
	var html bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		html.Reset()
		must(b, views.ThreadRegion(region).Render(ctx, &html))
	}
	b.SetBytes(int64(html.Len()))
}
