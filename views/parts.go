package views

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"colloquy/models"
	"colloquy/views/words"
)

// textLang is the lang attribute of a text inside a page: empty when it is the
// page's own language or not known.
func textLang(w *words.Words, lang string) string {
	if lang == w.Tag() {
		return ""
	}
	return lang
}

// textDir is the dir attribute of a text inside a page: empty when it runs like the
// page, auto when its language does not tell.
func textDir(w *words.Words, lang string) string {
	switch dir := words.DirOf(lang); dir {
	case "":
		return "auto"
	case w.Dir():
		return ""
	default:
		return dir
	}
}

// groupMark names a group in data attributes, whatever its mark becomes; empty for none.
func groupMark(id int64) string {
	if id == 0 {
		return ""
	}
	return "g" + strconv.FormatInt(id, 10)
}

// voicesOf counts the texts of each group, by the group's id.
func voicesOf(voices []models.Voice) map[int64]int {
	counts := make(map[int64]int, len(voices))
	for _, v := range voices {
		counts[v.GroupID] += v.Responses
	}
	return counts
}

// groupVoice is a group with the number of its texts.
type groupVoice struct {
	models.Group
	Texts int
}

// groupVoices are the groups in their order, each with the number of its texts. Retired
// ones stand there only when they have spoken.
func groupVoices(groups []models.Group, voices []models.Voice) []groupVoice {
	counts := voicesOf(voices)
	all := make([]groupVoice, 0, len(groups))
	for _, g := range groups {
		if !g.Retired || counts[g.ID] > 0 {
			all = append(all, groupVoice{Group: g, Texts: counts[g.ID]})
		}
	}
	return all
}

// joinable are the groups that a member can choose: those that are not retired, and the
// chosen one.
func joinable(groups []models.Group, chosen int64) []models.Group {
	return slices.DeleteFunc(slices.Clone(groups), func(g models.Group) bool { return g.Retired && g.ID != chosen })
}

// heard parts the names of groups into those that have spoken and those that have not.
func heard(w *words.Words, groups []models.Group, voices []models.Voice) (spoken, silent []string) {
	for _, g := range groupVoices(groups, voices) {
		name := w.GroupName(g.Key, g.Name)
		if g.Texts > 0 {
			spoken = append(spoken, name)
		} else {
			silent = append(silent, name)
		}
	}
	return spoken, silent
}

// missingVoices is the sentence on who has not spoken.
func missingVoices(w *words.Words, groups []models.Group, voices []models.Voice) string {
	_, silent := heard(w, groups, voices)
	if len(silent) == 0 {
		return w.T("voices.all-heard")
	}
	return w.T("voices.missing", "groups", w.List(silent))
}

// heardAndMissing says in words what the row of marks shows in shapes.
func heardAndMissing(w *words.Words, groups []models.Group, voices []models.Voice) string {
	spoken, silent := heard(w, groups, voices)
	switch {
	case len(spoken) == 0:
		return w.T("voices.missing", "groups", w.List(silent))
	case len(silent) == 0:
		return w.T("voices.heard", "groups", w.List(spoken))
	}
	return w.T("voices.heard", "groups", w.List(spoken)) + " " + w.T("voices.missing", "groups", w.List(silent))
}

// isoTime and isoDay are the forms of the datetime attribute.
func isoTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04Z") }

func isoDay(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// FieldErrors are the sentences that say what is wrong in a form, by the name of
// the field.
type FieldErrors map[string]string

// FieldProblem is one field's name and what is wrong with it.
type FieldProblem struct {
	Name     string
	Sentence string
}

// In lists what is wrong in the order of the fields in the form. Problems of fields
// that are not named come last, so that none is hidden.
func (e FieldErrors) In(fields ...string) []FieldProblem {
	var list []FieldProblem
	named := make(map[string]bool, len(fields))
	for _, name := range fields {
		named[name] = true
		if e[name] != "" {
			list = append(list, FieldProblem{Name: name, Sentence: e[name]})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(e)) {
		if !named[name] && e[name] != "" {
			list = append(list, FieldProblem{Name: name, Sentence: e[name]})
		}
	}
	return list
}

// Field is a labelled field of a form. Its element has the id that FieldID gives.
type Field struct {
	Name  string
	Label string
	Value string
	// Type is the type of an input; empty for text.
	Type string
	// Hint stands under the field; Error is what is wrong with it; both may be empty.
	Hint         string
	Error        string
	Autocomplete string
	Required     bool
	Optional     bool
	// Lang and Dir say in which language the value is; empty for the page's.
	Lang string
	Dir  string
	// Rows is the height of a text area.
	Rows int
	// Mode is the keyboard that a small screen offers (the inputmode of HTML); empty for
	// the usual one.
	Mode string
}

// Option is a choice in a select or a row of radio buttons.
type Option struct {
	Value string
	Label string
	Hint  string
	// Lang is the language of the label; empty for the page's.
	Lang string
	Dir  string
}

// FieldID is the id of a field's element.
func FieldID(name string) string { return "f-" + name }

// described lists the ids of what describes a field, for aria-describedby.
func (f Field) described() string {
	id := FieldID(f.Name)
	switch {
	case f.Error != "" && f.Hint != "":
		return id + "-error " + id + "-hint"
	case f.Error != "":
		return id + "-error"
	case f.Hint != "":
		return id + "-hint"
	}
	return ""
}

func (f Field) inputType() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// PageLink is one link of a Pager.
type PageLink struct {
	Label   string
	Href    string
	Rel     string
	Current bool
}

// languageOptions are the languages that a text can be written in.
func languageOptions() []Option {
	var options []Option
	for _, l := range words.WritingLanguages() {
		options = append(options, Option{Value: l.Tag, Label: l.Name, Lang: l.Tag, Dir: l.Dir})
	}
	return options
}
