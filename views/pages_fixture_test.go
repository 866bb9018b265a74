package views

import (
	"maps"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"colloquy/models"
)

func at(ago time.Duration) *time.Time {
	t := fixtureNow.Add(-ago)
	return &t
}

// heardFrom are one text of each of the groups.
func heardFrom(groups ...int64) []models.Voice {
	var voices []models.Voice
	for _, id := range groups {
		voices = append(voices, models.Voice{GroupID: id, Responses: 1})
	}
	return voices
}

func fixtureThemes() []models.ThemeRow {
	theme := func(slug, title, line string, threads, responses int, ago time.Duration, heard ...int64) models.ThemeRow {
		return models.ThemeRow{
			Theme:   models.Theme{ID: int64(len(slug)), Slug: slug, Title: title, Line: line, Lang: "en", Audience: models.AudienceEveryone},
			Threads: threads, Responses: responses, LatestAt: at(ago), Voices: heardFrom(heard...),
		}
	}
	themes := []models.ThemeRow{
		theme("theories-of-change", "MSI theories of change", "Whether an initiative could or should have one. Members lean towards several, held openly, over one written for funders.", 9, 31, 6*time.Hour, 1, 2, 3, 4, 6),
		theme("learning-priorities", "Learning priorities", "Fewer studies of initiatives, more of what changes in a country after one arrives.", 8, 44, 2*time.Hour, 1, 2, 4, 5, 6),
		theme("linkages", "Global-national linkages", "Global standards travel as far as a national forum can carry them. Most are lost at the hand-over.", 11, 96, 12*time.Minute, 1, 2, 3, 4, 6),
		theme("fadaa", "تقلّص الفضاء المدني", "متى ينبغي لمبادرة أن تقول إن بلدًا لم يعد يجتمع؟", 5, 52, 40*time.Minute, 1, 2, 3, 6),
		theme("open-contracting", "Open Contracting", "A practical test of everything above: what a new partnership can do differently from its first day.", 0, 0, 0),
	}
	themes[3].Lang, themes[3].Audience = "ar", models.AudienceMembers
	themes[4].LatestAt = nil
	return themes
}

// fixtureThreads are threads of every sort that a list meets.
func fixtureThreads() []models.ThreadRow {
	thread := func(id int64, kind models.Kind, title, name, excerpt string, responses int, ago time.Duration, heard ...int64) models.ThreadRow {
		return models.ThreadRow{
			Thread: models.Thread{
				ID: id, Slug: "a-thread", Title: title, Lang: "en", Kind: kind, Responses: responses, LatestNumber: responses + 1,
				LastNumber: responses + 1, ActiveAt: fixtureNow.Add(-ago), Dating: models.DatedExactly,
			},
			Byline: named("Rosa Quispe", "rosa-quispe", 2), ThemeSlug: "linkages", ThemeTitle: "Global-national linkages",
			LatestName: name, LatestExcerpt: excerpt, LatestLang: "en", Voices: heardFrom(heard...),
		}
	}
	rows := []models.ThreadRow{
		thread(1, models.KindResource, "Overview of the evidence on MSIs, as presented in February", "", "", 0, time.Hour*50, 1, 4, 5, 6),
		thread(2, models.KindChallenge, "When the global standard meets a closed national room, which one gives way?", "Hanna Lindqvist", "it is three countries, not two.", 20, 12*time.Minute, 1, 2, 3, 4, 6),
		thread(3, models.KindQuestion, "Who keeps the national plan alive between global summits?", "Nino Beridze", "In our case it is one person on a consultant’s contract.", 11, 26*time.Hour, 1, 2, 3),
		thread(4, models.KindInsight, "العاملون في البلدان يترجمون مرتين", "هدى", "الترجمة الثانية هي التي لا يدفع ثمنها أحد.", 1204, 75*time.Hour, 1, 2, 4, 6),
		thread(5, models.KindProposal, "Pair every global board seat with a standing national forum", "", "Nothing about us without us.", 2, 9*24*time.Hour, 1, 2, 3, 4, 5, 6, 7),
		thread(6, "", "Averyveryveryveryverylongwordthatsomebodywroteasatitlewithoutanyspacesatallinordertoseewhathappens", "Old Author", "An old text.", 4, 24*24*time.Hour, 2),
	}
	rows[0].Pinned, rows[0].Excerpt, rows[0].LatestNumber = true, "The presentation that opened the workshop, with the questions it raised.", 0
	rows[2].Locked, rows[2].Outcome = true, models.OutcomeOpenChallenge
	rows[3].Lang, rows[3].LatestLang = "ar", "ar"
	rows[4].Dating, rows[5].Dating = models.DatedByDay, models.Undated
	return rows
}

