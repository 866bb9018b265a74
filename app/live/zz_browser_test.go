package live

import (
	"context"
	"fmt"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/gofiber/fiber/v2"
)

func TestZZBrowser(t *testing.T) {
	src := newSource(ch)
	for i := 2; i <= 30; i++ {
		src.respond(ch, []string{"anna", "bo"}[i%2], fmt.Sprintf("text %d <a href='#x%d'>link</a> %s", i, i, strings.Repeat("word ", 60)))
	}
	opt := src.options()
	li := func(r row) string {
		id := r.number
		return fmt.Sprintf(`<li data-n="%d"><article class="resp" id="r%d"><p>%s rev %d</p><span data-own-acts="%d"></span></article></li>`, id, id, r.text, r.rev, id)
	}
	opt.Render = func(_ context.Context, v Variant, c Change) (Frame, error) {
		if r, ok := c.Item.(row); ok {
			return Frame{"response", r.number, r.rev, li(r)}, nil
		}
		return Frame{Kind: "thread", HTML: fmt.Sprintf(`<header class="head" id="thread-head"><h1>%s</h1></header>`, c.Item)}, nil
	}
	var hub *Hub
	var blocked atomic.Bool
	app := fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true})
	app.Server().KeepHijackedConns = true
	app.Static("/js", "../../static/js")
	app.Get("/thread", func(c *fiber.Ctx) error {
		src.mu.Lock()
		defer src.mu.Unlock()
		st := src.channels[ch]
		var b strings.Builder
		last := len(st.rows)
		fmt.Fprintf(&b, `<!doctype html><html lang=en><head><style>.vh{position:absolute;clip-path:inset(50%%)} body{margin:0}</style><script type=module src=/js/live.js></script></head><body><thread-live data-channel="thread:12" data-seq="%d" data-ep="%s" data-page="1" data-pages="1" data-last="%d" data-own="2" data-path="/thread" data-w-live=Live data-w-reconnecting=Reconnecting data-w-offline="Not live" data-w-ended="Ended" data-w-back="Back" data-w-news-one="{n} new response" data-w-news-other="{n} new responses"><header class="head" id="thread-head"><h1>Title %s</h1></header><nav><p id="live-state" role=status></p><p id="live-news" class=live role=status></p></nav><ol class="posts first">%s</ol><ol class=posts id=responses start=2>`, st.head, src.epoch, last, st.headText, li(*st.rows[0]))
		for _, r := range st.rows[1:min(50, last)] {
			b.WriteString(li(*r))
		}
		b.WriteString(`</ol></thread-live><template id="own-acts"><a class=lk href="/threads/12/responses/{n}/edit">edit</a></template><textarea id=composer>mine</textarea></body></html>`)
		c.Set("Content-Type", "text/html; charset=utf-8")
		return c.SendString(b.String())
	})
	app.Get("/live/changes", func(c *fiber.Ctx) error {
		since := int64(c.QueryInt("since"))
		b, err := hub.Changes(c.Context(), viewer{}, Variant{}, c.Query("ch"), &since, c.Query("ep"))
		if err != nil {
			return err
		}
		return c.Send(b)
	})
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	opt.Origins = []string{"http://" + l.Addr().String()}
	hub = startHub(t, opt)
	app.Get("/live", func(c *fiber.Ctx) error {
		if blocked.Load() {
			return fiber.ErrForbidden
		}
		return serveLive(hub, func(*fiber.Ctx) (Session, error) { return Session{Viewer: viewer{}}, nil })(c)
	})
	go func() { _ = app.Listener(l) }()
	dir, _ := os.MkdirTemp("", "chr")
	defer os.RemoveAll(dir)
	actx, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath("/usr/bin/chromium"), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(dir), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(800, 600))...)
	defer cancel()
	ctx, cancel2 := chromedp.NewContext(actx)
	defer cancel2()
	if err := chromedp.Do(ctx, chromedp.Navigate("http://"+l.Addr().String()+"/thread")); err != nil {
		t.Fatal(err)
	}
	js := func(expr string) string {
		s, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expr+")"))
		if err != nil {
			t.Fatalf("%s: %v", expr, err)
		}
		return s
	}
	wait := func(expr, want string) {
		t.Helper()
		end := time.Now().Add(45 * time.Second)
		for js(expr) != want {
			if time.Now().After(end) {
				t.Fatalf("%s is %q, not %q", expr, js(expr), want)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	wait(`document.getElementById('live-state').textContent`, "Live")
	t.Log("own", js(`document.querySelector('[data-own-acts="2"]').innerHTML`))
	// position kept when above changes
	js(`scrollTo(0, 900)`)
	js(`window.a = [...document.querySelectorAll('li')].find(e => e.getBoundingClientRect().top > 0)`)
	pos := js(`a.getBoundingClientRect().top`)
	n := js(`a.dataset.n`)
	for i := range 5 {
		hub.Hint(ch, src.do(ch, func(c *channelState) { c.edit(2+i%3, strings.Repeat("longer text ", 50+100*i)) }))
		wait(fmt.Sprintf(`document.querySelector('#r%d').textContent.includes('rev %d')`, 2+i%3, 2+i/3), "true")
		time.Sleep(150 * time.Millisecond)
		if now := js(`a.getBoundingClientRect().top`); now != pos {
			t.Errorf("moved from %s to %s", pos, now)
		}
	}
	// replace the one partially above
	hub.Hint(ch, src.do(ch, func(c *channelState) { c.retitle(strings.Repeat("A very long title ", 30)) }))
	wait(`document.querySelector('h1').textContent.startsWith('A very')`, "true")
	time.Sleep(150 * time.Millisecond)
	if now := js(`a.getBoundingClientRect().top`); now != pos {
		t.Errorf("moved from %s to %s", pos, now)
	}
	// focus and selection
	js(`a.querySelector('a').focus({preventScroll:true})`)
	js(`(() => { const p = a.querySelector('p').firstChild; getSelection().setBaseAndExtent(p, 1, p, 4) })()`)
	sel := js(`getSelection().toString()`)
	num := 0
	fmt.Sscan(n, &num)
	hub.Hint(ch, src.do(ch, func(c *channelState) { c.edit(num, c.rows[num-1].text+" more") }))
	wait(fmt.Sprintf(`document.querySelector('#r%d').textContent.includes('more')`, num), "true")
	t.Log(n, "focus", js(`document.activeElement.outerHTML`), "selection", sel, js(`getSelection().toString()`))
	if now := js(fmt.Sprintf(`document.querySelector('li[data-n="%d"]').getBoundingClientRect().top`, num)); now != pos {
		t.Errorf("moved from %s to %s", pos, now)
	}
	// held back
	hub.Hint(ch, src.respond(ch, "bo", "fresh one"))
	wait(`document.getElementById('live-news').textContent`, "1 new response")
	hub.Hint(ch, src.respond(ch, "bo", "fresh two"))
	hub.Hint(ch, src.do(ch, func(c *channelState) { c.edit(31, "fresh one edited") }))
	time.Sleep(300 * time.Millisecond)
	t.Log("news", js(`document.getElementById('live-news').innerHTML`), "present", js(`!!document.getElementById('r31')`))
	js(`document.querySelector('#live-news a').click()`)
	wait(`!!document.getElementById('r32')`, "true")
	t.Log("hash", js(`location.hash`), "target", js(`document.querySelector(':target')?.id`), js(`document.getElementById('r31').textContent`), js(`document.getElementById('r31').className`), "bar", js(`document.getElementById('live-news').innerHTML`))
	// at the end
	js(`scrollTo(0, document.documentElement.scrollHeight)`)
	y := js(`scrollY`)
	hub.Hint(ch, src.respond(ch, "bo", "at the end"))
	wait(`!!document.getElementById('r33')`, "true")
	t.Log("scroll", y, js(`scrollY`), js(`document.getElementById('live-news').innerHTML`))
	// restart-like cut: close all sockets
	for _, s := range hub.all() {
		s.cut()
	}
	src.respond(ch, "bo", "while away")
	wait(`!!document.getElementById('r34')`, "true")
	// reset
	js(`document.getElementById('composer').value = 'being written'`)
	src.do(ch, func(c *channelState) {
		for range 210 {
			c.edit(5, "five")
			c.edit(6, "six")
			c.respond("bo", "flood")
		}
		src.epoch = "zzz"
	})
	hub.repair(false)
	wait(`document.getElementById('r5').textContent.includes('five')`, "true")
	t.Log("composer", js(`document.getElementById('composer').value`), "data", js(`JSON.stringify(document.querySelector('thread-live').dataset)`))
	wait(`document.getElementById('live-news').textContent.includes('new responses')`, "true")
	t.Log(js(`document.querySelectorAll('li[data-n]').length`))
	t.Log(js(`document.getElementById('live-news').innerHTML`))
	hub.Hint(ch, src.do(ch, func(c *channelState) { c.edit(5, "after reset") }))
	wait(`document.getElementById('r5').textContent.includes('after reset')`, "true")
	// offline states
	blocked.Store(true)
	for _, s := range hub.all() {
		s.cut()
	}
	start := time.Now()
	wait(`document.getElementById('live-state').textContent`, "Reconnecting")
	t.Log("reconnecting after", time.Since(start))
	wait(`document.getElementById('live-state').textContent`, "Not live")
	t.Log("offline after", time.Since(start))
	blocked.Store(false)
	js(`dispatchEvent(new Event('online'))`)
	wait(`document.getElementById('live-state').textContent`, "Back")
	wait(`document.getElementById('live-state').textContent`, "Live")
	// polling
	blocked.Store(true)
	if err := chromedp.Do(ctx, chromedp.Reload()); err != nil {
		t.Fatal(err)
	}
	wait(`document.getElementById('live-state').textContent`, "Live")
	src.do(ch, func(c *channelState) { c.edit(5, "polled") })
	start = time.Now()
	wait(`document.getElementById('r5').textContent.includes('polled')`, "true")
	t.Log("polled after", time.Since(start), js(`document.getElementById('live-state').textContent`))
	blocked.Store(false)
	// bfcache
	if err := chromedp.Do(ctx, chromedp.Navigate("http://"+l.Addr().String()+"/live"), chromedp.NavigateBack()); err != nil {
		t.Log(err)
	}
	wait(`document.getElementById('live-state').textContent`, "Live")
	src.do(ch, func(c *channelState) { c.closed = true })
	hub.Recheck()
	wait(`document.getElementById('live-state').textContent`, "Ended")
}
