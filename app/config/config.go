// Package config turns the environment into a Config. Every variable has a default
// that runs on a bare machine; a value that cannot be right is refused with a sentence
// that names it. docs/configuration.md lists them all.
package config

import (
	"fmt"
	"log/slog"
	"net"
	"net/mail"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
)

// Config is how one process runs.
type Config struct {
	// Addr is where the site listens (COLLOQUY_ADDR).
	Addr string
	// BaseURL is the only source of absolute links, without a final slash (COLLOQUY_BASE_URL).
	BaseURL string
	// TrustedProxies may set forwarded headers (COLLOQUY_TRUSTED_PROXIES).
	TrustedProxies []string
	// DataDir holds the embedded database, the outbox and uploads (COLLOQUY_DATA_DIR).
	DataDir string
	// DatabaseURL is postgres://… or the sqlite:// form of the file in DataDir (DATABASE_URL).
	DatabaseURL string
	// NATSURL joins several instances: addresses of NATS, separated by commas
	// (COLLOQUY_NATS_URL); empty: a single one.
	NATSURL string
	// SMTPURL sends letters (COLLOQUY_SMTP_URL); empty: they go to DataDir/outbox.
	SMTPURL string
	// MailFrom is the sender of letters (COLLOQUY_MAIL_FROM).
	MailFrom string
	// UploadsURL is s3://… or empty for DataDir/uploads (COLLOQUY_UPLOADS_URL).
	UploadsURL string
	// AdminAddr serves health, metrics and profiles (COLLOQUY_ADMIN_ADDR).
	AdminAddr string
	// RateLimits is false for measuring only (COLLOQUY_RATE_LIMITS=off).
	RateLimits bool
	// Services are other services through which members may sign in (COLLOQUY_OIDC).
	Services []Service
	// LogLevel and LogJSON shape the log (COLLOQUY_LOG_LEVEL, COLLOQUY_LOG_FORMAT).
	LogLevel slog.Level
	LogJSON  bool
}

// Problem is a value that cannot be right.
type Problem struct {
	Variable string
	Says     string
}

// Error is one sentence that names the variable.
func (p Problem) Error() string { return p.Variable + " " + p.Says + "." }

// Load reads the environment through get, which is os.Getenv outside tests.
func Load(get func(string) string) (Config, error) {
	value := func(name, otherwise string) string {
		if v := strings.TrimSpace(get(name)); v != "" {
			return v
		}
		return otherwise
	}
	c := Config{
		Addr:       value("COLLOQUY_ADDR", "127.0.0.1:8080"),
		DataDir:    value("COLLOQUY_DATA_DIR", "./data"),
		NATSURL:    value("COLLOQUY_NATS_URL", ""),
		SMTPURL:    value("COLLOQUY_SMTP_URL", ""),
		UploadsURL: value("COLLOQUY_UPLOADS_URL", ""),
		AdminAddr:  value("COLLOQUY_ADMIN_ADDR", "127.0.0.1:9090"),
	}
	for _, step := range []func(func(name, otherwise string) string) error{
		c.readAddr, c.readDatabase, c.readBaseURL, c.readProxies, c.readMail, c.readBus, c.readServices, c.readLog, c.readOthers,
	} {
		if err := step(value); err != nil {
			return Config{}, err
		}
	}
	return c, nil
}

func (c *Config) readAddr(func(name, otherwise string) string) error {
	for variable, addr := range map[string]string{"COLLOQUY_ADDR": c.Addr, "COLLOQUY_ADMIN_ADDR": c.AdminAddr} {
		_, port, err := net.SplitHostPort(addr)
		if _, wrong := strconv.ParseUint(port, 10, 16); err != nil || wrong != nil {
			return Problem{variable, fmt.Sprintf("must be HOST:PORT, such as 127.0.0.1:8080, and is %q", addr)}
		}
	}
	return nil
}

func (c *Config) readDatabase(value func(name, otherwise string) string) error {
	absolute, err := filepath.Abs(c.DataDir)
	if err != nil {
		return Problem{"COLLOQUY_DATA_DIR", "is no usable path"}
	}
	c.DataDir = absolute
	c.DatabaseURL = value("DATABASE_URL", "sqlite://"+filepath.Join(absolute, "colloquy.db"))
	for _, scheme := range []string{"postgres://", "postgresql://", "sqlite://"} {
		if strings.HasPrefix(c.DatabaseURL, scheme) {
			return nil
		}
	}
	return Problem{"DATABASE_URL", "must start with postgres:// or be empty for the embedded database"}
}

func (c *Config) readBaseURL(value func(name, otherwise string) string) error {
	_, port, _ := net.SplitHostPort(c.Addr)
	base := strings.TrimRight(value("COLLOQUY_BASE_URL", "http://localhost:"+port), "/")
	parsed, err := url.Parse(base)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "http" && parsed.Scheme != "https") || parsed.Path != "" ||
		parsed.RawQuery != "" || parsed.Fragment != "" || parsed.User != nil {
		return Problem{"COLLOQUY_BASE_URL", fmt.Sprintf(
			"must be http:// or https:// and a host without a path, such as https://forum.example.org, and is %q", base)}
	}
	c.BaseURL = base
	return nil
}

