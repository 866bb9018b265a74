package views

import (
	"time"

	"github.com/a-h/templ"

	"colloquy/models"
)

// keyPages are the pages of passkeys and other services, in every state.
func keyPages(lang string) map[string]templ.Component {
	member, visitor := fixturePage(lang, "", fixtureViewer(models.RoleMember)), fixturePage(lang, "", models.Viewer{Now: fixtureNow})
	member.Path, visitor.Path, member.Modules, visitor.Modules = "/", "/", nil, nil
	member.PasskeyHost, visitor.PasskeyHost = "forum.example.org", "forum.example.org"
	passkeys := []models.Passkey{
		{ID: 1, Name: "My <b>phone</b>", CreatedOn: fixtureNow.AddDate(-1, 0, 0), UsedOn: at(48 * time.Hour)},
		{ID: 2, CreatedOn: fixtureNow},
	}
	open, connected := Service{Key: "acme", Name: "Acme & Co"}, Service{Key: "other", Name: "منظمة", Connected: 7}
	services := []Service{connected, open}
	wrong := FieldErrors{"name": "Too long.", "passkey": "Too late."}
	pages := map[string]templ.Component{
		"sign-in-keys":        SignIn(visitor, SignInPage{Next: "/themes?a=1&b=2", Services: services, Errors: FieldErrors{"passkey": "Too late."}}),
		"security":            Security(member, SecurityPage{Passkeys: passkeys, Services: services}),
		"security-none":       Security(member, SecurityPage{}),
		"passkeys":            Passkeys(member, PasskeysPage{Passkeys: passkeys}),
		"passkeys-errors":     Passkeys(member, PasskeysPage{Name: "My phone", Errors: wrong}),
		"passkey-edit":        PasskeyEdit(member, PasskeyPage{Passkey: passkeys[0], Errors: FieldErrors{"name": "Too long."}}),
		"passkey-delete":      PasskeyDelete(member, PasskeyPage{Passkey: passkeys[1]}),
		"service-connect":     ServiceConnect(member, ServicePage{Service: open}),
		"service-go-on":       ServiceConnect(member, ServicePage{Service: open, Address: "https://colloquy.example/authorize?a=1&b=2"}),
		"service-disconnect":  ServiceDisconnect(member, ServicePage{Service: connected}),
		"service-taken":       ServiceProblem(member, "Acme", ServiceTaken),
		"service-member-down": ServiceProblem(member, "Acme", ServiceDown),
	}
	for _, state := range []ServiceState{ServiceStranger, ServiceDeclined, ServiceRefused, ServiceDown} {
		pages["service-"+string(state)] = ServiceProblem(visitor, "Acme", state)
	}
	return pages
}
