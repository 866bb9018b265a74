package handlers

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"colloquy/models"
	"colloquy/views"
)

// addressEdit is the form for another address.
func (s *Site) addressEdit(c *fiber.Ctx) error {
	return s.showAddress(c, http.StatusOK, views.AddressPage{Sent: c.Query("sent") != ""})
}

func (s *Site) showAddress(c *fiber.Ctx, code int, page views.AddressPage) error {
	page.Current = s.at(c).viewer.Member.Email
	p := s.page(c, "", views.SectionSettings)
	p.Path = "/settings/address"
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.Address(p, page))
}

// addressUpdate sends a letter to the new address. The answer is the same for one that
// somebody else has.
func (s *Site) addressUpdate(c *fiber.Ctx) error {
	v := s.at(c)
	page := views.AddressPage{Email: c.FormValue("email")}
	if err := s.limit(c, "letter"); err != nil {
		return err
	}
	if err := s.limitAccount(c, "letters", "", page.Email); err != nil {
		return err
	}
	err := s.Community.RequestAddress(c.UserContext(), v.viewer, page.Email, s.arrival(c))
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		page.Errors = sentences(v.words, invalid)
		return s.showAddress(c, status(err), page)
	} else if err != nil {
		return err
	}
	return seeOther(c, "/settings/address?sent=1")
}

// addressConfirmShow is where the link of the letter leads: a visit changes nothing.
func (s *Site) addressConfirmShow(c *fiber.Ctx) error {
	page := views.AddressConfirmPage{Token: c.Params("token")}
	var err error
	page.Email, err = s.Community.AddressOpen(c.UserContext(), page.Token)
	if errors.Is(err, models.ErrNotFound) {
		page.Gone = true
	} else if err != nil {
		return err
	}
	return s.showAddressConfirm(c, page)
}

func (s *Site) showAddressConfirm(c *fiber.Ctx, page views.AddressConfirmPage) error {
	p := s.page(c, "", "")
	p.Path = "/"
	s.withToken(c, &p)
	if page.Gone {
		c.Status(http.StatusGone)
	}
	s.cacheRule(c, false)
	return s.render(c, views.AddressConfirm(p, page))
}

// addressConfirm makes the change, in whichever browser the letter is read.
func (s *Site) addressConfirm(c *fiber.Ctx) error {
	member, mark, err := s.Community.ConfirmAddress(c.UserContext(), c.Params("token"), s.arrival(c))
	if errors.Is(err, models.ErrNotFound) {
		return s.showAddressConfirm(c, views.AddressConfirmPage{Gone: true})
	} else if err != nil {
		return err
	}
	if s.at(c).viewer.MemberID() == member.ID {
		s.setCookie(c, "device", mark, deviceFor)
		return seeOther(c, views.SecurityPath(views.DoneAddress))
	}
	return s.showAddressConfirm(c, views.AddressConfirmPage{Done: true})
}
