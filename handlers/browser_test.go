package handlers_test

import (
	"os"
	"fmt"
	"testing"
	"time"

	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

func TestZ(t *testing.T) {
	s := served.NewSite(t, forumtest.NewCast(t, forumtest.Open(t, forumtest.SQLite(t))))
	id := s.Start(t, s.Amina, forumtest.Public, "Title")
	start := time.Now()
	c := served.NewChrome(t)
	t.Log("chrome", time.Since(start)); start = time.Now()
	tab := c.Window(t, s).SignIn(s.Rosa)
	t.Log("window", time.Since(start)); start = time.Now()
	tab.Go(path(t, s, id))
	t.Log("go", time.Since(start)); start = time.Now()
	t.Log(served.Eval[string](tab, "document.title + document.visibilityState"))
	tab.Wait(`document.querySelector("#live-state").textContent`)
	t.Log(tab.Texts("#live-state"), time.Since(start))
	t.Logf("%+v", tab.Settled())
	tab.Type("#f-body", "hello ")
	tab.Press(".composer .btn")
	t.Log(tab.Texts("#responses li"), served.Eval[string](tab, "location.href"))
	second := tab.Beside()
	second.Go("/")
	t.Log(served.Eval[string](tab, "document.title + document.visibilityState"), second.Texts("nav li"))
	os.WriteFile("/tmp/colloquy/shots/x.png", tab.Shot(), 0o644)
	_ = fmt.Sprint
}