func (c *Config) readProxies(value func(name, otherwise string) string) error {
	for _, proxy := range strings.FieldsFunc(value("COLLOQUY_TRUSTED_PROXIES", ""), func(r rune) bool {
		return r == ',' || r == ' '
	}) {
		_, errPrefix := netip.ParsePrefix(proxy)
		_, errAddr := netip.ParseAddr(proxy)
		if errPrefix != nil && errAddr != nil {
			return Problem{"COLLOQUY_TRUSTED_PROXIES", fmt.Sprintf("holds %q, which is no IP address or range", proxy)}
		}
		c.TrustedProxies = append(c.TrustedProxies, proxy)
	}
	return nil
}

func (c *Config) readMail(value func(name, otherwise string) string) error {
	host := c.Host()
	if host == "localhost" || net.ParseIP(host) != nil {
		host = "colloquy.example"
	}
	c.MailFrom = value("COLLOQUY_MAIL_FROM", "Colloquy <colloquy@"+host+">")
	if _, err := mail.ParseAddress(c.MailFrom); err != nil {
		return Problem{"COLLOQUY_MAIL_FROM", "must be a mail address, with or without a name before it"}
	}
	if c.SMTPURL == "" {
		return nil
	}
	parsed, err := url.Parse(c.SMTPURL)
	if err != nil || parsed.Host == "" || (parsed.Scheme != "smtp" && parsed.Scheme != "smtps") {
		return Problem{"COLLOQUY_SMTP_URL", "must be smtp:// or smtps:// with a host, such as smtp://user:password@mail.example.org:587"}
	}
	return nil
}

// readBus leaves the addresses separated by commas alone. They may carry a password, so
// no sentence repeats them.
func (c *Config) readBus(func(name, otherwise string) string) error {
	if c.NATSURL == "" {
		return nil
	}
	addresses := strings.FieldsFunc(c.NATSURL, func(r rune) bool { return r == ',' || r == ' ' })
	websockets := 0
	for _, address := range addresses {
		parsed, err := url.Parse(address)
		if err != nil || !natsAddress(parsed) {
			return Problem{"COLLOQUY_NATS_URL", "must be nats://, tls://, ws:// or wss:// with a host and no path, such as " +
				"nats://user:password@nats.example.org:4222, or several of these separated by commas; " +
				"commas, spaces and other signs in a password are written as in any address (%2C, %20)"}
		}
		if strings.HasPrefix(parsed.Scheme, "ws") {
			websockets++
		}
	}
	if len(addresses) == 0 || websockets > 0 && websockets < len(addresses) {
		return Problem{"COLLOQUY_NATS_URL", "must hold at least one address, and ws:// and wss:// do not go together with others"}
	}
	c.NATSURL = strings.Join(addresses, ",")
	return nil
}

func natsAddress(parsed *url.URL) bool {
	switch parsed.Scheme {
	case "nats", "tls", "ws", "wss":
	default:
		return false
	}
	port := parsed.Port()
	_, err := strconv.ParseUint(port, 10, 16)
	return parsed.Hostname() != "" && (port == "" && !strings.HasSuffix(parsed.Host, ":") || err == nil) &&
		(parsed.Path == "" || parsed.Path == "/") && parsed.RawQuery == "" && parsed.Fragment == ""
}

func (c *Config) readLog(value func(name, otherwise string) string) error {
	if err := c.LogLevel.UnmarshalText([]byte(value("COLLOQUY_LOG_LEVEL", "info"))); err != nil {
		return Problem{"COLLOQUY_LOG_LEVEL", "must be debug, info, warn or error"}
	}
	switch value("COLLOQUY_LOG_FORMAT", "text") {
	case "text":
	case "json":
		c.LogJSON = true
	default:
		return Problem{"COLLOQUY_LOG_FORMAT", "must be text or json"}
	}
	return nil
}

func (c *Config) readOthers(value func(name, otherwise string) string) error {
	switch value("COLLOQUY_RATE_LIMITS", "on") {
	case "on":
		c.RateLimits = true
	case "off":
		if !c.Loopback() {
			return Problem{"COLLOQUY_RATE_LIMITS", "can be off on a loopback address only; COLLOQUY_ADDR is not one"}
		}
	default:
		return Problem{"COLLOQUY_RATE_LIMITS", "must be on or off"}
	}
	if c.UploadsURL != "" && !strings.HasPrefix(c.UploadsURL, "s3://") {
		return Problem{"COLLOQUY_UPLOADS_URL", "must start with s3:// or be empty"}
	}
	return nil
}

// Host is the host name of the site, without a port.
func (c *Config) Host() string {
	parsed, err := url.Parse(c.BaseURL)
	if err != nil {
		return ""
	}
	return parsed.Hostname()
}

// TLS tells whether browsers reach the site encrypted.
func (c *Config) TLS() bool { return strings.HasPrefix(c.BaseURL, "https://") }

// Loopback tells whether the site listens for this machine only.
func (c *Config) Loopback() bool {
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return false
	}
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

// AtHome tells whether the site listens for this machine only and is reached at this
// machine's own names: nobody stands behind a proxy.
func (c *Config) AtHome() bool {
	host := c.Host()
	addr, err := netip.ParseAddr(host)
	return c.Loopback() && (host == "localhost" || err == nil && addr.IsLoopback())
}

// Origins are the origins that forms and websockets are accepted from: the base
// address, and on loopback localhost, 127.0.0.1 and [::1] with the port.
func (c *Config) Origins() []string {
	origins := []string{c.BaseURL}
	if _, port, err := net.SplitHostPort(c.Addr); err == nil && c.Loopback() {
		for _, host := range []string{"localhost", "127.0.0.1", "[::1]"} {
			if origin := "http://" + host + ":" + port; origin != c.BaseURL {
				origins = append(origins, origin)
			}
		}
	}
	return origins
}