func fixtureWorkshop() models.Workshop {
	return models.Workshop{
		ID: 1, Slug: "february", Lang: "en", Month: 2, FirstDay: 11, LastDay: 12,
		Title:      "A workshop on Multi-Stakeholder Initiatives and Governance: What did we learn and where to go from here?",
		ConvenedBy: "Transparency and Accountability Initiative (T/AI)", SupportedBy: "the World Bank",
		Summary: "The workshop was about international multi-stakeholder initiatives that address public governance issues. It sought to understand the state of evidence on them and to share learning.",
		Unknown: "The year of the workshop is not known here, nor are its agenda and its list of participants.",
	}
}

func fixtureQuestions() []models.QuestionRow {
	question := func(slug, text string, status models.QuestionStatus, threads ...models.ThreadRow) models.QuestionRow {
		return models.QuestionRow{Question: models.Question{Slug: slug, Question: text, Lang: "en", Status: status}, Threads: threads}
	}
	threads := fixtureThreads()
	rows := []models.QuestionRow{
		question("roots", "How do global processes take root in national and local contexts?", models.QuestionGathering, threads[1:4]...),
		question("contribution", "What do MSIs contribute to more transparent and accountable governance?", models.QuestionGathering),
		question("theory", "Could, or should, an MSI have a theory of change?", models.QuestionAnswered, threads[0]),
		question("space", "What should an initiative do when civic space closes around its members?", models.QuestionOpen),
		question("first-day", "What can the Open Contracting Partnership take up from its first day?", models.QuestionAside),
	}
	rows[0].SoFar = "By way of one or two people in a national office. What they record is not what the standard asks for."
	rows[0].UnderWay = "Exploration of OGP across several contexts, T/AI with Global Integrity\n\nCountry level studies\n"
	return rows
}

func fixtureHome() HomePage {
	workshop := fixtureWorkshop()
	home := HomePage{AllGroups: fixtureGroups[:6], Purpose: "Colloquy carries on the conversations of a workshop.", PurposeLang: "en"}
	home.Themes, home.Questions, home.Workshop = fixtureThemes(), fixtureQuestions(), &workshop
	home.Threads, home.Members, home.Groups = 44, 214, 6
	for i, row := range fixtureThreads() {
		home.Latest = append(home.Latest, models.Activity{ThreadRow: row, Opened: i%3 == 0, At: row.ActiveAt})
	}
	row := fixtureRows()[0]
	row.HTML = "<p>A standard asks whether the room exists. It does not ask whether the room is open.</p>"
	home.Featured, home.FeaturedIn, home.FeaturedTheme = &row, fixtureThreads()[1].Thread, "Global-national linkages"
	return home
}

func fixtureHits() []models.SearchHit {
	hit := func(number int, excerpt string) models.SearchHit {
		return models.SearchHit{
			ThreadID: 2, ThreadSlug: "closed-room", ThreadTitle: "A record of who spoke", ThreadLang: "en", Kind: models.KindChallenge,
			ThemeSlug: "linkages", ThemeTitle: "Global-national linkages", Number: number, Byline: named("Samuel Okoth", "samuel-okoth", 2),
			Excerpt: excerpt, Lang: "en", CreatedAt: fixtureNow.AddDate(0, 0, -13), Dating: models.DatedExactly,
		}
	}
	hits := []models.SearchHit{
		hit(1, "Item, speaker’s group, what was asked, and whether the text changed. One page a meeting."),
		hit(4, "Last year I started to keep a second sheet: who spoke, on which item, and whether the item changed."),
		hit(7, "من تكلم، وفي أي بند، وهل تغيّر البند بعد ذلك."),
	}
	hits[2].Lang, hits[2].Byline, hits[2].Dating = "ar", models.Byline{PersonaKind: models.PersonaBlank}, models.Undated
	return hits
}

