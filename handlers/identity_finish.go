package handlers

import (
	"errors"
	"log/slog"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/views"
)

// serviceFinish is where a service sends browsers back to: it ends a way that began in
// this browser, by signing in or by connecting the service.
func (s *Site) serviceFinish(c *fiber.Ctx) error {
	service, err := s.service(c)
	if err != nil {
		return err
	}
	journey, subject, err := s.arrive(c, service)
	if err != nil {
		return s.showServiceProblem(c, service, err)
	}
	v := s.at(c)
	if journey.MemberID != 0 {
		if err := s.Community.Connect(c.UserContext(), v.viewer, journey, service.Issuer, subject, device(c)); err != nil {
			return s.showServiceProblem(c, service, err)
		}
		return seeOther(c, localPath(journey.Next))
	}
	entry, err := s.Community.EnterByIdentity(c.UserContext(), service.Issuer, subject, s.arrival(c))
	if err != nil {
		return s.showServiceProblem(c, service, err)
	}
	return s.enter(c, entry, localPath(journey.Next))
}

// arrive ends the way that this browser was on and returns how the service names whoever
// came back.
func (s *Site) arrive(c *fiber.Ctx, service Service) (community.Journey, string, error) {
	journey, err := s.Community.Arrive(c.UserContext(), c.Cookies(s.cookie("journey")), service.Key, c.Query("state"))
	if err != nil {
		return journey, "", err
	}
	s.setCookie(c, "journey", "", 0)
	// A service may name itself beside the code (RFC 9207).
	if issuer := c.Query("iss"); issuer != "" && issuer != service.Issuer {
		return journey, "", errServiceRefused
	}
	if c.Query("error") != "" || c.Query("code") == "" {
		return journey, "", errDeclined
	}
	subject, err := service.Finish(c.UserContext(), c.Query("code"), journey.Nonce, journey.Verifier)
	return journey, subject, service.failed(err)
}

// showServiceProblem says why nobody was let in or connected; other errors it returns.
func (s *Site) showServiceProblem(c *fiber.Ctx, service Service, err error) error {
	var state views.ServiceState
	switch {
	case errors.Is(err, community.ErrStranger):
		state = views.ServiceStranger
	case errors.Is(err, community.ErrIdentityTaken):
		state = views.ServiceTaken
	case errors.Is(err, errDeclined):
		state = views.ServiceDeclined
	case errors.Is(err, community.ErrJourney), errors.Is(err, errServiceRefused):
		state = views.ServiceRefused
	case errors.Is(err, errServiceDown):
		state = views.ServiceDown
	default:
		return err
	}
	if errors.Is(err, errServiceRefused) || errors.Is(err, errServiceDown) {
		s.Log.LogAttrs(c.UserContext(), slog.LevelWarn, "signing in through a service failed",
			slog.String("service", service.Key), slog.Any("error", err))
	}
	p := s.page(c, "", views.SectionSignIn)
	p.Path = "/"
	c.Status(status(err))
	s.cacheRule(c, false)
	return s.render(c, views.ServiceProblem(p, service.Name, state))
}
