package handlers

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"colloquy/handlers/api"
	"colloquy/models"
)

// routes is the table of all addresses. Slugs that are acts (new, edit, …) are never
// given to threads and themes, so that a pattern below stands for one thing only.
func (s *Site) routes(app *fiber.App) {
	app.Get("/healthz", s.healthz)
	app.Get("/static/*", s.staticShow)
	app.Get("/favicon.ico", func(c *fiber.Ctx) error { return c.Redirect(s.Files.URL("img/favicon.svg"), fiber.StatusFound) })
	app.Get("/robots.txt", s.robots)
	app.Get("/live", s.liveSocket) // looks at the handshake before it meets anybody

	app.Use(s.guard, s.visited, compressed())
	app.Get("/live/changes", s.limited("polling"), s.liveChanges)
	app.Get("/sitemap.xml", s.sitemapShow)
	app.Get("/sitemap-:file.xml", s.sitemapFile)
	api.Register(app, api.Deps{
		Forum: s.Forum, Community: s.Community, Origins: s.Origins, BaseURL: s.BaseURL, Version: s.Version,
		Viewer: func(c *fiber.Ctx) models.Viewer { return s.at(c).viewer },
		Limit:  s.apiLimit,
	})

	app.Get("/", s.homeShow)
	app.Get("/themes", s.themesShow)
	app.Get("/themes/:slug", s.themeShow)
	app.Get("/themes/:slug/access", s.themeAccess)
	app.Post("/themes/:slug/access", s.themeAccessUpdate)
	app.Post("/themes/:slug/moderators", s.moderatorCreate)
	app.Post("/themes/:slug/moderators/delete", s.moderatorDelete)
	app.Get("/workshops/:slug", s.workshopShow)
	app.Get("/learning-agenda", s.agendaShow)
	app.Get("/search", s.searchShow)
	app.Get("/members", s.membersShow)
	app.Get("/members/:handle", s.profileShow)
	app.Get("/groups/:id", s.groupShow)
	app.Get("/members/:handle/edit", s.memberEdit)
	app.Post("/members/:handle/edit", s.memberUpdate)
	app.Post("/members/:handle/suspension", s.memberSuspend)
	app.Post("/members/:handle/suspension/delete", s.memberLift)
	app.Get("/about", s.aboutShow)
	app.Get("/house-rules", s.rulesShow)
	app.Get("/house-rules/editions", s.editionsShow)
	app.Get("/house-rules/editions/:version", s.editionShow)
	app.Get("/agreement", s.agreementShow)
	app.Post("/agreement", s.form, s.limited("write"), s.agreementCreate)
	app.Get("/privacy", s.privacyShow)

	app.Get("/community", s.convenes, s.communityShow)
	app.Get("/community/settings", s.convenes, s.communityEdit)
	app.Post("/community/settings", s.convenes, s.limited("write"), s.communityUpdate)
	app.Get("/community/texts", s.convenes, s.textsShow)
	app.Get("/community/texts/:kind", s.convenes, s.textEdit)
	app.Post("/community/texts/:kind", s.convenes, s.limited("write"), s.textUpdate)
	app.Get("/community/groups", s.convenes, s.groupsShow)
	app.Post("/community/groups", s.convenes, s.form, s.limited("write"), s.groupCreate)
	app.Get("/community/groups/new", s.convenes, s.groupNew)
	app.Get("/community/groups/:id/edit", s.convenes, s.groupEdit)
	app.Post("/community/groups/:id/edit", s.convenes, s.form, s.limited("write"), s.groupUpdate)
	app.Post("/community/groups/:id/move", s.convenes, s.form, s.limited("write"), s.groupMove)
	app.Post("/community/groups/:id/retirement", s.convenes, s.form, s.limited("write"), s.groupRetire)
	app.Post("/community/groups/:id/retirement/delete", s.convenes, s.form, s.limited("write"), s.groupReopen)
	app.Post("/community/groups/:id/delete", s.convenes, s.form, s.limited("write"), s.groupRemove)
	app.Get("/community/initiatives", s.convenes, s.initiativesShow)
	app.Post("/community/initiatives", s.convenes, s.form, s.limited("write"), s.initiativeCreate)
	app.Post("/community/initiatives/:id", s.convenes, s.form, s.limited("write"), s.initiativeUpdate)
	app.Get("/community/initiatives/:id/delete", s.convenes, s.initiativeDelete)
	app.Post("/community/initiatives/:id/delete", s.convenes, s.form, s.limited("write"), s.initiativeRemove)

	app.Get("/threads/new", s.threadNew)
	app.Post("/threads", s.threadCreate)
	app.Get("/threads/:id/edit", s.threadEdit)
	app.Post("/threads/:id/edit", s.limited("write"), s.threadUpdate)
	app.Post("/threads/:id/responses", s.responseCreate)
	app.Get("/threads/:id/responses/:number/edit", s.responseEdit)
	app.Post("/threads/:id/responses/:number/edit", s.limited("write"), s.responseUpdate)
	app.Get("/threads/:id/responses/:number/delete", s.responseDelete)
	app.Post("/threads/:id/responses/:number/delete", s.form, s.limited("write"), s.responseRemove)
	app.Get("/threads/:id/responses/:number/authorship", s.responseCut)
	app.Get("/threads/:id/responses/:number/authorship/delete", s.responseCut)
	app.Post("/threads/:id/responses/:number/authorship/delete", s.form, s.fresh, s.limited("write"), s.authorshipDelete)
	app.Get("/threads/:id", s.threadBare)
	app.Get("/threads/:id/:slug", s.threadShow)
	app.Get("/threads/:id/:slug/:number", s.responseShow)

	app.Get("/sign-in", s.signInShow)
	app.Post("/sign-in", s.signIn)
	app.Get("/sign-in/code", s.codeShow)
	app.Post("/sign-in/code", s.form, s.limited("code"), s.codeUse)
	app.Get("/sign-in/second-step", s.stepShow)
	app.Post("/sign-in/second-step", s.form, s.stepUse)
	app.Get("/sign-in/passkey", func(c *fiber.Ctx) error { return seeOther(c, "/sign-in") })
	app.Post("/sign-in/passkey", s.form, s.limited("sign in"), s.passkeyEnter)
	app.Post("/sign-in/passkey/options", s.form, s.limited("ask"), s.passkeyAsk)
	app.Get("/sign-in/with/:service", s.limited("ask"), s.serviceStart)
	app.Get("/sign-in/with/:service/callback", s.limited("sign in"), s.serviceFinish)
	app.Get("/sign-in/:token", s.linkShow)
	app.Post("/sign-in/:token", s.form, s.limited("code"), s.linkUse)
	app.Get("/sign-out", s.signOutShow)
	app.Post("/sign-out", s.form, s.signOut)
	app.Get("/invitations", s.invitationsShow)
	app.Post("/invitations", s.form, s.limited("letter"), s.invitationCreate)
	app.Get("/invitations/bulk", s.guestsShow)
	app.Post("/invitations/bulk", s.guestsInvite)
	app.Get("/invitations/requests", s.requestsShow)
	app.Post("/invitations/requests/:id/accept", s.form, s.requestAccept)
	app.Post("/invitations/requests/:id/delete", s.form, s.requestSetAside)
	app.Post("/invitations/:id/resend", s.form, s.limited("letter"), s.invitationResend)
	app.Post("/invitations/:id/delete", s.form, s.invitationRevoke)
	app.Get("/invitations/:token", s.invitationShow)
	app.Post("/invitations/:token", s.limited("joining"), s.invitationAccept)
	app.Get("/join", s.joinShow)
	app.Post("/join", s.joinAsk)
	app.Get("/join/:token", s.joinFinishShow)
	app.Post("/join/:token", s.form, s.limited("joining"), s.joinFinish)
	app.Get("/welcome", s.welcomeShow)
	app.Get("/settings", s.settingsShow)
	app.Post("/settings", s.limited("sign in"), s.settingsUpdate)
	app.Get("/settings/authorship", s.authorshipShow)
	app.Post("/settings/authorship", s.form, s.fresh, s.limited("write"), s.authorshipDeleteAll)
	app.Get("/settings/leave", s.leaveShow)
	app.Post("/settings/leave", s.form, s.fresh, s.limited("write"), s.memberLeave)
	app.Get("/left", s.leftShow)
	app.Get("/settings/export", s.exportShow)
	app.Post("/settings/export", s.form, s.fresh, s.limited("copy"), s.exportCreate)
	app.Get("/settings/security", s.securityShow)
	app.Get("/settings/proof", s.proofShow)
	app.Post("/settings/proof", s.form, s.proofCreate)
	app.Get("/settings/password", s.passwordEdit)
	app.Post("/settings/password", s.form, s.passwordUpdate)
	app.Get("/settings/password/delete", s.fresh, s.passwordDelete)
	app.Post("/settings/password/delete", s.fresh, s.form, s.passwordRemove)
	app.Get("/settings/authenticator", s.fresh, s.authenticatorNew)
	app.Post("/settings/authenticator", s.fresh, s.form, s.limited("write"), s.authenticatorCreate)
	app.Get("/settings/authenticator/delete", s.fresh, s.authenticatorDelete)
	app.Post("/settings/authenticator/delete", s.fresh, s.form, s.authenticatorRemove)
	app.Get("/settings/recovery-codes", s.fresh, s.recoveryNew)
	app.Post("/settings/recovery-codes", s.fresh, s.form, s.recoveryCreate)
	app.Get("/settings/address", s.fresh, s.addressEdit)
	app.Post("/settings/address", s.fresh, s.form, s.addressUpdate)
	app.Get("/settings/address/:token", s.addressConfirmShow)
	app.Post("/settings/address/:token", s.form, s.limited("code"), s.addressConfirm)
	app.Post("/settings/sessions/delete", s.form, s.sessionsEnd)
	app.Post("/settings/sessions/:id/delete", s.form, s.sessionEnd)
	app.Get("/settings/pseudonyms", s.pseudonymsShow)
	app.Get("/settings/passkeys", s.fresh, s.passkeysShow)
	app.Post("/settings/passkeys", s.form, s.fresh, s.passkeyCreate)
	app.Post("/settings/passkeys/options", s.form, s.fresh, s.limited("ask"), s.passkeyOptions)
	app.Get("/settings/passkeys/:id/edit", s.passkeyEdit)
	app.Post("/settings/passkeys/:id/edit", s.form, s.passkeyUpdate)
	app.Get("/settings/passkeys/:id/delete", s.fresh, s.passkeyDelete)
	app.Post("/settings/passkeys/:id/delete", s.form, s.fresh, s.passkeyRemove)
	app.Get("/settings/services/:service", s.fresh, s.serviceConnect)
	app.Post("/settings/services/:service", s.form, s.fresh, s.limited("ask"), s.serviceDepart)
	app.Get("/settings/services/:id/delete", s.fresh, s.serviceDelete)
	app.Post("/settings/services/:id/delete", s.form, s.fresh, s.serviceDisconnect)
	app.Post("/look", s.limited("look"), s.lookUpdate)
	if s.Demo {
		app.Post("/demo/sign-in", s.form, s.demoSignIn)
	}
	app.Use(func(*fiber.Ctx) error { return models.ErrNotFound })
}

// Addresses lists everything that an app answers, as METHOD and pattern, each once and
// without the HEAD beside each GET. Tests hold it to the table of who may have what.
func Addresses(app *fiber.App) []string {
	var list []string
	for _, route := range app.GetRoutes(true) {
		if name := route.Method + " " + route.Path; route.Method != fiber.MethodHead && !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

// apiLimit is limit for the API, which reads without one.
func (s *Site) apiLimit(c *fiber.Ctx, act string, viewer models.Viewer) (time.Duration, bool) {
	if act == api.LimitRead || !s.RateLimits {
		return 0, true
	}
	if wait := s.limits.allow(act, s.who(c, viewer), s.Now()); wait > 0 {
		return wait, false
	}
	return 0, true
}
