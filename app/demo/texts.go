// Package demo holds the texts that Colloquy brings along: the starter community,
// with which every new installation is founded, and the demo community of fictional
// people, with which an empty database can be filled to look around. It founds both
// with these texts, and lets the fictional people go on talking in a served demo.
package demo

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"colloquy/models"
)

// files holds the texts. The threads of the demo community are kept in one file per
// theme, some themes in two.
//
//go:embed starter.json demo_members.json demo_talk.json demo_threads_*.json
var files embed.FS

// StarterTexts is the community that a new installation begins with. All of its
// texts are in English.
type StarterTexts struct {
	Community   Community    `json:"community"`
	Groups      []Group      `json:"groups"`
	Initiatives []Initiative `json:"initiatives"`
	Themes      []Theme      `json:"themes"`
	Workshop    Workshop     `json:"workshop"`
	Questions   []Question   `json:"questions"`
}

// Community names the community and says what it is for.
type Community struct {
	Name    string `json:"name"`
	Purpose string `json:"purpose"`
}

// Group is a stakeholder group. Key is one of s, c, b, r, f, i.
type Group struct {
	Key      string `json:"key"`
	Name     string `json:"name"`
	Explains string `json:"explains"`
}

// Initiative is a multi-stakeholder initiative to which a member may belong.
type Initiative struct {
	Slug string `json:"slug"`
	Name string `json:"name"`
}

// Theme is a standing subject, readable by everyone, with the thread that opens it.
// Line says in one sentence where the theme stands, Purpose in a paragraph what it
// is for. Session is the slug of the workshop session that it continues, or empty.
type Theme struct {
	Slug    string  `json:"slug"`
	Title   string  `json:"title"`
	Line    string  `json:"line"`
	Purpose string  `json:"purpose"`
	Opening Opening `json:"opening"`
	Session string  `json:"session"`
	// Pseudonyms lets members speak there under another name.
	Pseudonyms bool `json:"pseudonyms"`
}

// Opening is a thread that consists of its opening alone, written by the convener.
// Body is Markdown.
type Opening struct {
	Title string       `json:"title"`
	Kind  models.Kind  `json:"kind"`
	Level models.Level `json:"level"`
	Body  string       `json:"body"`
}

// Workshop is the event that the community continues. It has no year because none
// is known; Unknown says so in words, together with what else is not known.
type Workshop struct {
	Slug        string             `json:"slug"`
	Title       string             `json:"title"`
	Month       int                `json:"month"`
	FirstDay    int                `json:"first_day"`
	LastDay     int                `json:"last_day"`
	ConvenedBy  string             `json:"convened_by"`
	SupportedBy string             `json:"supported_by"`
	Summary     string             `json:"summary"`
	Unknown     string             `json:"unknown"`
	Sessions    []WorkshopSession  `json:"sessions"`
	Resources   []WorkshopResource `json:"resources"`
}

// WorkshopSession is one session of the workshop. Theme is the slug of the theme
// that continues it.
type WorkshopSession struct {
	Slug    string `json:"slug"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
	Theme   string `json:"theme"`
}

// WorkshopResource is a paper or presentation of the workshop. State is "slides" or
// "in preparation"; Theme is the slug of the theme where it is talked about.
type WorkshopResource struct {
	Title string `json:"title"`
	Note  string `json:"note"`
	State string `json:"state"`
	Theme string `json:"theme"`
}

// Question is an open question of the learning agenda. Themes are the slugs of the
// themes that speak to it, UnderWay the research that is known to be under way.
type Question struct {
	Slug     string                `json:"slug"`
	Question string                `json:"question"`
	Status   models.QuestionStatus `json:"status"`
	SoFar    string                `json:"so_far"`
	Themes   []string              `json:"themes"`
	UnderWay []string              `json:"under_way"`
}

// DemoTexts is the demo community. Its people and organisations are fictional. Its
// threads belong to the themes of the starter community.
type DemoTexts struct { //nolint:revive // says what it is beside StarterTexts
	Members []Member
	Threads []Thread
}

// Member is a fictional member. Group is the key of a stakeholder group, Initiatives
// are slugs, and Language is the language of the interface and of About.
type Member struct {
	Handle       string      `json:"handle"`
	Name         string      `json:"name"`
	Group        string      `json:"group"`
	Initiatives  []string    `json:"initiatives"`
	Organisation string      `json:"organisation"`
	About        string      `json:"about"`
	Language     string      `json:"language"`
	Role         models.Role `json:"role"`
}

// Thread is a conversation in the theme whose slug is Theme. Outcome is empty while
// there is none. Session is the slug of the workshop session that the thread
// continues, or empty. The first of Posts is the opening, ¶1.
type Thread struct {
	Theme   string         `json:"theme"`
	Title   string         `json:"title"`
	Lang    string         `json:"lang"`
	Kind    models.Kind    `json:"kind"`
	Level   models.Level   `json:"level"`
	Outcome models.Outcome `json:"outcome"`
	Pinned  bool           `json:"pinned"`
	Locked  bool           `json:"locked"`
	Session string         `json:"session"`
	Posts   []Post         `json:"posts"`
}

// Post is the opening of a thread or a response in it; its number is its place in
// the thread, from 1. By is a member's handle and Body is Markdown. ReplyTo is the
// number that it answers, or 0. Lang is empty when it is the thread's. DaysAgo is
// its age in days when the community is founded, falling through the thread.
type Post struct {
	By      string  `json:"by"`
	Body    string  `json:"body"`
	ReplyTo int     `json:"reply_to"`
	Lang    string  `json:"lang"`
	DaysAgo float64 `json:"days_ago"`
	Edited  bool    `json:"edited"`
	Removed bool    `json:"removed"`
}

// Starter returns the texts of the starter community. An error means that the
// program was built with a damaged file.
func Starter() (StarterTexts, error) {
	var texts StarterTexts
	if err := decode("starter.json", &texts); err != nil {
		return StarterTexts{}, err
	}
	return texts, nil
}

// Demo returns the texts of the demo community, threads in the order of the files'
// names. An error means that the program was built with a damaged file.
func Demo() (DemoTexts, error) {
	var texts DemoTexts
	if err := decode("demo_members.json", &texts.Members); err != nil {
		return DemoTexts{}, err
	}
	names, err := fs.Glob(files, "demo_threads_*.json")
	if err != nil {
		return DemoTexts{}, fmt.Errorf("list the demo threads: %w", err)
	}
	for _, name := range names {
		var threads []Thread
		if err := decode(name, &threads); err != nil {
			return DemoTexts{}, err
		}
		texts.Threads = append(texts.Threads, threads...)
	}
	return texts, nil
}

// decode reads the embedded file name into target. A field that target does not
// know, or anything after the one value, is an error.
func decode(name string, target any) error {
	data, err := files.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(target); err != nil {
		return fmt.Errorf("decode %s: %w", name, err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("decode %s: more than one value", name)
	}
	return nil
}