func fixtureExplained() []models.Group {
	groups := append([]models.Group(nil), fixtureGroups...)
	for i := range groups {
		groups[i].Explains = "People who work for the secretariat of an initiative, or who take part in one in a country."
	}
	return groups
}

func fixtureInvitations() []models.InvitationRow {
	row := func(id int64, email string, role models.Role, expires time.Time) models.InvitationRow {
		return models.InvitationRow{
			Invitation: models.Invitation{ID: id, Email: email, Role: role, CreatedOn: fixtureNow.AddDate(0, 0, -20), ExpiresAt: expires},
			GroupKey:   "f", GroupName: "Funders", InviterName: "Lena Fischer",
		}
	}
	later, past := fixtureNow.AddDate(0, 0, 10), fixtureNow.AddDate(0, 0, -3)
	rows := []models.InvitationRow{
		row(1, "margaret.owusu@example.org", models.RoleMember, later), row(2, "", models.RoleModerator, later),
		row(3, "a@example.org", models.RoleMember, past), row(4, "b@example.org", models.RoleConvener, later), row(5, "c@example.org", models.RoleMember, later),
	}
	rows[1].GroupKey, rows[1].GroupName, rows[1].InviterName = "", "", ""
	rows[0].PersonaID, rows[2].PersonaID, rows[3].PersonaID, rows[4].PersonaID = new(int64), new(int64), new(int64), new(int64)
	rows[3].AcceptedAt, rows[4].RevokedAt = &past, &past
	rows[1].MaxUses, rows[1].Uses, rows[1].Note = 30, 12, "For the round table"
	rows[1].Themes = []models.ThemeName{{Slug: "fadaa", Title: "تقلّص الفضاء المدني", Lang: "ar"}}
	return rows
}

func fixturePersonas() []models.OwnPersona {
	return []models.OwnPersona{
		{ID: 4, Kind: models.PersonaNamed, Name: "Amina Diallo", Texts: 1204},
		{ID: 9, Kind: models.PersonaPseudonym, Name: "Heron", Texts: 1, ThemeTitle: "Closing civic space", ThemeLang: "en"},
	}
}

func fixtureProfile() models.Profile {
	return models.Profile{
		Byline: named("Amina Diallo", "amina-diallo", 1), Organisation: "Open Government Partnership", JoinedOn: fixtureNow.AddDate(0, -8, 0),
		About:       "Works with national forums from the secretariat of an initiative. Reads in English, French and Arabic.",
		Initiatives: []models.Initiative{{ID: 1, Slug: "ogp", Name: "Open Government Partnership (OGP)"}, {ID: 2, Slug: "eiti", Name: "Extractive Industries Transparency Initiative (EITI)"}},
		Responses:   27, Threads: 9,
	}
}

func fixtureMembership(suspendedUntil *time.Time) models.Membership {
	return models.Membership{Byline: named("هدى", "huda", 7), MemberID: 30303, Role: models.RoleModerator, SuspendedUntil: suspendedUntil}
}

