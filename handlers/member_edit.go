package handlers

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/app/community"
	"colloquy/models"
	"colloquy/views"
)

// memberEdit is the page on which a convener changes a membership.
func (s *Site) memberEdit(c *fiber.Ctx) error {
	member, err := s.membership(c)
	if err != nil {
		return err
	}
	return s.showMemberEdit(c, http.StatusOK, member, views.MemberEditPage{
		GroupID: member.GroupID, Role: member.Role, Until: s.untilOf(member), Saved: c.Query("saved") != "",
	})
}

// memberUpdate changes a member's group and role.
func (s *Site) memberUpdate(c *fiber.Ctx) error {
	member, err := s.membershipToChange(c)
	if err != nil {
		return err
	}
	page := views.MemberEditPage{Role: models.Role(c.FormValue("role")), Until: s.untilOf(member)}
	page.GroupID, _ = strconv.ParseInt(c.FormValue("group"), 10, 64)
	err = s.Community.EditMembership(c.UserContext(), s.at(c).viewer, member.PersonaHandle, community.MembershipEdit{
		GroupID: page.GroupID, Role: page.Role,
	})
	return s.memberChanged(c, member, page, err)
}

// memberSuspend keeps a member out until the beginning of a day.
func (s *Site) memberSuspend(c *fiber.Ctx) error {
	member, err := s.membershipToChange(c)
	if err != nil {
		return err
	}
	page := views.MemberEditPage{GroupID: member.GroupID, Role: member.Role, Until: c.FormValue("until")}
	until, err := time.Parse(time.DateOnly, page.Until)
	if err != nil {
		until = time.Time{} // which does not lie ahead: the room says so
	}
	err = s.Community.Suspend(c.UserContext(), s.at(c).viewer, member.PersonaHandle, until)
	return s.memberChanged(c, member, page, err)
}

// memberLift ends a suspension.
func (s *Site) memberLift(c *fiber.Ctx) error {
	member, err := s.membershipToChange(c)
	if err != nil {
		return err
	}
	err = s.Community.Lift(c.UserContext(), s.at(c).viewer, member.PersonaHandle)
	return s.memberChanged(c, member, views.MemberEditPage{GroupID: member.GroupID, Role: member.Role}, err)
}

// membership finds the member of the address. To everybody but conveners there is no
// such page: they are answered as for a member that never was.
func (s *Site) membership(c *fiber.Ctx) (models.Membership, error) {
	handle, err := name(c, "handle")
	if err != nil {
		return models.Membership{}, err
	}
	return s.Community.Membership(c.UserContext(), s.at(c).viewer, handle)
}

// membershipToChange is membership for a form: who may not see the page is told that
// before anything is said of the form.
func (s *Site) membershipToChange(c *fiber.Ctx) (models.Membership, error) {
	member, err := s.membership(c)
	if err == nil && !s.proven(c) {
		err = errStale
	}
	if err == nil {
		err = s.limit(c, "write")
	}
	return member, err
}

// memberChanged answers a form: the page again with what is wrong, or with what holds
// now. Whoever changed themselves may be no convener any more, and is led to their profile.
func (s *Site) memberChanged(c *fiber.Ctx, member models.Membership, page views.MemberEditPage, err error) error {
	v := s.at(c)
	var invalid models.Invalid
	if errors.As(err, &invalid) {
		page.Errors = sentences(v.words, invalid)
		return s.showMemberEdit(c, status(err), member, page)
	} else if err != nil {
		return err
	}
	path := "/members/" + member.PersonaHandle
	if v.viewer.Member.ID != member.MemberID {
		return seeOther(c, escaped(path+"/edit")+"?saved=1")
	}
	return seeOther(c, escaped(path))
}

func (s *Site) showMemberEdit(c *fiber.Ctx, code int, member models.Membership, page views.MemberEditPage) error {
	page.Member, page.Groups = member, s.at(c).settings.Groups
	var err error
	if page.Moderates, err = s.Community.ModeratedThemes(c.UserContext(), s.at(c).viewer, member.PersonaHandle); err != nil {
		return err
	}
	p := s.page(c, "", "")
	p.NoIndex = true
	if reads(c) {
		p.Path = localPath("/members/" + member.PersonaHandle + "/edit")
	}
	c.Status(code)
	s.cacheRule(c, false)
	return s.render(c, views.MemberEdit(p, page))
}

// untilOf is the day on which a suspension ends, empty when there is none.
func (s *Site) untilOf(member models.Membership) string {
	if member.SuspendedUntil == nil || !s.Now().Before(*member.SuspendedUntil) {
		return ""
	}
	return member.SuspendedUntil.UTC().Format(time.DateOnly)
}
