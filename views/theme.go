package views

import (
	"net/url"

	"colloquy/models"
)

// ThemePage is a theme with one page of its threads.
type ThemePage struct {
	Theme models.ThemeRow
	// Groups are the community's groups in their order.
	Groups []models.Group
	// Kind is the kind that the list is narrowed to; empty for all.
	Kind models.Kind
	// Counts are the threads of each kind in the whole theme.
	Counts map[models.Kind]int
	// Threads come pinned ones first, then by their latest voice.
	Threads []models.ThreadRow
	// Later tells that the list begins behind the first page; Next is the place
	// after which it goes on, empty at its end.
	Later bool
	Next  string
	// MayOpen tells that the viewer may open a thread here.
	MayOpen bool
	// Moderators are those who moderate this theme alone.
	Moderators []models.Byline
	// MayConvene offers the page on who may read and moderate the theme.
	MayConvene bool
}

// path is the theme's address with a kind and a place in the list, both of which
// may be empty.
func (t *ThemePage) path(kind models.Kind, after string) string {
	query := url.Values{}
	if kind != "" {
		query.Set("kind", string(kind))
	}
	if after != "" {
		query.Set("after", after)
	}
	path := "/themes/" + t.Theme.Slug
	if len(query) > 0 {
		path += "?" + query.Encode()
	}
	return path
}

// openPath leads to the form for a new thread in this theme.
func (t *ThemePage) openPath() string {
	return "/threads/new?theme=" + url.QueryEscape(t.Theme.Slug)
}

// live is the place of the theme's threads on the live line.
func (t *ThemePage) live(p Page) liveList {
	return liveList{
		Channel: "theme:" + t.Theme.Slug, Path: t.path("", ""), Kind: t.Kind, First: !t.Later,
		New: p.Words.Forms("live.new-threads"),
	}
}

// kindTab is one of the tabs over the threads.
type kindTab struct {
	Label   string
	Href    string
	Current bool
}

// tabs are all kinds that the theme has, with their counts, and the current one.
func (t *ThemePage) tabs(p Page) []kindTab {
	tabs := []kindTab{{Label: p.T("theme.tab.all", "n", t.Theme.Threads), Href: t.path("", ""), Current: t.Kind == ""}}
	for _, kind := range models.Kinds {
		if count := t.Counts[kind]; count > 0 || kind == t.Kind {
			tabs = append(tabs, kindTab{
				Label:   p.T("theme.tab."+string(kind), "n", count),
				Href:    t.path(kind, ""),
				Current: kind == t.Kind,
			})
		}
	}
	return tabs
}