// communityPages are the pages other than those of threads, in every state.
func communityPages(lang string) map[string]templ.Component {
	pages := accountPages(lang)
	member, visitor := fixturePage(lang, "", fixtureViewer(models.RoleModerator)), fixturePage(lang, "", models.Viewer{Now: fixtureNow})
	member.Path, visitor.Path, member.Modules, visitor.Modules = "/", "/", nil, nil
	suspended := member
	suspended.Viewer = fixtureViewer(models.RoleMember)
	suspended.Viewer.Member.SuspendedUntil = at(-48 * time.Hour)
	theme := ThemePage{
		Theme: fixtureThemes()[2], Groups: fixtureGroups[:6], Threads: fixtureThreads(), Next: "p.1", MayOpen: true,
		Counts: map[models.Kind]int{models.KindQuestion: 4, models.KindChallenge: 3, models.KindInsight: 1200, models.KindProposal: 1, models.KindResource: 1},
	}
	theme.Theme.Purpose = "An initiative is agreed in one place and lived in many others. This theme looks at that path in both directions: what travels, who carries it, what is lost or added on the way."
	closed := theme
	closed.Theme.Audience, closed.Theme.GroupIDs, closed.Kind, closed.Later = models.AudienceGroups, []int64{2, 6}, models.KindQuestion, true
	none := closed
	none.Threads, none.Counts, none.Next = nil, nil, ""
	empty := ThemePage{Theme: fixtureThemes()[4], Groups: fixtureGroups, MayOpen: true}
	workshop := WorkshopPage{Groups: fixtureGroups[:6]}
	workshop.Workshop, workshop.Members = fixtureWorkshop(), []models.Voice{{GroupID: 1, Responses: 31}, {GroupID: 2, Responses: 64}}
	workshop.Resources = []models.WorkshopResource{{Title: "Overview of the evidence on MSIs", Note: "The presentation that opened the workshop.", State: "slides"}, {Title: "Synthesis of MSI evidence", State: "in preparation"}}
	workshop.Sessions = []models.WorkshopSessionRow{
		{WorkshopSession: models.WorkshopSession{Slug: "toc", Title: "MSI theories of change", Summary: "Whether MSIs could or should have one."}, Threads: fixtureThreads()[2:4]},
		{WorkshopSession: models.WorkshopSession{Slug: "civic", Title: "Closing civic space"}},
	}
	dated := workshop
	dated.Year, dated.Unknown, dated.LastDay, dated.Sessions = 2024, "", 14, nil
	profile := ProfilePage{Profile: fixtureProfile(), Recent: fixtureHits(), Own: true, MayChange: true}
	quiet := ProfilePage{Profile: models.Profile{Byline: named("هدى", "huda", 7)}}
	home := fixtureHome()
	bare := HomePage{AllGroups: fixtureGroups, Purpose: home.Purpose, PurposeLang: "en"}
	more := map[string]templ.Component{
		"home-visitor": Home(visitor, home), "home-member": Home(member, home), "home-suspended": Home(suspended, home),
		"home-bare": Home(visitor, bare), "home-bare-member": Home(member, bare),
		"themes": Themes(visitor, ThemesPage{Themes: fixtureThemes(), Groups: fixtureGroups}), "themes-none": Themes(visitor, ThemesPage{}),
		"theme": Theme(member, theme), "theme-visitor": Theme(visitor, ThemePage{Theme: theme.Theme, Groups: theme.Groups, Threads: theme.Threads, Counts: theme.Counts}),
		"theme-closed": Theme(member, closed), "theme-kind-none": Theme(member, none), "theme-empty": Theme(member, empty),
		"search":      Search(visitor, SearchPage{Query: "who spo", Terms: []string{"who", "spo"}, Hits: fixtureHits(), Next: 20}),
		"search-none": Search(visitor, SearchPage{Query: "third <hand>", Terms: []string{"third", "hand"}}), "search-start": Search(visitor, SearchPage{}),
		"search-later": Search(visitor, SearchPage{Query: "who", Terms: []string{"who"}, Hits: fixtureHits(), Skip: 20}),
		"workshop":     Workshop(visitor, workshop), "workshop-dated": Workshop(member, dated),
		"agenda": Agenda(visitor, AgendaPage{Questions: fixtureQuestions()}), "agenda-none": Agenda(visitor, AgendaPage{}),
		"profile": Profile(member, profile), "profile-quiet": Profile(visitor, quiet),
		"members": Members(member, fixtureDirectory()), "members-none": Members(member, MembersPage{AllGroups: fixtureGroups, Query: "nobody", Later: true}),
		"group": Group(member, fixtureGroup(true)), "group-visitor": Group(visitor, fixtureGroup(false)),
		"theme-access": ThemeAccess(member, fixtureAccess()), "theme-access-refused": ThemeAccess(member, refusedAccess()),
		"about":       About(visitor, AboutPage{Purpose: home.Purpose, Lang: "en", Groups: fixtureExplained()}),
		"house-rules": HouseRules(visitor, ShownText{Kind: models.TextRules}), "privacy": Privacy(visitor, ShownText{Kind: models.TextPrivacy}, ""),
	}
	maps.Copy(more, conveningPages(lang))
	for _, status := range []int{400, 401, 403, 404, 405, 409, 422, 429, 500, 503} {
		e := ErrorView{Status: status, Reference: "7F3K", RetryAfter: 40, SignIn: true, Retry: "/themes"}
		more["error-visitor-"+strconv.Itoa(status)] = ErrorPage(visitor, e)
		e.Text, e.SignIn, e.RetryAfter, e.Reference = "The step <b>exists</b> in our case too.", false, 600, ""
		more["error-member-"+strconv.Itoa(status)] = ErrorPage(member, e)
	}
	maps.Copy(pages, more)
	maps.Copy(pages, keyPages(lang))
	return pages
}

