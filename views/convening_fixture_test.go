package views

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/views/words"
)

func fixtureText(kind models.TextKind, version int, lang, body string) ShownText {
	return ShownText{Kind: kind, Version: version, Body: body, HTML: prose.Render(body), Lang: lang, Day: fixtureNow.AddDate(0, 0, -3)}
}

// conveningPages are the pages on which conveners run the community and members agree to
// its rules, in every state.
func conveningPages(lang string) map[string]templ.Component {
	convener, member, visitor := fixturePage(lang, "", fixtureViewer(models.RoleConvener)),
		fixturePage(lang, "", fixtureViewer(models.RoleMember)), fixturePage(lang, "", models.Viewer{Now: fixtureNow})
	for _, p := range []*Page{&convener, &member, &visitor} {
		p.Path, p.Modules = "/", nil
		p.Languages = words.Offered([]string{"fr", lang})
	}
	asked := member
	asked.Viewer.MustAgree = true
	rules := fixtureText(models.TextRules, 3, "fr", "Soyez brefs.\n\n# Qui veille\n\nL’équipe <b>de modération</b>.\n\n## Comment\n\nEn lisant.")
	privacy := fixtureText(models.TextPrivacy, 1, "ar", "لا نحفظ شيئًا.\n\n### من يرى\n\nالأعضاء.")
	settings := CommunitySettingsPage{
		Name: "Colloquy", Purpose: "Conversations carried on.", Contact: "secretariat@example.org", Joining: models.JoiningRequest,
		JoinQuestion: "Who are you?", Offered: map[string]bool{"en": true, "ar": true}, Language: "en", Saved: true,
	}
	wrong := settings
	wrong.Saved, wrong.Offered = false, nil
	wrong.Errors = FieldErrors{
		"name": "A name.", "purpose": "Too long.", "contact": "Too long.", "languages": "Choose one.", "language": "Choose one.",
		"joining": "Choose one.", "join_question": "Too long.",
	}
	groups := GroupsPage{Groups: fixtureExplained(), Unused: map[int64]bool{2: true}, Lang: "en", Saved: true}
	groups.Groups[1].Retired = true
	inUse := groups
	inUse.Saved, inUse.Errors = false, FieldErrors{"group": "In use."}
	group := GroupEditPage{ID: 1, Name: "MSI secretariats", Explains: "People.", Mark: models.Mark{Letter: "S", Shape: "square", Colour: "s"}, Known: true}
	refused := GroupEditPage{Name: "Trade unions", Mark: models.Mark{Letter: "Too much"}, Errors: FieldErrors{
		"name": "Taken.", "explains": "Too long.", "letter": "One letter.", "shape": "Choose one.", "colour": "Choose one.",
	}}
	initiatives := InitiativesPage{Rows: []models.InitiativeUse{
		{Initiative: models.Initiative{ID: 1, Name: "OGP"}, Personas: 3}, {Initiative: models.Initiative{ID: 2, Name: "<EITI>"}},
	}, Saved: true}
	renaming := initiatives
	renaming.Saved, renaming.Changing, renaming.Name, renaming.Errors = false, 2, "OGP", FieldErrors{"name": "Taken."}
	adding := renaming
	adding.Changing, adding.NewName, adding.Errors = 0, "OGP", FieldErrors{"new_name": "Taken."}
	bodies := []TextBody{
		{Field: "text_en", Lang: "en", Name: "English", Dir: "ltr", Text: "# So", Preview: prose.Render("# So")},
		{Field: "text_ar", Lang: "ar", Name: "العربية", Dir: "rtl", Text: "نص", Preview: prose.Render("نص")},
	}
	editions := []models.TextEdition{
		{Version: 2, CreatedOn: fixtureNow, Changed: models.TextKinds}, {Version: 1, CreatedOn: fixtureNow.AddDate(0, -1, 0), Changed: models.TextKinds[1:]},
	}
	program := fixtureText(models.TextRules, 0, lang, ProgramText(words.For(lang), models.TextRules))
	agreement := AgreementPage{Version: 3, Day: fixtureNow, Since: 1, SinceDay: fixtureNow.AddDate(0, -1, 0), Next: "/themes", Newer: true, Texts: []AgreementText{
		{ShownText: rules, Changes: []prose.Change{{Text: "Soyez longs."}, {Text: "Soyez brefs.", Added: true}}}, {ShownText: privacy, Was: &program},
	}}
	first := AgreementPage{Version: 3, Day: fixtureNow, Next: "/", Texts: []AgreementText{{ShownText: rules}, {ShownText: privacy}}}
	return map[string]templ.Component{
		"community": CommunityHub(convener), "community-settings": CommunitySettings(convener, settings), "community-settings-wrong": CommunitySettings(convener, wrong),
		"groups": GroupsEdit(convener, groups), "groups-in-use": GroupsEdit(convener, inUse), "group": GroupEdit(convener, group), "group-wrong": GroupEdit(convener, refused),
		"initiatives": Initiatives(convener, initiatives), "initiatives-none": Initiatives(convener, InitiativesPage{}),
		"initiatives-renaming": Initiatives(convener, renaming), "initiatives-adding": Initiatives(convener, adding),
		"initiative-delete": InitiativeDelete(convener, initiatives.Rows[0]),
		"texts":             Texts(convener, TextsPage{Version: 3, Agree: 2, Saved: true, Texts: []TextState{{ShownText: rules, Languages: []string{"English", "العربية"}}, {ShownText: fixtureText(models.TextPrivacy, 0, lang, "x")}}}),
		"texts-program":     Texts(convener, TextsPage{Texts: []TextState{{ShownText: program}}}),
		"text-edit":         TextEdit(convener, TextEditPage{Kind: models.TextRules, Bodies: bodies, Base: 1, AskAgain: true}),
		"text-edit-theirs":  TextEdit(convener, TextEditPage{Kind: models.TextPrivacy, Bodies: bodies, Theirs: &privacy, Errors: FieldErrors{"base": "Newer.", "text_en": "Too long."}}),
		"editions":          Editions(member, EditionsPage{Rows: editions, Version: 2}),
		"edition":           TextEdition(member, EditionPage{Version: 3, Day: fixtureNow, Holds: true, Texts: []ShownText{rules, privacy}}),
		"edition-0":         TextEdition(member, EditionPage{Texts: []ShownText{program, privacy}}),
		"agreement":         Agreement(asked, agreement), "agreement-done": Agreement(member, agreement), "agreement-first": Agreement(asked, first),
		"rules-own": HouseRules(visitor, rules), "rules-asked": HouseRules(asked, rules),
		"privacy-own": Privacy(member, privacy, "https://example.org/contact"), "privacy-contact": Privacy(visitor, ShownText{Kind: models.TextPrivacy}, "Ring the bell"),
		"about-contact":        About(visitor, AboutPage{Purpose: "So.", Lang: "fr", Groups: groups.Groups, Joining: models.JoiningOpen, Contact: "a@example.org"}),
		"invitation-own-rules": Invitation(visitor, InvitationPage{Token: "t0ken", Groups: groups.Groups, Lang: "en", PasswordLength: 10, Rules: rules}),
		"rules-late":           HouseRules(visitor, ShownText{Kind: models.TextRules, Version: 1, HTML: prose.Render(strings.Repeat("word ", 40)), Lang: "sw", Day: time.Time{}}),
	}
}
