package community

import (
	"encoding/csv"
	"io"
	"net/mail"
	"slices"
	"strings"
	"unicode/utf8"

	"colloquy/models"
)

// Limits of a list of people to invite.
const (
	MaxGuests    = 500     // lines
	MaxGuestList = 100_000 // characters
)

// Guest is one line of a list of people to invite, as it was understood.
type Guest struct {
	// Number is the line's own, from 1; Text is the line as it was written.
	Number int
	Text   string
	Email  string
	Key    string
	Name   string
	// Group is a group's name as it was written; GroupID is the group, 0 when none is named.
	Group   string
	GroupID int64
	// Problem says why nobody is invited by this line; empty for a good one.
	Problem models.Problem
}

// guestTable says where the columns of a list stand; -1 for one that is not there.
type guestTable struct {
	separator          rune
	email, group, name int
}

// readGuests reads a list of people: one address a line, also as Name <address>, or a
// table with a header that names the column email and perhaps group and name, separated
// by commas, semicolons or tabs (RFC 4180, but for line breaks within fields). Groups are
// known by the given names. Head is the header's own line, empty without one. The problem
// is that of the whole list.
func readGuests(text string, groups map[string]int64) (head string, guests []Guest, problem models.Problem) {
	switch {
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return "", nil, models.Encoding
	case utf8.RuneCountInString(text) > MaxGuestList:
		return "", nil, models.TooLong
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\uFEFF"))
	var table *guestTable
	for number, line := range strings.Split(text, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		if head == "" && len(guests) == 0 && table == nil {
			if table = tableOf(line); table != nil {
				head = line
				continue
			}
		}
		if len(guests) == MaxGuests {
			return head, nil, models.TooMany
		}
		guest := Guest{Number: number + 1, Text: line}
		if table != nil {
			table.read(&guest)
		} else {
			guest.fromAddress()
		}
		guest.check(groups)
		guests = append(guests, guest)
	}
	if len(guests) == 0 {
		return head, nil, models.Empty
	}
	markTwice(guests)
	return head, guests, ""
}

// tableOf understands the header of a table; nil when a line is none.
func tableOf(line string) *guestTable {
	for _, separator := range []rune{',', ';', '\t'} {
		fields, err := fieldsOf(line, separator)
		if err != nil {
			continue
		}
		for i := range fields {
			fields[i] = strings.ToLower(strings.TrimSpace(fields[i]))
		}
		email := slices.IndexFunc(fields, func(field string) bool { return field == "email" || field == "e-mail" })
		if email >= 0 {
			return &guestTable{
				separator: separator, email: email, group: slices.Index(fields, "group"), name: slices.Index(fields, "name"),
			}
		}
	}
	return nil
}

func fieldsOf(line string, separator rune) ([]string, error) {
	reader := csv.NewReader(strings.NewReader(line))
	reader.Comma = separator
	fields, err := reader.Read()
	if err == io.EOF {
		return nil, nil
	}
	return fields, err
}

// read takes a line of a table apart.
func (t *guestTable) read(guest *Guest) {
	fields, err := fieldsOf(guest.Text, t.separator)
	if err != nil {
		guest.Problem = models.Unknown
		return
	}
	field := func(at int) string {
		if at < 0 || at >= len(fields) {
			return ""
		}
		return strings.TrimSpace(fields[at])
	}
	guest.Email, guest.Group, guest.Name = field(t.email), field(t.group), field(t.name)
}

// fromAddress reads an address, with or without a name.
func (g *Guest) fromAddress() {
	g.Email = strings.Trim(g.Text, " \t,;")
	if parsed, err := mail.ParseAddress(g.Email); err == nil && parsed.Address != g.Email {
		g.Email, g.Name = parsed.Address, parsed.Name
	}
}

// check finds what is wrong with a line by itself.
func (g *Guest) check(groups map[string]int64) {
	if g.Problem != "" {
		return
	}
	invalid := Invalid{}
	g.Email, g.Key = addressOr(invalid, g.Email)
	g.Name = line(invalid, "name", g.Name, MaxName, false)
	if g.Group = line(invalid, "group", g.Group, MaxGuestList, false); g.Group != "" {
		if g.GroupID = groups[g.Group]; g.GroupID == 0 {
			invalid["group"] = models.NoGroup
		}
	}
	for _, field := range []string{"email", "name", "group"} {
		if g.Problem == "" {
			g.Problem = invalid[field]
		}
	}
}

// addressOr is address, but gives back what is none, for the list to show it.
func addressOr(invalid Invalid, text string) (given, key string) {
	if given, key = address(invalid, text); key == "" {
		given, invalid["email"] = text, models.Unknown
	}
	return given, key
}

// markTwice marks every further line of one address.
func markTwice(guests []Guest) {
	seen := map[string]bool{}
	for i := range guests {
		guest := &guests[i]
		if guest.Problem == "" && seen[guest.Key] {
			guest.Problem = models.Twice
		}
		seen[guest.Key] = seen[guest.Key] || guest.Key != ""
	}
}