// accountPages are the pages on which one joins, signs in and changes one's own.
func accountPages(lang string) map[string]templ.Component {
	member, visitor := fixturePage(lang, "", fixtureViewer(models.RoleConvener)), fixturePage(lang, "", models.Viewer{Now: fixtureNow})
	member.Path, visitor.Path, member.Modules, visitor.Modules = "/", "/", nil, nil
	for i := range 5 {
		visitor.DemoPersonas = append(visitor.DemoPersonas, named("Joseph Mensah", "joseph-mensah", i+1))
	}
	problems := FieldErrors{
		"group": "Choose one.", "name": "A name is needed.", "email": "This address is not complete.", "organisation": "Too long.",
		"language": "Choose one.", "password": "At least ten characters.", "rules": "Please agree.", "about": "Too long.",
		"password_current": "This is not it.", "password_new": "At least ten characters.", "role": "Choose one.",
	}
	pick := func(fields ...string) FieldErrors {
		picked := FieldErrors{}
		for _, f := range fields {
			picked[f] = problems[f]
		}
		return picked
	}
	invitation := InvitationPage{Token: "t0ken", Inviter: "Joseph Mensah", Groups: fixtureExplained(), Lang: "en", AsksEmail: true, PasswordLength: 10}
	fixed, wrong := invitation, invitation
	fixed.FixedGroup, fixed.AsksEmail, fixed.Inviter = 5, false, ""
	wrong.Name, wrong.GroupID, wrong.Agreed = "Amina Diallo", 2, true
	wrong.Errors = pick("group", "name", "email", "organisation", "language", "password", "rules")
	settings := SettingsPage{
		Name: "Amina Diallo", Organisation: "OGP", About: "Works with national forums.", Language: lang, Group: fixtureGroups[0],
		Initiatives: fixtureProfile().Initiatives, Chosen: map[string]bool{"ogp": true}, Saved: true,
	}
	unsaved := settings
	unsaved.Saved = false
	unsaved.Errors = pick("name", "organisation", "about", "language")
	unsaved.Errors["time_zone"], unsaved.TimeZone, unsaved.Languages = "Choose one.", "Africa/Nairobi", map[string]bool{"ar": true}
	offer := Offer{Groups: fixtureGroups, MayChooseRole: true, Themes: []models.ThemeName{{ID: 1, Slug: "linkages", Title: "Global-national linkages", Lang: "en"}, {ID: 2, Slug: "fadaa", Title: "تقلّص الفضاء المدني", Lang: "ar"}}, Chosen: map[string]bool{"fadaa": true}}
	invitations := InvitationsPage{Rows: fixtureInvitations(), Offer: offer, NewLink: "https://colloquy.example/invitations/t0ken", Next: 7, Requests: 3}
	bulk := InvitationsBulkPage{Offer: offer, List: "a@example.org\nb@", Key: "k", Seen: "s", Most: 500, Good: 1, Guests: []GuestLine{
		{Number: 1, Email: "a@example.org", Name: "هدى", Group: "Funders"}, {Number: 2, Email: "b@", Problem: "This is no complete address."},
	}}
	asked := fixtureNow.AddDate(0, 0, -4)
	requests := RequestsPage{Groups: fixtureGroups, Question: "Where do you work?", Next: 4, Later: true, Done: true, Rows: []models.JoinRequest{
		{ID: 3, Email: "new@example.org", Name: "Margaret Owusu", GroupID: &fixtureGroups[1].ID, Answer: "In a ministry.\n<b>Since May.</b>", CreatedOn: asked}, {ID: 4, Email: "x@example.org", Name: "هدى", CreatedOn: asked},
	}}
	asking := visitor
	asking.Joining = models.JoiningRequest
	join := func(how models.Joining, sent bool) templ.Component {
		return Join(visitor, JoinPage{Joining: how, Groups: fixtureGroups, Question: "Where do you work?", Sent: sent})
	}
	membership := MemberEditPage{Member: fixtureMembership(nil), Groups: fixtureGroups, GroupID: 7, Role: models.RoleModerator, Saved: true}
	suspended := membership
	suspended.Member, suspended.Until, suspended.Saved = fixtureMembership(at(-72*time.Hour)), "2026-11-26", false
	suspended.Errors = FieldErrors{"group": "Choose one.", "role": "This is the last convener.", "until": "Choose a later day."}
	state := func(s InvitationState) templ.Component { return Invitation(visitor, InvitationPage{State: s}) }
	pages := securityPages(member, visitor)
	maps.Copy(pages, map[string]templ.Component{
		"sign-in":            SignIn(visitor, SignInPage{Next: "/themes"}),
		"sign-in-errors":     SignIn(visitor, SignInPage{Email: "amina.diallo@", Errors: pick("email", "password")}),
		"sign-in-ended":      SignIn(visitor, SignInPage{State: SignInEnded}),
		"sign-in-expired":    SignIn(visitor, SignInPage{State: SignInExpired}),
		"sign-in-link":       SignInLink(visitor, SignInLinkPage{Token: "t0ken"}),
		"sign-in-gone":       SignInLink(visitor, SignInLinkPage{Gone: true}),
		"sign-out":           SignOut(member),
		"sign-out-visitor":   SignOut(visitor),
		"invitation":         Invitation(visitor, invitation),
		"invitation-fixed":   Invitation(visitor, fixed),
		"invitation-errors":  Invitation(visitor, wrong),
		"invitation-used":    state(InvitationUsed),
		"invitation-expired": state(InvitationExpired),
		"invitation-gone":    state(InvitationGone),
		"invitation-member":  Invitation(member, InvitationPage{State: InvitationMember}),
		"invitations":        Invitations(member, invitations),
		"invitations-none":   Invitations(member, InvitationsPage{Offer: Offer{Groups: fixtureGroups}, NewLink: "https://colloquy.example/invitations/t0ken"}),
		"invitations-errors": Invitations(member, InvitationsPage{Offer: offer, Errors: pick("email", "group", "role")}),
		"invitations-sent":   Invitations(member, InvitationsPage{Offer: offer, Sent: 2, Later: true}),
		"invitations-bulk":   InvitationsBulk(member, bulk),
		"invitations-list":   InvitationsBulk(member, InvitationsBulkPage{Offer: offer, List: "b@", Sent: 3, Errors: FieldErrors{"list": "Too long."}}),
		"invitation-letter":  state(InvitationSent),
		"join-invited":       join(models.JoiningInvited, false),
		"join-request":       join(models.JoiningRequest, false),
		"join-open":          join(models.JoiningOpen, false),
		"join-sent":          join(models.JoiningRequest, true),
		"join-open-sent":     join(models.JoiningOpen, true),
		"join-errors":        Join(visitor, JoinPage{Joining: models.JoiningRequest, Wait: 30, Errors: pick("email", "name", "group")}),
		"join-finish":        JoinFinish(visitor, JoinFinishPage{Token: "t0ken"}),
		"join-gone":          JoinFinish(visitor, JoinFinishPage{Gone: true}),
		"sign-in-asking":     SignIn(asking, SignInPage{}),
		"requests":           JoinRequests(member, requests),
		"requests-none":      JoinRequests(member, RequestsPage{Groups: fixtureGroups}),
		"welcome":            Welcome(member, WelcomePage{First: fixtureThemes()[:1], Themes: fixtureThemes()[1:], Groups: fixtureGroups[:6], Latest: fixtureThreads()[:3]}),
		"welcome-bare":       Welcome(member, WelcomePage{}),
		"member-edit":        MemberEdit(member, membership),
		"member-suspended":   MemberEdit(member, suspended),
		"settings":           Settings(member, settings),
		"settings-errors":    Settings(member, unsaved),
		"authorship":         Authorship(member, AuthorshipPage{Personas: fixturePersonas(), Done: true}),
		"authorship-errors":  Authorship(member, AuthorshipPage{Personas: fixturePersonas()[:1], Errors: FieldErrors{"persona": "Choose one."}}),
		"authorship-one":     ResponseCut(member, ResponseCutPage{Head: fixtureThread(lang, Composer{}).Head, Row: fixtureRows()[0]}),
		"leave":              Leave(member, LeavePage{}),
		"leave-errors":       Leave(member, LeavePage{Texts: models.LeavingKeeps, Errors: FieldErrors{"texts": "Nobody else.", "sure": "Say so."}}),
		"left":               Left(visitor),
		"export":             Export(member),
	})
	return pages
}

