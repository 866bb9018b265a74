package handlers

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"colloquy/app/access"
	"colloquy/app/forum"
	"colloquy/models"
	"colloquy/views"
)

// threadShow is a page of a thread. For visitors the whole page is kept rendered; for
// members its neutral part is, and their own acts are filled in.
func (s *Site) threadShow(c *fiber.Ctx) error {
	v := s.at(c)
	threadID, err := id(c, "id")
	if err != nil {
		return err
	}
	head, err := s.Forum.Thread(c.UserContext(), v.viewer, threadID)
	if err != nil {
		return err
	}
	page, err := pageOf(c, &head)
	if err != nil {
		return err
	}
	reply, _ := strconv.Atoi(c.Query("reply"))
	if reply < 1 || reply > head.LastNumber {
		reply = 0
	}
	path := views.ThreadPath(&head.Thread, page)
	if slug, err := url.PathUnescape(c.Params("slug")); err != nil || slug != head.Slug {
		s.cacheRule(c, false)
		if reply != 0 {
			path = views.ThreadPath(&head.Thread, 1) + views.ReplyPath(reply)
		}
		return c.Redirect(escaped(path), http.StatusFound)
	}
	if !v.viewer.SignedIn() && !v.expired && head.ThemeAudience == models.AudienceEveryone &&
		len(c.Request().URI().QueryString()) <= len("page=00000") && reply == 0 {
		return s.threadForVisitors(c, head, page)
	}
	composer := views.Composer{ReplyTo: reply, Key: newKey()}
	return s.showThread(c, http.StatusOK, head, page, composer)
}

// threadForVisitors answers with the page that every visitor of one language and
// appearance sees.
func (s *Site) threadForVisitors(c *fiber.Ctx, head models.ThreadHead, page int) error {
	v := s.at(c)
	key := s.threadKey(c, "thread", &head, page)
	key.variant += " " + v.look
	if kept, ok := s.pages.get(key); ok {
		return s.sendKept(c, kept)
	}
	var html bytes.Buffer
	component, err := s.threadPage(c, head, page, views.Composer{}, "")
	if err != nil {
		return err
	}
	if err := component.Render(c.UserContext(), &html); err != nil {
		return err
	}
	return s.sendKept(c, s.pages.put(key, html.Bytes()))
}

// threadKey says what the neutral part of a thread's page depends on: the class of the
// viewer is in it, language and zone, and the year because dates leave out the present one.
func (s *Site) threadKey(c *fiber.Ctx, kind string, head *models.ThreadHead, page int) pageKey {
	v := s.at(c)
	return pageKey{
		kind: kind, epoch: v.counters.Epoch, faces: v.counters.Faces, rights: v.counters.RightsSeq,
		thread: head.ID, seq: head.Seq, page: page,
		variant: v.words.Variant() + " " + string(views.ClassOf(v.viewer, head.ThemeID)) + " " + strconv.Itoa(v.words.At(s.Now()).Year()),
	}
}

// showThread renders a thread's page with what stands in the composer.
func (s *Site) showThread(c *fiber.Ctx, status int, head models.ThreadHead, page int, composer views.Composer) error {
	posted := c.Cookies(s.cookie("posted"))
	if posted != "" {
		s.setCookie(c, "posted", "", 0)
	}
	component, err := s.threadPage(c, head, page, composer, posted)
	if err != nil {
		return err
	}
	c.Status(status)
	// Where somebody can speak under another name, their composer says which.
	masked := head.ThemePseudonyms && s.at(c).viewer.SignedIn()
	s.cacheRule(c, head.ThemeAudience == models.AudienceEveryone && status == http.StatusOK && !masked)
	return s.render(c, component)
}

func (s *Site) threadPage(c *fiber.Ctx, head models.ThreadHead, page int, composer views.Composer, posted string) (templ.Component, error) {
	v := s.at(c)
	region, err := s.region(c, &head, page)
	if err != nil {
		return nil, err
	}
	own, err := s.own(c, &head)
	if err != nil {
		return nil, err
	}
	if composer.As, err = s.speakingIn(c, &head, composer); err != nil {
		return nil, err
	}
	p := s.page(c, head.Title, views.SectionThemes)
	p.Path = views.ThreadPath(&head.Thread, page)
	p.DraftClear = posted
	p.Modules, p.Preload = []string{"live.js"}, []string{"live-line.js", "live-clock.js", "live-state.js"}
	if v.viewer.SignedIn() || composer.State != "" {
		p.Modules = append(p.Modules, "form.js")
	}
	if head.ThemeAudience == models.AudienceEveryone {
		p.Canonical, p.OpenGraph = s.BaseURL+escaped(p.Path), true
		p.Description = head.ThemeTitle
	} else {
		p.NoIndex = true
	}
	if composer.State != "" {
		s.withToken(c, &p)
	}
	mine := slices.Contains(own, 1)
	return views.Thread(p, views.ThreadPage{
		Head: head, Groups: s.at(c).settings.Groups, Page: page, Seq: head.Seq, Epoch: v.counters.Epoch,
		Region: s.withOwnActs(v, &head, page, region, own), Own: own, Composer: composer,
		MayEditHead: access.Can(v.viewer, access.EditThread, access.OfThread(&head, mine)) == nil,
	}), nil
}

