package community

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"unicode"

	"golang.org/x/net/idna"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"colloquy/models"
	"colloquy/models/store"
)

// maxEmail is the longest address that SMTP carries (RFC 5321).
const maxEmail = 254

// address checks an address and returns it with its folded form.
func address(i Invalid, value string) (given, key string) {
	value = strings.TrimSpace(value)
	if value == "" {
		i["email"] = models.Empty
		return "", ""
	}
	if !isAddress(value) {
		i["email"] = models.Unknown
		return "", ""
	}
	return value, EmailKey(value)
}

// isAddress tells whether a text is one address that letters can be sent to, and nothing
// that cannot be seen stands in it.
func isAddress(text string) bool {
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text && len(text) <= maxEmail && strings.Contains(text, ".") &&
		!strings.ContainsFunc(text, func(r rune) bool {
			return r == ' ' || unicode.IsControl(r) || !unicode.IsGraphic(r) || unicode.Is(unicode.Variation_Selector, r)
		})
}

// EmailKey is the folded form of an address under which it is unique: two addresses that
// a mail server could hardly tell apart have one key. The name is composed and its case
// folded (Unicode NFKC), the domain is in the form that the network knows (IDNA).
func EmailKey(address string) string {
	address = strings.TrimSpace(address)
	if plain(address) || len(address) > 4*maxEmail { // nobody's, and not worth the time
		return strings.ToLower(address)
	}
	address = norm.NFKC.String(address)
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return foldName(address)
	}
	domain, err := idna.Lookup.ToASCII(address[at+1:])
	if err != nil { // no domain of the network's; its name is all that there is to go by
		domain = foldName(address[at+1:])
	}
	return foldName(address[:at]) + "@" + domain
}

func plain(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII })
}

// foldName makes one of all ways to write a name; folding can take it apart, so it is
// composed again.
func foldName(text string) string { return norm.NFKC.String(cases.Fold().String(text)) }

// RefoldAddresses gives members whose address is not plain ASCII the key that EmailKey
// makes now. It does nothing where nothing changes, and leaves an address as it was that
// would become another member's; the number of those is returned.
func (c *Community) RefoldAddresses(ctx context.Context) (int, error) {
	rows, err := c.store.FarAddresses(ctx)
	if err != nil {
		return 0, fmt.Errorf("refold addresses: %w", err)
	}
	clashes := 0
	for _, row := range rows {
		key := EmailKey(row.Email)
		if key == row.EmailKey {
			continue
		}
		err := c.store.Write(ctx, func(tx *store.Tx) error { return tx.SetEmailKey(row.ID, key) })
		if errors.Is(err, store.ErrTaken) {
			clashes++
		} else if err != nil {
			return clashes, fmt.Errorf("refold addresses: %w", err)
		}
	}
	return clashes, nil
}
