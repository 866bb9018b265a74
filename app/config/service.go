package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
)

// Service is another service through which members may sign in, by OpenID Connect.
type Service struct {
	// Key names it in addresses, Name on pages (COLLOQUY_OIDC_KEY_NAME).
	Key  string
	Name string
	// Issuer is the service as it names itself (COLLOQUY_OIDC_KEY_ISSUER).
	Issuer string
	// ClientID and ClientSecret are what the service calls this site
	// (COLLOQUY_OIDC_KEY_CLIENT_ID, COLLOQUY_OIDC_KEY_CLIENT_SECRET).
	ClientID     string
	ClientSecret string
}

// serviceKey is what names a service: it is a part of addresses and of variables.
var serviceKey = regexp.MustCompile(`^[a-z][a-z0-9]{0,31}$`)

// maxServiceName is the most bytes of a service's name, which stands on a button.
const maxServiceName = 60

// readServices reads COLLOQUY_OIDC and the variables of each service that it names. No
// sentence repeats a secret.
func (c *Config) readServices(value func(name, otherwise string) string) error {
	issuers := map[string]string{}
	for _, key := range strings.FieldsFunc(value("COLLOQUY_OIDC", ""), func(r rune) bool { return r == ',' || r == ' ' }) {
		if !serviceKey.MatchString(key) {
			return Problem{"COLLOQUY_OIDC", fmt.Sprintf(
				"must hold names of small letters and digits that begin with a letter, separated by commas, such as acme,other; %q is none", key)}
		}
		prefix := "COLLOQUY_OIDC_" + strings.ToUpper(key) + "_"
		s := Service{
			Key: key, Name: value(prefix+"NAME", key), Issuer: value(prefix+"ISSUER", ""),
			ClientID: value(prefix+"CLIENT_ID", ""), ClientSecret: value(prefix+"CLIENT_SECRET", ""),
		}
		switch {
		case len(s.Name) > maxServiceName:
			return Problem{prefix + "NAME", fmt.Sprintf("must be no longer than %d bytes", maxServiceName)}
		case !issuerAddress(s.Issuer):
			return Problem{
				prefix + "ISSUER",
				"must be the issuer as the service writes it, https:// and without a query, such as https://login.example.org",
			}
		case issuers[s.Issuer] == key:
			return Problem{"COLLOQUY_OIDC", fmt.Sprintf("holds %q twice", key)}
		case issuers[s.Issuer] != "":
			return Problem{prefix + "ISSUER", fmt.Sprintf("is that of %q already; each service needs its own", issuers[s.Issuer])}
		case s.ClientID == "":
			return Problem{prefix + "CLIENT_ID", "is missing; the service gives it out together with the secret"}
		case s.ClientSecret == "":
			return Problem{prefix + "CLIENT_SECRET", "is missing; the service gives it out together with the client id"}
		}
		issuers[s.Issuer] = key
		c.Services = append(c.Services, s)
	}
	return nil
}

// issuerAddress tells whether an address can be an issuer's: encrypted, unless the service
// runs on this machine.
func issuerAddress(issuer string) bool {
	parsed, err := url.Parse(issuer)
	if err != nil || parsed.Host == "" || parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil {
		return false
	}
	return parsed.Scheme == "https" || parsed.Scheme == "http" && local(parsed.Hostname())
}

func local(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}