// region is the neutral part of a thread's page, rendered once for all members of one
// class and language. The head was read before the responses: a change in between may come
// twice, never be missed.
func (s *Site) region(c *fiber.Ctx, head *models.ThreadHead, page int) ([]byte, error) {
	key := s.threadKey(c, "region", head, page)
	if kept, ok := s.pages.get(key); ok {
		return kept.plain, nil
	}
	v := s.at(c)
	rows, err := s.Forum.Page(c.UserContext(), v.viewer, head.ID, page)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 { // every page has one: the right was lost since the head was read
		return nil, models.ErrNotFound
	}
	var html bytes.Buffer
	err = views.ThreadRegion(views.Region{
		Words: v.words, Class: views.ClassOf(v.viewer, head.ThemeID), Head: *head, Rows: rows, Groups: s.at(c).settings.Groups, Page: page, Now: v.viewer.Now,
	}).Render(c.UserContext(), &html)
	if err != nil {
		return nil, err
	}
	// What changed since the head was read may be closed to others who may see the head.
	if slices.ContainsFunc(rows, func(row models.ResponseRow) bool { return row.ChangedSeq > head.Seq }) {
		return html.Bytes(), nil
	}
	return s.pages.put(key, html.Bytes()).plain, nil
}

// withOwnActs fills the empty slots of the viewer's own responses with what they may
// do to them.
func (s *Site) withOwnActs(v *visit, head *models.ThreadHead, page int, region []byte, own []int) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		rest := region
		for _, n := range own {
			if models.PageOf(n) != page {
				continue
			}
			slot := []byte(`data-own-acts="` + strconv.Itoa(n) + `">`)
			at := bytes.Index(rest, slot)
			if at < 0 {
				continue // removed meanwhile
			}
			if _, err := w.Write(rest[:at+len(slot)]); err != nil {
				return err
			}
			if err := views.OwnActs(v.words, views.ClassOf(v.viewer, head.ThemeID), head.ID, n).Render(ctx, w); err != nil {
				return err
			}
			rest = rest[at+len(slot):]
		}
		_, err := w.Write(rest)
		return err
	})
}

// pageOf reads the page's number; one that the thread does not have does not exist.
func pageOf(c *fiber.Ctx, head *models.ThreadHead) (int, error) {
	text := c.Query("page")
	if text == "" {
		return 1, nil
	}
	page, err := strconv.Atoi(text)
	if err != nil || page < 1 || page > head.Pages() {
		return 0, models.ErrNotFound
	}
	return page, nil
}

// threadBare leads from a thread's number to its address.
func (s *Site) threadBare(c *fiber.Ctx) error {
	threadID, err := id(c, "id")
	if err != nil {
		return err
	}
	head, err := s.Forum.Thread(c.UserContext(), s.at(c).viewer, threadID)
	if err != nil {
		return err
	}
	s.cacheRule(c, false)
	to := escaped(views.ThreadPath(&head.Thread, 1))
	if query := string(c.Request().URI().QueryString()); query != "" {
		to += "?" + query
	}
	return c.Redirect(to, http.StatusFound)
}

// responseShow leads to a response on whichever page it is.
func (s *Site) responseShow(c *fiber.Ctx) error {
	threadID, err := id(c, "id")
	if err != nil {
		return err
	}
	n, err := number(c)
	if err != nil {
		return err
	}
	head, err := s.Forum.Thread(c.UserContext(), s.at(c).viewer, threadID)
	if err != nil {
		return err
	}
	if n > head.LastNumber {
		return models.ErrNotFound
	}
	s.cacheRule(c, false)
	return c.Redirect(escaped(forum.Permalink(&head.Thread, n)), http.StatusFound)
}

// escaped makes a path of our own fit for a header: letters beyond ASCII are encoded.
func escaped(path string) string {
	parsed, err := url.Parse(path)
	if err != nil {
		return path
	}
	return parsed.String()
}

// wait is how long the error of a limit says to wait, 0 for another error.
func wait(err error) time.Duration {
	if many, ok := err.(tooMany); ok { //nolint:errorlint // limit returns it bare
		return many.wait
	}
	return 0
}
