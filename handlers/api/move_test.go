package api

import "testing"

func TestMovingAThread(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		thread := w.start("Ana", "open", "Unmistakable")
		w.respond("Ben", thread, "k1", "Unmistakable words.").want(201)
		to := func(theme string) string { return `{"theme":"` + theme + `"}` }
		private := w.start("Ana", "desk", "Behind the door")

		w.call("", "PATCH", thread, to("inside")).want(401)
		w.call("Ben", "PATCH", thread, to("inside")).want(403)
		w.call("Ana", "PATCH", thread, to("inside")).want(403) // its author
		w.call("Ben", "PATCH", private, to("open")).want(404)
		w.call("Mona", "PATCH", private, to("open")).want(422).names("body.theme")
		w.call("Mona", "PATCH", thread, to("nowhere")).want(422).names("body.theme")
		w.call("Mona", "PATCH", thread, to("")).want(422).names("body.theme")
		for _, body := range []string{to("open"), `{"theme":null}`, `{}`} {
			if same := w.call("Ana", "PATCH", thread, body).want(200).object(); same["theme"] != "open" || same["seq"] != float64(2) {
				t.Errorf("%s: in %v at %v", body, same["theme"], same["seq"])
			}
		}
		for range 2 { // the second is a retry
			moved := w.call("Mona", "PATCH", thread, to("desk")).want(200).object()
			if moved["theme"] != "desk" || moved["seq"] != float64(3) || moved["responses"] != float64(1) {
				t.Errorf("moved %v", moved)
			}
		}
		for _, who := range []string{"", "Ben"} {
			for _, path := range []string{"", "/responses", "/changes"} {
				w.call(who, "GET", thread+path, "").want(404)
			}
			for _, list := range []string{"/themes/open/threads", "/search?q=unmistakable"} {
				if items := w.call(who, "GET", list, "").want(200).items(); len(items) != 0 {
					t.Errorf("%q reads %v in %s", who, items, list)
				}
			}
		}
		w.call("Ben", "PATCH", thread, to("open")).want(404)
		if items := w.call("Ana", "GET", "/themes/desk/threads", "").want(200).items(); len(items) != 2 {
			t.Errorf("the new theme lists %v", items)
		}
		w.call("Mona", "PATCH", thread, to("inside")).want(422).names("body.theme")
	})
}
