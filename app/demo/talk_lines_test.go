package demo

import (
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"colloquy/app/forum"
	"colloquy/app/prose"
	"colloquy/models"
)

var cited = regexp.MustCompile(`¶(\d+)`)

// stage is what the talk begins with: the threads of the demo, those that open the
// themes among them, by title.
func stage(t *testing.T) map[string]Thread {
	t.Helper()
	threads := map[string]Thread{}
	f := founding{texts: starterTexts(t)}
	for _, thread := range append(f.openings(1), demoTexts(t).Threads...) {
		threads[thread.Title] = thread
	}
	return threads
}

func talkLines(t *testing.T) []Line {
	t.Helper()
	lines, err := TalkLines()
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestTalkLinesFitTheDemo(t *testing.T) {
	var handles []string
	for _, member := range demoTexts(t).Members {
		handles = append(handles, member.Handle)
	}
	threads, themes := stage(t), []string{}
	for _, theme := range starterTexts(t).Themes {
		themes = append(themes, theme.Slug)
	}
	lines := talkLines(t)
	for i, line := range lines {
		if line.N != i+1 {
			t.Fatalf("line %d has the number %d", i+1, line.N)
		}
		if !slices.Contains(handles, line.By) {
			t.Errorf("line %d is by the unknown %q", line.N, line.By)
		}
		thread, known := threads[line.Thread]
		if known == (line.Act == ActStart) || thread.Locked {
			t.Errorf("line %d: the thread %q is known: %t, locked: %t", line.N, line.Thread, known, thread.Locked)
		}
		if line.ReplyTo < 0 || line.ReplyTo > len(thread.Posts) || line.ReplyTo > 0 && thread.Posts[line.ReplyTo-1].Removed {
			t.Errorf("line %d answers ¶%d", line.N, line.ReplyTo)
		}
		if line.Act == ActStart {
			if !slices.Contains(themes, line.Theme) {
				t.Errorf("line %d starts a thread in %q", line.N, line.Theme)
			}
			checkKindAndLevel(t, line.Thread, line.Kind, line.Level)
			threads[line.Thread] = Thread{Title: line.Thread, Posts: []Post{{By: line.By}}}
		}
		checkEarlier(t, lines[:i], line)
		checkAct(t, line, thread)
	}
}

// checkEarlier looks at the line that a line speaks of.
func checkEarlier(t *testing.T, before []Line, line Line) {
	t.Helper()
	if line.Line == 0 {
		return
	}
	if line.Line < 0 || line.Line > len(before) {
		t.Fatalf("line %d speaks of line %d", line.N, line.Line)
	}
	earlier := before[line.Line-1]
	if earlier.Act != ActRespond || earlier.Thread != line.Thread || line.ReplyTo != 0 {
		t.Errorf("line %d speaks of line %d, %+v", line.N, line.Line, earlier)
	}
	if line.Act != ActRespond && earlier.By != line.By {
		t.Errorf("line %d changes what %s said", line.N, earlier.By)
	}
	for _, other := range before {
		if other.Line == line.Line && (other.Act == ActRemove || other.Act == ActEdit && line.Act == ActEdit) {
			t.Errorf("line %d comes after line %d, which %ss line %d", line.N, other.N, other.Act, line.Line)
		}
	}
}

// checkAct looks at whether a line has what its act needs, and nothing else.
func checkAct(t *testing.T, line Line, thread Thread) {
	t.Helper()
	needsLine, needsBody := line.Act == ActEdit || line.Act == ActRemove, line.Act != ActRemove && line.Act != ActOutcome
	switch {
	case !slices.Contains([]Act{ActRespond, ActStart, ActEdit, ActRemove, ActOutcome}, line.Act):
		t.Errorf("line %d does %q", line.N, line.Act)
	case needsLine && line.Line == 0, line.Act != ActRespond && line.ReplyTo != 0, line.Act == ActStart && line.Line != 0:
		t.Errorf("line %d speaks of line %d and ¶%d", line.N, line.Line, line.ReplyTo)
	case needsBody != (line.Body != ""), needsBody != (line.Lang != ""):
		t.Errorf("line %d has the text %q in %q", line.N, line.Body, line.Lang)
	case (line.Act == ActStart) != (line.Theme != ""), line.Act != ActStart && (line.Kind != "" || line.Level != ""):
		t.Errorf("line %d has theme %q, kind %q, level %q", line.N, line.Theme, line.Kind, line.Level)
	case (line.Act == ActOutcome) != (line.Outcome != ""):
		t.Errorf("line %d has the outcome %q", line.N, line.Outcome)
	case line.Act == ActOutcome && (!slices.Contains(models.Outcomes, line.Outcome) || thread.Posts[0].By != line.By || thread.Outcome != ""):
		t.Errorf("line %d: %s sets the outcome %q of a thread by %q", line.N, line.By, line.Outcome, thread.Posts[0].By)
	}
}

func TestTalkProse(t *testing.T) {
	said := map[string]bool{}
	threads := stage(t)
	for _, thread := range threads {
		for _, post := range thread.Posts {
			said[post.Body] = true
		}
	}
	for _, line := range talkLines(t) {
		if line.Body == "" {
			continue
		}
		if clean, err := prose.Clean(line.Body, forum.MaxText); err != nil || clean != line.Body {
			t.Errorf("line %d would be written as %q, %v", line.N, clean, err)
		}
		if title, err := prose.CleanLine(line.Thread, forum.MaxTitle); err != nil || title != line.Thread {
			t.Errorf("line %d has a title that would be written as %q, %v", line.N, title, err)
		}
		longest := 480
		if line.Act == ActStart {
			longest = 900
		}
		if n := utf8.RuneCountInString(line.Body); n < 15 || n > longest {
			t.Errorf("line %d has %d characters", line.N, n)
		}
		if guess := prose.GuessLanguage(line.Body); guess != "" && guess != line.Lang {
			t.Errorf("line %d is in %q and reads as %q", line.N, line.Lang, guess)
		}
		if word := foreignWords.FindString(line.Body); word != "" || strings.Contains(line.Body, "!") {
			t.Errorf("line %d says %q or has an exclamation mark", line.N, word)
		}
		if said[line.Body] {
			t.Errorf("line %d says what another says", line.N)
		}
		said[line.Body] = true
		for _, cite := range cited.FindAllStringSubmatch(line.Body, -1) {
			number, err := strconv.Atoi(cite[1])
			if err != nil || number > len(threads[line.Thread].Posts) {
				t.Errorf("line %d cites %s, which nobody can foresee", line.N, cite[0])
			}
		}
	}
}

func TestTalkIsLivelyWhereReadersAre(t *testing.T) {
	acts, languages, speakers, inThread := map[Act]int{}, map[string]int{}, map[string]bool{}, map[string]int{}
	lines := talkLines(t)
	for _, line := range lines {
		acts[line.Act]++
		languages[line.Lang]++
		speakers[line.By] = true
		inThread[line.Thread]++
	}
	if acts[ActRespond] < 140 || acts[ActEdit] < 3 || acts[ActStart] == 0 || acts[ActRemove] == 0 || acts[ActOutcome] == 0 {
		t.Errorf("the acts are %v", acts)
	}
	for lang, least := range map[string]int{"en": 100, "fr": 20, "es": 12, "ar": 12, "ru": 8} {
		if languages[lang] < least {
			t.Errorf("%d lines in %s, want %d", languages[lang], lang, least)
		}
	}
	if len(speakers) != len(demoTexts(t).Members) {
		t.Errorf("%d members speak", len(speakers))
	}
	longest := slices.MaxFunc(demoTexts(t).Threads, func(a, b Thread) int { return len(a.Posts) - len(b.Posts) })
	for title, count := range inThread {
		if count > inThread[longest.Title] {
			t.Errorf("%d lines in %q, %d in the longest thread", count, title, inThread[longest.Title])
		}
	}
	if lines[0].Thread != longest.Title {
		t.Errorf("the talk begins in %q", lines[0].Thread)
	}
}

func TestTalkTakesTurns(t *testing.T) {
	lines := talkLines(t)
	turns := func(seed uint64) []Line { return inTurn(lines, rand.New(rand.NewPCG(seed, 0))) }
	if !slices.Equal(turns(3), turns(3)) {
		t.Error("the same seed gives two orders")
	}
	if slices.Equal(turns(3), turns(4)) {
		t.Error("two seeds give one order")
	}
	for seed := range uint64(20) {
		mixed := turns(seed)
		latest, moves := map[string]int{}, 0
		for i, line := range mixed {
			if line.N <= latest[line.Thread] {
				t.Fatalf("seed %d: in %q line %d comes after line %d", seed, line.Thread, line.N, latest[line.Thread])
			}
			latest[line.Thread] = line.N
			if i > 0 && line.Thread != mixed[i-1].Thread {
				moves++
			}
		}
		if len(mixed) != len(lines) || mixed[0] != lines[0] {
			t.Errorf("seed %d: %d of %d lines, the first is %d", seed, len(mixed), len(lines), mixed[0].N)
		}
		if moves < len(lines)/5 {
			t.Errorf("seed %d: the talk moves %d times", seed, moves)
		}
	}
}

// What a newcomer may see within some minutes.
func TestTalkBeginsLively(t *testing.T) {
	lines := inTurn(talkLines(t), rand.New(rand.NewPCG(0, talkStream)))
	inLongest, threads, acts := 0, map[string]bool{}, map[Act]bool{}
	for _, line := range lines[:12] {
		threads[line.Thread] = true
		if line.Thread == lines[0].Thread {
			inLongest++
		}
	}
	for _, line := range lines[:30] {
		acts[line.Act] = true
	}
	if inLongest < 6 || len(threads) < 4 || !acts[ActEdit] || !acts[ActStart] {
		t.Errorf("of the first 12 acts %d are in the longest thread, %d threads move, the first 30 are %v", inLongest, len(threads), acts)
	}
}
