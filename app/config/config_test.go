package config_test

import (
	"strings"
	"testing"

	"colloquy/app/config"
)

func load(t *testing.T, pairs ...string) (config.Config, error) {
	t.Helper()
	return config.Load(func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	})
}

func TestBareMachineRuns(t *testing.T) {
	c, err := load(t)
	if err != nil {
		t.Fatal(err)
	}
	if c.BaseURL != "http://localhost:8080" || c.Addr != "127.0.0.1:8080" || !c.RateLimits || !c.Loopback() || c.TLS() {
		t.Errorf("defaults: %+v", c)
	}
	if !strings.HasPrefix(c.DatabaseURL, "sqlite:///") || !strings.HasSuffix(c.DatabaseURL, "/data/colloquy.db") {
		t.Errorf("database: %s", c.DatabaseURL)
	}
	want := "http://localhost:8080 http://127.0.0.1:8080 http://[::1]:8080"
	if got := strings.Join(c.Origins(), " "); got != want {
		t.Errorf("origins %q, want %q", got, want)
	}
}

func TestWrongValuesNameTheVariable(t *testing.T) {
	for variable, value := range map[string]string{
		"COLLOQUY_ADDR":            "8080",
		"COLLOQUY_ADMIN_ADDR":      "nowhere",
		"COLLOQUY_BASE_URL":        "forum.example.org",
		"COLLOQUY_TRUSTED_PROXIES": "10.0.0.1, caddy",
		"DATABASE_URL":             "mysql://root@localhost/forum",
		"COLLOQUY_SMTP_URL":        "mail.example.org",
		"COLLOQUY_MAIL_FROM":       "Colloquy",
		"COLLOQUY_RATE_LIMITS":     "maybe",
		"COLLOQUY_LOG_LEVEL":       "loud",
		"COLLOQUY_LOG_FORMAT":      "xml",
		"COLLOQUY_NATS_URL":        "localhost",
		"COLLOQUY_UPLOADS_URL":     "/tmp",
	} {
		if _, err := load(t, variable, value); err == nil || !strings.HasPrefix(err.Error(), variable+" ") {
			t.Errorf("%s=%q: %v", variable, value, err)
		}
	}
	if _, err := load(t, "COLLOQUY_RATE_LIMITS", "off", "COLLOQUY_ADDR", "0.0.0.0:8080"); err == nil {
		t.Error("rate limits may be off on an open address")
	}
	if c, err := load(t, "COLLOQUY_RATE_LIMITS", "off", "COLLOQUY_ADDR", "[::1]:8080"); err != nil || c.RateLimits {
		t.Errorf("rate limits off on loopback: %v", err)
	}
}

func TestAddressesOfTheBus(t *testing.T) {
	for value, want := range map[string]string{
		"nats://127.0.0.1:4222":                       "nats://127.0.0.1:4222",
		"nats://nats":                                 "nats://nats",
		"nats://[::1]:4222/":                          "nats://[::1]:4222/",
		"tls://user:pass%2Cword@nats.example.org":     "tls://user:pass%2Cword@nats.example.org",
		"nats://token@a, tls://b:4222 ,nats://c":      "nats://token@a,tls://b:4222,nats://c",
		"ws://a.example.org:8080,wss://b.example.org": "ws://a.example.org:8080,wss://b.example.org",
	} {
		if c, err := load(t, "COLLOQUY_NATS_URL", value); err != nil || c.NATSURL != want {
			t.Errorf("%q is read as %q, %v", value, c.NATSURL, err)
		}
	}
	for _, value := range []string{
		"nats:4222", "127.0.0.1:4222", "nats://", "nats://:4222", "nats://host:", "nats://host:port", "nats://host:99999", "http://host",
		"redis://host", "nats://host/path", "nats://host?tls=1", "nats://host#1", "nats://a,b", "nats://a,ws://b", ",", "nats://user:secret,word@host",
		"nats://user:sec ret@host", "nats://user:secret%zz@host",
	} {
		_, err := load(t, "COLLOQUY_NATS_URL", value)
		if err == nil || !strings.HasPrefix(err.Error(), "COLLOQUY_NATS_URL ") {
			t.Errorf("%q: %v", value, err)
		} else if strings.Contains(err.Error(), "sec") {
			t.Errorf("%q is repeated: %v", value, err)
		}
	}
}

// TestAtHome: a site that a proxy shows to others is not at home, wherever it listens.
func TestAtHome(t *testing.T) {
	for base, want := range map[string]bool{
		"": true, "http://localhost:8080": true, "http://127.0.0.1:8080": true, "https://forum.example.org": false,
	} {
		c, err := config.Load(func(name string) string { return map[string]string{"COLLOQUY_BASE_URL": base}[name] })
		if err != nil || c.AtHome() != want {
			t.Errorf("%q: at home is %v, %v", base, c.AtHome(), err)
		}
	}
}
