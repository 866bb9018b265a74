package demo

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"colloquy/models"
)

// The words that Colloquy does not use for its own things.
var foreignWords = regexp.MustCompile(`(?i)\b(posts?|topics?|comments?|categor(y|ies))\b`)

var handlePattern = regexp.MustCompile(`^[a-z]+$`)

func starterTexts(t *testing.T) StarterTexts {
	t.Helper()
	texts, err := Starter()
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func demoTexts(t *testing.T) DemoTexts {
	t.Helper()
	texts, err := Demo()
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// themesAndSessions returns the slugs of the starter's themes and sessions.
func themesAndSessions(t *testing.T) (themes, sessions []string) {
	t.Helper()
	texts := starterTexts(t)
	for _, theme := range texts.Themes {
		themes = append(themes, theme.Slug)
	}
	for _, session := range texts.Workshop.Sessions {
		sessions = append(sessions, session.Slug)
	}
	return themes, sessions
}

func TestStarterGroups(t *testing.T) {
	want := []string{
		"s MSI secretariats", "c Country level MSI actors", "b MSI boards",
		"r Researchers", "f Funders", "i INGOs",
	}
	var got []string
	for _, group := range starterTexts(t).Groups {
		got = append(got, group.Key+" "+group.Name)
		if group.Explains == "" {
			t.Errorf("group %s is not explained", group.Key)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("groups are %q, want %q", got, want)
	}
}

func TestStarterThemes(t *testing.T) {
	want := []string{
		"MSI theories of change", "Learning priorities", "Global-national linkages",
		"Involvement of citizens and civil society", "Closing civic space", "Open Contracting",
	}
	_, sessions := themesAndSessions(t)
	var got []string
	for _, theme := range starterTexts(t).Themes {
		got = append(got, theme.Title)
		if theme.Line == "" || theme.Purpose == "" || theme.Opening.Title == "" {
			t.Errorf("theme %s lacks a line, a purpose or a title", theme.Slug)
		}
		if theme.Session != "" && !slices.Contains(sessions, theme.Session) {
			t.Errorf("theme %s continues the unknown session %q", theme.Slug, theme.Session)
		}
		checkKindAndLevel(t, theme.Opening.Title, theme.Opening.Kind, theme.Opening.Level)
		if n := len(strings.Split(theme.Opening.Body, "\n\n")); n < 2 {
			t.Errorf("the opening of %s has %d paragraphs", theme.Slug, n)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("themes are %q, want %q", got, want)
	}
}

func TestStarterWorkshop(t *testing.T) {
	workshop := starterTexts(t).Workshop
	themes, _ := themesAndSessions(t)
	if workshop.Slug != "msi-workshop" || workshop.Month != 2 || workshop.FirstDay != 11 || workshop.LastDay != 12 {
		t.Errorf("the workshop is %s, %d to %d of month %d", workshop.Slug, workshop.FirstDay, workshop.LastDay, workshop.Month)
	}
	if workshop.Unknown == "" || workshop.Summary == "" {
		t.Error("the workshop does not say what it was about and what is unknown")
	}
	for _, session := range workshop.Sessions {
		if !slices.Contains(themes, session.Theme) {
			t.Errorf("session %s names the unknown theme %q", session.Slug, session.Theme)
		}
	}
	for _, resource := range workshop.Resources {
		if !slices.Contains(themes, resource.Theme) {
			t.Errorf("resource %q names the unknown theme %q", resource.Title, resource.Theme)
		}
		if !slices.Contains([]string{"slides", "in preparation"}, resource.State) {
			t.Errorf("resource %q has the unknown state %q", resource.Title, resource.State)
		}
	}
}

func TestStarterQuestions(t *testing.T) {
	questions := starterTexts(t).Questions
	themes, _ := themesAndSessions(t)
	if len(questions) != 4 {
		t.Errorf("there are %d questions, want 4", len(questions))
	}
	statuses := []models.QuestionStatus{
		models.QuestionOpen, models.QuestionGathering, models.QuestionAnswered, models.QuestionAside,
	}
	for _, question := range questions {
		if !slices.Contains(statuses, question.Status) {
			t.Errorf("question %s has the unknown status %q", question.Slug, question.Status)
		}
		for _, theme := range question.Themes {
			if !slices.Contains(themes, theme) {
				t.Errorf("question %s names the unknown theme %q", question.Slug, theme)
			}
		}
	}
}

func TestStarterSlugsAreUnique(t *testing.T) {
	texts := starterTexts(t)
	seen := map[string]bool{}
	check := func(kind, slug string) {
		if slug == "" || seen[kind+slug] {
			t.Errorf("%s slug %q is empty or used twice", kind, slug)
		}
		seen[kind+slug] = true
	}
	for _, initiative := range texts.Initiatives {
		check("initiative", initiative.Slug)
	}
	for _, theme := range texts.Themes {
		check("theme", theme.Slug)
	}
	for _, session := range texts.Workshop.Sessions {
		check("session", session.Slug)
	}
	for _, question := range texts.Questions {
		check("question", question.Slug)
	}
}

func TestStarterKeepsToTheWords(t *testing.T) {
	data, err := files.ReadFile("starter.json")
	if err != nil {
		t.Fatal(err)
	}
	if word := foreignWords.Find(data); word != nil {
		t.Errorf("the starter texts say %q", word)
	}
	if strings.Contains(string(data), "!") {
		t.Error("the starter texts have an exclamation mark")
	}
}

func TestDemoMembers(t *testing.T) {
	var initiatives []string
	for _, initiative := range starterTexts(t).Initiatives {
		initiatives = append(initiatives, initiative.Slug)
	}
	members := demoTexts(t).Members
	if len(members) != 25 {
		t.Errorf("there are %d members, want 25", len(members))
	}
	groups, roles := map[string]int{}, map[models.Role]int{}
	handles, names, organisations := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, member := range members {
		groups[member.Group]++
		roles[member.Role]++
		if !handlePattern.MatchString(member.Handle) || handles[member.Handle] {
			t.Errorf("handle %q is malformed or used twice", member.Handle)
		}
		if names[member.Name] || organisations[member.Organisation] {
			t.Errorf("the name or organisation of %s is used twice", member.Handle)
		}
		handles[member.Handle], names[member.Name], organisations[member.Organisation] = true, true, true
		for _, initiative := range member.Initiatives {
			if !slices.Contains(initiatives, initiative) {
				t.Errorf("%s names the unknown initiative %q", member.Handle, initiative)
			}
		}
		if member.About == "" || member.Language == "" {
			t.Errorf("%s says nothing or in no language", member.Handle)
		}
	}
	for _, key := range []string{"s", "c", "b", "r", "f", "i"} {
		if groups[key] == 0 {
			t.Errorf("group %s has no member", key)
		}
	}
	if len(groups) != 6 {
		t.Errorf("members are in the groups %v", groups)
	}
	if roles[models.RoleModerator] != 2 || roles[models.RoleConvener] != 1 || len(roles) != 3 {
		t.Errorf("roles are %v", roles)
	}
}

func TestDemoThreads(t *testing.T) {
	texts := demoTexts(t)
	themes, sessions := themesAndSessions(t)
	titles, inTheme, kinds := map[string]bool{}, map[string]int{}, map[models.Kind]int{}
	for _, thread := range texts.Threads {
		if thread.Title == "" || titles[thread.Title] {
			t.Errorf("title %q is empty or used twice", thread.Title)
		}
		titles[thread.Title] = true
		inTheme[thread.Theme]++
		kinds[thread.Kind]++
		if !slices.Contains(themes, thread.Theme) {
			t.Errorf("%q is in the unknown theme %q", thread.Title, thread.Theme)
		}
		if thread.Session != "" && !slices.Contains(sessions, thread.Session) {
			t.Errorf("%q continues the unknown session %q", thread.Title, thread.Session)
		}
		if thread.Outcome != "" && !slices.Contains(models.Outcomes, thread.Outcome) {
			t.Errorf("%q has the unknown outcome %q", thread.Title, thread.Outcome)
		}
		checkKindAndLevel(t, thread.Title, thread.Kind, thread.Level)
	}
	if len(inTheme) != len(themes) {
		t.Errorf("threads are in the themes %v, want all of %v", inTheme, themes)
	}
	if len(kinds) != len(models.Kinds) {
		t.Errorf("kinds are %v, want all of %v", kinds, models.Kinds)
	}
}

func TestDemoPosts(t *testing.T) {
	texts := demoTexts(t)
	members := map[string]string{}
	for _, member := range texts.Members {
		members[member.Handle] = member.Group
	}
	bodies, spoke, groups := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, thread := range texts.Threads {
		if len(thread.Posts) == 0 {
			t.Fatalf("%q has no opening", thread.Title)
		}
		for i, post := range thread.Posts {
			number := i + 1
			if strings.TrimSpace(post.Body) == "" || bodies[post.Body] {
				t.Errorf("%q ¶%d is empty or says what another says", thread.Title, number)
			}
			bodies[post.Body], spoke[post.By], groups[members[post.By]] = true, true, true
			if members[post.By] == "" {
				t.Errorf("%q ¶%d is by the unknown %q", thread.Title, number, post.By)
			}
			if post.ReplyTo < 0 || post.ReplyTo >= number {
				t.Errorf("%q ¶%d answers ¶%d", thread.Title, number, post.ReplyTo)
			}
			if post.DaysAgo <= 0 || i > 0 && post.DaysAgo >= thread.Posts[i-1].DaysAgo {
				t.Errorf("%q ¶%d is %v days old, not younger than the one before it", thread.Title, number, post.DaysAgo)
			}
			if strings.Contains(post.Body, "!") {
				t.Errorf("%q ¶%d has an exclamation mark", thread.Title, number)
			}
		}
	}
	if len(spoke) != len(texts.Members) || len(groups) != 6 {
		t.Errorf("%d of %d members and %d groups have spoken", len(spoke), len(texts.Members), len(groups))
	}
}

func TestDemoHasTheSizesAndLanguages(t *testing.T) {
	threads := demoTexts(t).Threads
	responses, removed, edited, quiet, middling := 0, 0, 0, 0, 0
	largest := []int{}
	languages, mixed := map[string]int{}, 0
	for _, thread := range threads {
		n := len(thread.Posts) - 1
		responses += n
		largest = append(largest, n)
		languages[thread.Lang]++
		if n <= 3 {
			quiet++
		}
		if n >= 8 && n <= 25 {
			middling++
		}
		for _, post := range thread.Posts {
			if post.Removed {
				removed++
			}
			if post.Edited {
				edited++
			}
			if post.Lang != "" && post.Lang != thread.Lang {
				mixed++
			}
		}
	}
	slices.Sort(largest)
	slices.Reverse(largest)
	if len(threads) < 30 || responses < 420 || largest[0] != 120 || largest[1] != 55 {
		t.Errorf("%d threads, %d responses, the largest threads %v", len(threads), responses, largest[:2])
	}
	if quiet < 3 || middling < 8 || removed == 0 || edited == 0 || mixed < 20 {
		t.Errorf("quiet %d, middling %d, removed %d, edited %d, mixed %d", quiet, middling, removed, edited, mixed)
	}
	for lang, want := range map[string]int{"fr": 4, "es": 4, "ar": 3, "ru": 2} {
		if languages[lang] != want {
			t.Errorf("%d threads in %s, want %d", languages[lang], lang, want)
		}
	}
}

func TestDecodeRefusesWhatItDoesNotKnow(t *testing.T) {
	var target struct {
		Community Community `json:"community"`
	}
	if err := decode("starter.json", &target); err == nil {
		t.Error("unknown fields were accepted")
	}
	if err := decode("absent.json", &target); err == nil {
		t.Error("an absent file was accepted")
	}
}

func checkKindAndLevel(t *testing.T, title string, kind models.Kind, level models.Level) {
	t.Helper()
	if !slices.Contains(models.Kinds, kind) || !slices.Contains(models.Levels, level) {
		t.Errorf("%q is a %q at level %q", title, kind, level)
	}
}