func fixtureDirectory() MembersPage {
	rows := []models.DirectoryRow{
		{Byline: named("Amina Diallo", "amina-diallo", 1), Organisation: "An initiative's secretariat", Languages: "en fr ar xx", Initiatives: []models.Initiative{{ID: 1, Slug: "ogp", Name: "OGP"}, {ID: 2, Slug: "eiti", Name: "EITI"}}},
		{Byline: named("Joseph Mensah", "joseph-mensah", 1)},
		{Byline: named("هدى", "huda", 7), Organisation: "منظمة"},
	}
	return MembersPage{
		Directory: models.Directory{Rows: rows, Total: 1003, Groups: map[int64]int{1: 2, 7: 1001}, Next: "7.aHVkYQ.huda"},
		AllGroups: fixtureGroups, Initiatives: []models.Initiative{{ID: 1, Slug: "ogp", Name: "OGP"}}, Query: "a", GroupID: 7, Initiative: "ogp", Later: true,
	}
}

func fixtureGroup(mayFind bool) GroupPage {
	g := GroupPage{Group: fixtureExplained()[0], Lang: "en", Groups: fixtureGroups, MayFind: mayFind}
	if mayFind {
		g.Said, g.Members, g.Total, g.Themes = models.Said{Responses: 27, Threads: 9}, fixtureDirectory().Rows, 3, fixtureThemes()[3:4]
	}
	return g
}

func fixtureAccess() ThemeAccessPage {
	theme := fixtureThemes()[3]
	return ThemeAccessPage{
		Theme: theme, Groups: fixtureGroups, Audience: theme.Audience, Stamp: "members false", Saved: true,
		Moderators: []models.Byline{named("Rosa Quispe", "rosa-quispe", 2)}, Query: "jos", Searched: true,
		Found: []models.Byline{named("Joseph Mensah", "joseph-mensah", 1)},
	}
}

func refusedAccess() ThemeAccessPage {
	a := fixtureAccess()
	a.Saved, a.Audience, a.Chosen, a.Pseudonyms, a.Moderators, a.Found = false, models.AudienceGroups, []int64{2, 7}, true, nil, nil
	a.Errors = FieldErrors{"audience": "More people could read.", "groups": "Tick one.", "q": "No member of that name."}
	return a
}
