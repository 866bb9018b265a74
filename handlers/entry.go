package handlers

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/mileusna/useragent"

	"colloquy/app/community"
)

const (
	sessionFor = 60 * 24 * time.Hour
	stepFor    = 10 * time.Minute
	deviceFor  = cookieDays * 24 * time.Hour
)

// enter gives the browser its session and goes on, or asks for the second step; an older
// session of this browser ends, so that its token is never used on.
func (s *Site) enter(c *fiber.Ctx, entry community.Entry, next string) error {
	if entry.SecondStep != "" {
		s.setCookie(c, "step", entry.SecondStep, stepFor)
		s.setCookie(c, "next", url.QueryEscape(next), stepFor)
		return seeOther(c, "/sign-in/second-step")
	}
	if err := s.Community.SignOut(c.UserContext(), s.at(c).viewer); err != nil {
		return err
	}
	s.setCookie(c, "session", entry.Session, sessionFor)
	s.freshen(c, entry.Session)
	s.setCookie(c, "device", entry.Device, deviceFor)
	for _, name := range []string{"form", "next", "step"} {
		s.setCookie(c, name, "", 0)
	}
	return seeOther(c, next)
}

// renew gives the browser its session's new token. Whoever has just proved who they are
// need not do it again.
func (s *Site) renew(c *fiber.Ctx, token string, proved bool) {
	s.setCookie(c, "session", token, sessionFor)
	if proved {
		s.freshen(c, token)
	}
}

// arrival is what this browser tells of itself when somebody signs in.
func (s *Site) arrival(c *fiber.Ctx) community.Arrival {
	return community.Arrival{Device: device(c), Mark: c.Cookies(s.cookie("device")), Browser: s.at(c).proof}
}

// browsers and systems are what a device is named by. Anything else that a browser says
// of itself is whatever its user wrote there, and goes into no letter.
var (
	browsers = []string{
		useragent.Chrome, useragent.Edge, useragent.Firefox, useragent.Opera, useragent.OperaMini, useragent.OperaTouch,
		useragent.Safari, useragent.Vivaldi, useragent.SamsungBrowser, useragent.InternetExplorer,
	}
	systems = []string{
		useragent.Windows, useragent.Android, useragent.MacOS, useragent.IOS, useragent.Linux, useragent.FreeBSD, useragent.ChromeOS,
	}
)

// device says coarsely what a browser is: its name and system, no version; empty when it
// is none of those that are known.
func device(c *fiber.Ctx) string {
	agent := useragent.Parse(c.Get(fiber.HeaderUserAgent))
	var parts []string
	if slices.Contains(browsers, agent.Name) {
		parts = append(parts, agent.Name)
	}
	if slices.Contains(systems, agent.OS) {
		parts = append(parts, agent.OS)
	}
	return strings.Join(parts, " · ")
}
