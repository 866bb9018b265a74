package community

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
	"unicode"

	"colloquy/models"
	"colloquy/models/store"
)

const (
	linkMinutes = 20
	// linkTries is how many codes may be given for one letter.
	linkTries = 5
	// codeDigits is how long a code of a letter is: a hundred million of them for five
	// tries.
	codeDigits = 8
)

// RequestLink sends a one-time link and a code to sign in when the address belongs to a
// member who is not suspended. The code works in the browser that asked only, which
// browser names by a secret of its own. The answer is nil for known and unknown addresses
// alike, and as quick: the rest happens in the background (see Wait). Invalid is for what
// is no address, ErrBusy when too many ask at once.
func (c *Community) RequestLink(ctx context.Context, email, browser string, from Arrival) error {
	invalid := Invalid{}
	_, key := address(invalid, email)
	if err := invalid.Err(); err != nil {
		return err
	}
	known, err := c.KnowsDevice(ctx, from.Mark, email)
	if err != nil {
		return err
	}
	return c.later(ctx, func(ctx context.Context) error { return c.sendLink(ctx, key, browserHash("sign in", browser), known) })
}

func (c *Community) sendLink(ctx context.Context, key string, browser []byte, known bool) error {
	member, err := c.store.MemberByEmail(ctx, key)
	if errors.Is(err, store.ErrNotFound) || err == nil && member.Suspended(c.now()) {
		return nil
	} else if err != nil {
		return fmt.Errorf("request link: %w", err)
	}
	asked, err := c.newLink(ctx, member.ID, browser)
	if err != nil {
		return err
	}
	asked.link.Known = known
	err = c.store.Write(ctx, func(tx *store.Tx) error {
		// One letter is good at a time; but who is not known to be the member does not
		// spoil what the member has asked for.
		if err := tx.EndLinks(member.ID, known); err != nil {
			return err
		}
		return tx.CreateLink(&asked.link)
	})
	if err != nil {
		return fmt.Errorf("request link: %w", err)
	}
	letter := Letter{Kind: LetterSignIn, To: member.Email, Language: member.Language, Token: asked.token}
	if browser != nil { // a code is good in the browser that asked, and nowhere else
		letter.Code = asked.code
	}
	c.letter(ctx, letter)
	return nil
}

// asked is a new link with what is not kept of it.
type asked struct {
	link        models.Link
	token, code string
}

// newLink makes a link with a code for one browser, without writing it.
func (c *Community) newLink(ctx context.Context, memberID int64, browser []byte) (asked, error) {
	token, hash := newToken()
	code := newCode()
	mac, err := c.codeMac(ctx, hash, code)
	return asked{
		link: models.Link{
			TokenHash: hash, MemberID: memberID, BrowserHash: browser, CodeMac: mac, ExpiresAt: c.linkEnd(),
		},
		token: token, code: code,
	}, err
}

func (c *Community) linkEnd() time.Time {
	return c.now().UTC().Truncate(time.Microsecond).Add(linkMinutes * time.Minute)
}

// handedLink makes a link without a code, for the operator to hand over. It ends no other.
func (c *Community) handedLink(ctx context.Context, memberID int64) (string, error) {
	token, hash := newToken()
	err := c.store.Write(ctx, func(tx *store.Tx) error {
		return tx.CreateLink(&models.Link{TokenHash: hash, MemberID: memberID, ExpiresAt: c.linkEnd(), Known: true})
	})
	if err != nil {
		return "", fmt.Errorf("new link: %w", err)
	}
	return token, nil
}

// LinkOpen tells whether a one-time link can still be used, without using it.
func (c *Community) LinkOpen(ctx context.Context, token string) error {
	_, err := c.store.LinkByToken(ctx, hashOf(token), c.now().UTC())
	return err
}

// UseLink consumes a one-time link and lets its member in; store.ErrNotFound when the
// link was used, ran out or never was.
func (c *Community) UseLink(ctx context.Context, token string, from Arrival) (Entry, error) {
	link, err := c.store.LinkByToken(ctx, hashOf(token), c.now().UTC())
	if err != nil {
		return Entry{}, err
	}
	return c.enter(ctx, link.MemberID, from, OneFactor, func(tx *store.Tx) error { return tx.UseLink(link.ID, c.now().UTC()) })
}

// UseCode consumes the link whose code was typed in the browser that asked for it, and
// lets its member in. Everything else is ErrCode, and as slow: a wrong code, one too
// many, another browser's, or one for an address that is nobody's.
func (c *Community) UseCode(ctx context.Context, browser, code string, from Arrival) (Entry, error) {
	link, err := c.tryCode(ctx, browserHash("sign in", browser), code)
	if err != nil {
		return Entry{}, err
	}
	entry, err := c.enter(ctx, link.MemberID, from, OneFactor, func(tx *store.Tx) error { return tx.UseLink(link.ID, c.now().UTC()) })
	if errors.Is(err, store.ErrNotFound) { // used meanwhile
		err = ErrCode
	}
	return entry, err
}

// tryCode finds the link with this code among those that a browser asked for; each call
// is one try, kept whatever comes of it.
func (c *Community) tryCode(ctx context.Context, browser []byte, code string) (models.Link, error) {
	var link models.Link
	found := true
	err := c.store.Write(ctx, func(tx *store.Tx) (err error) {
		link, err = tx.TryLink(browser, linkTries, c.now().UTC())
		if errors.Is(err, store.ErrNotFound) {
			found = false
			return tx.Touch()
		}
		return err
	})
	if err != nil {
		return link, fmt.Errorf("try a code: %w", err)
	}
	mac, err := c.codeMac(ctx, link.TokenHash, normal(code))
	if err != nil {
		return link, err
	}
	if !hmac.Equal(mac, link.CodeMac) || !found {
		return link, ErrCode
	}
	return link, nil
}

// browserHash is what is kept of a browser's own secret, for one purpose.
func browserHash(purpose, browser string) []byte { return hashOf(purpose + "\x00" + browser) }

// codeMac binds a code to its link, so that equal codes look different in the database.
func (c *Community) codeMac(ctx context.Context, tokenHash []byte, code string) ([]byte, error) {
	return c.seal(ctx, "code", hex.EncodeToString(tokenHash), code)
}

// newCode is a code for a letter.
func newCode() string {
	most := new(big.Int).Exp(big.NewInt(10), big.NewInt(codeDigits), nil)
	number, err := rand.Int(rand.Reader, most)
	if err != nil {
		panic(err) // documented to never fail with this reader
	}
	return fmt.Sprintf("%0*d", codeDigits, number)
}

// normal is a code as it is compared: letters small, digits of whatever script as ASCII,
// and nothing of what people put between groups.
func normal(code string) string {
	const most = 64
	var clean strings.Builder
	for _, r := range code {
		if clean.Len() >= most {
			break
		}
		switch {
		case unicode.IsDigit(r):
			clean.WriteRune('0' + digit(r))
		case unicode.IsLetter(r):
			clean.WriteRune(unicode.ToLower(r))
		}
	}
	return clean.String()
}

// digit is the value of a decimal digit. In every script the ten stand in a row (Unicode,
// chapter 4.6), and the rows begin at a multiple of ten within their range.
func digit(r rune) rune {
	for _, digits := range unicode.Nd.R16 {
		if low, high := rune(digits.Lo), rune(digits.Hi); low <= r && r <= high {
			return (r - low) % 10
		}
	}
	for _, digits := range unicode.Nd.R32 {
		if low, high := rune(digits.Lo), rune(digits.Hi); low <= r && r <= high {
			return (r - low) % 10
		}
	}
	return 0
}
