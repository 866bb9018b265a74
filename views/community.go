package views

import (
	"net/mail"
	"net/url"
	"strconv"
	"strings"

	"colloquy/models"
	"colloquy/views/words"
)

// everyLanguage are all languages of the interface, each in its own words.
func everyLanguage() []Option {
	var options []Option
	for _, l := range words.Languages() {
		options = append(options, Option{Value: l.Tag, Label: l.Name, Lang: l.Tag, Dir: l.Dir})
	}
	return options
}

// joiningOptions are the ways in which people become members.
func joiningOptions(w *words.Words) []Option {
	var options []Option
	for _, j := range []models.Joining{models.JoiningInvited, models.JoiningRequest, models.JoiningOpen} {
		options = append(options, Option{Value: string(j), Label: w.T("joining." + string(j)), Hint: w.T("joining-hint." + string(j))})
	}
	return options
}

// initiativeAct is the address of an act on an initiative.
func initiativeAct(id int64, act string) string {
	return "/community/initiatives/" + strconv.FormatInt(id, 10) + act
}

// contactLink is where a contact leads: to an address of mail or of the web; empty for a
// line that is neither.
func contactLink(contact string) string {
	if parsed, err := mail.ParseAddress(contact); err == nil && parsed.Address == contact {
		return "mailto:" + contact
	}
	parsed, err := url.Parse(contact)
	if err == nil && (parsed.Scheme == "https" || parsed.Scheme == "http") && parsed.Host != "" && !strings.ContainsAny(contact, " \\") {
		return contact
	}
	return ""
}
