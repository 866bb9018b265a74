package api

import (
	"fmt"
	"strings"
	"testing"
)

// TestMentionsAreForWhoReads: strangers first; absent and forbidden alike.
func TestMentionsAreForWhoReads(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		open, desk := w.start("Ana", "open", "Open"), w.start("Ana", "desk", "Desk")
		w.call("", "GET", open+"/mentions?q=a", "").want(401)
		w.call("nobody", "GET", open+"/mentions?q=a", "").want(401)
		w.call("Rex", "GET", open+"/mentions?q=a", "").want(401)
		w.call("Sam", "GET", open+"/mentions?q=a", "").want(401) // suspended: no token of theirs is valid
		private, absent := w.call("Ben", "GET", desk+"/mentions?q=a", "").want(404), w.call("Ben", "GET", "/threads/999999/mentions?q=a", "").want(404)
		if private.body != absent.body {
			t.Errorf("private: %s, absent: %s", private.body, absent.body)
		}
		stranger, nothing := w.call("", "GET", desk+"/mentions?q=a", "").want(401), w.call("", "GET", "/threads/999999/mentions?q=a", "").want(401)
		if stranger.body != nothing.body {
			t.Errorf("to a visitor, private: %s, absent: %s", stranger.body, nothing.body)
		}
		for _, bad := range []string{"0", "-1", "x", "01"} {
			w.call("Ana", "GET", "/threads/"+bad+"/mentions?q=a", "").want(404)
		}
		for _, asked := range []struct{ as, thread, query, want string }{
			{"Ana", open, "", "Ben Mona Rex"},
			{"Ana", open, "?q=re", "group:Researchers Rex"},
			{"Ben", open, "?q=AN", "Ana"},
			{"Ana", open, "?q=sam", ""}, // suspended
			{"Ana", desk, "?q=", "Mona Rex"},
			{"Ana", desk, "?q=b", ""},
			{"Ana", desk, "?q=r", "Rex"}, // the researchers do not read here
			{"Mona", desk, "?q=msi", "group:MSI secretariats"},
			{"Ana", open, "?q=%25", ""},
			{"Ana", open, "?q=" + strings.Repeat("a", 3000), ""},
		} {
			answer := w.call(asked.as, "GET", asked.thread+"/mentions"+asked.query, "").want(200)
			var got []string
			for _, item := range answer.items() {
				name := fmt.Sprint(item["name"])
				switch {
				case item["kind"] == "group" && item["group"] != nil && item["handle"] == nil:
					name = "group:" + name
				case item["kind"] != "member" || item["handle"] != strings.ToLower(name) || item["group"] != nil || len(item) != 3:
					t.Errorf("an item is %v", item)
				}
				got = append(got, name)
			}
			if strings.Join(got, " ") != asked.want {
				t.Errorf("%s, %s: %v, want %s", asked.as, asked.query, got, asked.want)
			}
		}
		w.call("Ana", "GET", open+"/mentions?q=%FF", "").want(400)
	})
}
