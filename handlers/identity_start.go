package handlers

import (
	"net/http"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/models"
	"colloquy/views"
)

// journeyFor is how long a browser keeps the token of its way to another service.
const journeyFor = 10 * time.Minute

// serviceStart sends a visitor to a service to sign in there. It is a link: a form may
// not lead to another site.
func (s *Site) serviceStart(c *fiber.Ctx) error {
	service, err := s.service(c)
	if err != nil {
		return err
	}
	next := localPath(c.Query("next"))
	if s.at(c).viewer.SignedIn() {
		return seeOther(c, next)
	}
	address, err := s.depart(c, service, models.Viewer{}, next)
	if err != nil {
		return s.showServiceProblem(c, service, err)
	}
	s.cacheRule(c, false)
	return seeOther(c, address)
}

// depart begins a way to a service and returns where it leads.
func (s *Site) depart(c *fiber.Ctx, service Service, viewer models.Viewer, next string) (string, error) {
	journey, token, err := s.Community.Depart(c.UserContext(), viewer, service.Key, next)
	if err != nil {
		return "", err
	}
	address, err := service.Start(c.UserContext(), journey.State, journey.Nonce, journey.Verifier)
	if err != nil {
		return "", service.failed(err)
	}
	s.setCookie(c, "journey", token, journeyFor)
	return address, nil
}

// serviceConnect is the page before the viewer goes to a service to connect it.
func (s *Site) serviceConnect(c *fiber.Ctx) error {
	service, err := s.service(c)
	if err != nil {
		return err
	}
	return s.showConnect(c, views.ServicePage{Service: views.Service{Key: service.Key, Name: service.Name}})
}

func (s *Site) showConnect(c *fiber.Ctx, page views.ServicePage) error {
	p := s.page(c, "", views.SectionSettings)
	c.Status(http.StatusOK)
	s.cacheRule(c, false)
	return s.render(c, views.ServiceConnect(p, page))
}

// serviceDepart begins the way to a service that the viewer connects, and shows the link
// that leads there: a form may not.
func (s *Site) serviceDepart(c *fiber.Ctx) error {
	service, err := s.service(c)
	if err != nil {
		return err
	}
	address, err := s.depart(c, service, s.at(c).viewer, "/settings/security")
	if err != nil {
		return s.showServiceProblem(c, service, err)
	}
	return s.showConnect(c, views.ServicePage{Service: views.Service{Key: service.Key, Name: service.Name}, Address: address})
}
