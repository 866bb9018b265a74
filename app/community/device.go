package community

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// DeviceMark is what a browser keeps so that it is known as one in which the member with
// this address (as EmailKey gives it) has signed in. Nothing of it is kept here, and it
// lets nobody in: attempts from a known browser are counted apart from everybody else's,
// so that others who guess cannot lock a member out (OWASP: device cookies).
func (c *Community) DeviceMark(ctx context.Context, emailKey string) (string, error) {
	mark := base64.RawURLEncoding.EncodeToString(random(12))
	seal, err := c.deviceSeal(ctx, mark, emailKey)
	return mark + "." + seal, err
}

// KnowsDevice tells whether a browser's mark was made for the member with this address.
func (c *Community) KnowsDevice(ctx context.Context, mark, email string) (bool, error) {
	nonce, given, ok := strings.Cut(mark, ".")
	if !ok || nonce == "" {
		return false, nil
	}
	seal, err := c.deviceSeal(ctx, nonce, EmailKey(email))
	return err == nil && hmac.Equal([]byte(seal), []byte(given)), err
}

func (c *Community) deviceSeal(ctx context.Context, nonce, emailKey string) (string, error) {
	sum, err := c.seal(ctx, "device", nonce, emailKey)
	return base64.RawURLEncoding.EncodeToString(sum), err
}

// seal is a keyed hash of parts, for one purpose only.
func (c *Community) seal(ctx context.Context, purpose string, parts ...string) ([]byte, error) {
	settings, err := c.Settings(ctx, 0)
	if err != nil {
		return nil, err
	}
	mac := hmac.New(sha256.New, settings.Secret)
	mac.Write([]byte(purpose))
	for _, part := range parts {
		mac.Write([]byte("\x00" + part))
	}
	return mac.Sum(nil), nil
}
