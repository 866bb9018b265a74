package handlers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"colloquy/models"
	"colloquy/views"
	"colloquy/views/words"
)

// visit is what is known of a request before its handler runs.
type visit struct {
	viewer models.Viewer
	// counters are the community's, read before anything else: what is kept under them is
	// at least as new.
	counters models.Counters
	// proof is the secret that form tokens of this browser are derived from: the
	// session's token, or the one of a visitor who was shown a form.
	proof string
	// expired tells that the browser brought a session that has ended.
	expired bool
	words   *words.Words
	// settings are the community's as they stood at counters; never nil.
	settings *models.Settings
	look     string
	language string
}

type visitKey struct{}

const cookieDays = 400

// cookie names a cookie: behind TLS with the prefix that binds it to this host (RFC 6265bis).
func (s *Site) cookie(name string) string {
	if s.TLS {
		return "__Host-colloquy-" + name
	}
	return "colloquy-" + name
}

func (s *Site) setCookie(c *fiber.Ctx, name, value string, age time.Duration) {
	cookie := &fiber.Cookie{
		Name: s.cookie(name), Value: value, Path: "/", HTTPOnly: true, Secure: s.TLS, SameSite: fiber.CookieSameSiteLaxMode,
		MaxAge: int(age.Seconds()),
	}
	if value == "" {
		cookie.MaxAge, cookie.Expires = 0, time.Unix(1, 0)
	}
	c.Cookie(cookie)
}

// visited is the middleware of meet.
func (s *Site) visited(c *fiber.Ctx) error {
	if !reads(c) {
		s.known.forget()
		defer s.known.forget()
	}
	if err := s.meet(c); err != nil {
		return err
	}
	return c.Next()
}

// meet finds out who comes: the session, the language and the appearance.
func (s *Site) meet(c *fiber.Ctx) error {
	v := &visit{proof: c.Cookies(s.cookie("form"))}
	v.viewer.Now = s.Now()
	var err error
	if v.counters, err = s.Forum.Counters(c.UserContext()); err != nil {
		return err
	}
	if v.settings, err = s.Community.Settings(c.UserContext(), v.counters.Faces); err != nil {
		return err
	}
	if token := c.Cookies(s.cookie("session")); token != "" {
		viewer, err := s.viewer(c, token)
		switch {
		case err == nil:
			v.viewer, v.proof = viewer, token
		case errors.Is(err, models.ErrNotFound):
			v.expired = true
			s.setCookie(c, "session", "", 0)
		default:
			return err
		}
	}
	v.language, v.look = c.Cookies(s.cookie("language")), c.Cookies(s.cookie("look"))
	if v.viewer.SignedIn() {
		v.language, v.look = v.viewer.Member.Language, v.viewer.Member.Appearance
	}
	if !v.offers(v.language) {
		v.language = words.Match(c.Get(fiber.HeaderAcceptLanguage), v.settings.Offered()...)
	}
	if v.look != "light" && v.look != "dark" {
		v.look = ""
	}
	v.words = words.For(v.language)
	if v.viewer.SignedIn() {
		v.words = v.words.In(v.viewer.Member.TimeZone)
	}
	c.Locals(visitKey{}, v)
	return nil
}

// offers tells whether the community offers its pages in a language.
func (v *visit) offers(tag string) bool {
	return slices.ContainsFunc(words.Offered(v.settings.Offered()), func(l words.Language) bool { return l.Tag == tag })
}

// at is the visit of a request; a request that met nobody is a visitor's.
func (s *Site) at(c *fiber.Ctx) *visit {
	if v, ok := c.Locals(visitKey{}).(*visit); ok {
		return v
	}
	return &visit{
		words: words.For(words.Match(c.Get(fiber.HeaderAcceptLanguage))), viewer: models.Viewer{Now: s.Now()},
		settings: &models.Settings{},
	}
}

// page is what every page needs, filled for this request.
func (s *Site) page(c *fiber.Ctx, title, section string) views.Page {
	v := s.at(c)
	p := views.Page{
		Title: title, Section: section, Viewer: v.viewer, Words: v.words, Path: localPath(c.OriginalURL()),
		Appearance: v.look, Asset: s.Files.URL, Demo: s.Demo, CommunityName: v.settings.Name, Now: v.viewer.Now,
		WorkshopSlug: s.WorkshopSlug, Joining: v.settings.Joining, PasskeyHost: s.Community.PasskeyHost(), NoIndex: v.viewer.SignedIn(),
		Languages: words.Offered(v.settings.Offered()),
	}
	if !reads(c) {
		p.Path = "/" // the foot's forms return to a page that can be read
	}
	if v.viewer.SignedIn() {
		p.Token, p.DraftMark = s.token(v.proof), s.draftMark(v.viewer)
	}
	return p
}

// draftMark tells a member's drafts from those of others in the same browser. It says
// nothing to whoever finds it there.
func (s *Site) draftMark(viewer models.Viewer) string {
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write([]byte("drafts\x00" + strconv.FormatInt(viewer.Member.ID, 10)))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:9])
}

// withToken gives a visitor's page a form token, and the browser the secret behind it.
func (s *Site) withToken(c *fiber.Ctx, p *views.Page) {
	v := s.at(c)
	if v.viewer.SignedIn() {
		return
	}
	if v.proof == "" {
		v.proof = newProof()
		s.setCookie(c, "form", v.proof, 24*time.Hour)
	}
	p.Token = s.token(v.proof)
}

// localPath is a path on this site to return to; anything else becomes the front page.
// The path is looked at as browsers, and whoever stands before them, might read it: as it
// is, and with what is encoded in it decoded.
func localPath(next string) string {
	path, _, _ := strings.Cut(next, "?")
	decoded, err := url.PathUnescape(path)
	if err != nil || len(next) > 2000 || !local(next) || !local(decoded) {
		return "/"
	}
	return next
}

// local tells whether a path begins at the root of this site and holds nothing by which
// another site, or another header, could begin.
func local(path string) bool {
	return strings.HasPrefix(path, "/") && !strings.HasPrefix(path, "//") && utf8.ValidString(path) &&
		!strings.ContainsFunc(path, func(r rune) bool { return r == '\\' || r == ';' || unicode.IsControl(r) })
}
