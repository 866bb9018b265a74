package config_test

import (
	"strings"
	"testing"

	"colloquy/app/config"
)

// acme are the variables of one service, with others in their place.
func acme(pairs ...string) []string {
	return append(pairs, "COLLOQUY_OIDC", "acme", "COLLOQUY_OIDC_ACME_NAME", "Acme", "COLLOQUY_OIDC_ACME_ISSUER", "https://login.example.org/",
		"COLLOQUY_OIDC_ACME_CLIENT_ID", "forum", "COLLOQUY_OIDC_ACME_CLIENT_SECRET", "hush")
}

func TestServicesAreRead(t *testing.T) {
	if c, err := load(t); err != nil || len(c.Services) != 0 {
		t.Errorf("without any: %v, %v", c.Services, err)
	}
	c, err := load(t, acme("COLLOQUY_OIDC", "acme, other", "COLLOQUY_OIDC_OTHER_ISSUER", "http://127.0.0.1:9000",
		"COLLOQUY_OIDC_OTHER_CLIENT_ID", "id", "COLLOQUY_OIDC_OTHER_CLIENT_SECRET", "hush")...)
	if err != nil || len(c.Services) != 2 {
		t.Fatalf("%v, %v", c.Services, err)
	}
	want := config.Service{Key: "acme", Name: "Acme", Issuer: "https://login.example.org/", ClientID: "forum", ClientSecret: "hush"}
	if c.Services[0] != want || c.Services[1].Name != "other" {
		t.Errorf("%+v", c.Services)
	}
}

func TestWrongServicesNameTheVariable(t *testing.T) {
	for _, wrong := range []struct{ variable, value string }{
		{"COLLOQUY_OIDC", "Acme"},
		{"COLLOQUY_OIDC", "ac-me"},
		{"COLLOQUY_OIDC", "../acme"},
		{"COLLOQUY_OIDC", "acme,acme"},
		{"COLLOQUY_OIDC_ACME_NAME", strings.Repeat("x", 61)},
		{"COLLOQUY_OIDC_ACME_ISSUER", " "},
		{"COLLOQUY_OIDC_ACME_ISSUER", "login.example.org"},
		{"COLLOQUY_OIDC_ACME_ISSUER", "http://login.example.org"},
		{"COLLOQUY_OIDC_ACME_ISSUER", "https://login.example.org?tenant=1"},
		{"COLLOQUY_OIDC_ACME_ISSUER", "https://user:hush@login.example.org"},
		{"COLLOQUY_OIDC_ACME_CLIENT_ID", " "},
		{"COLLOQUY_OIDC_ACME_CLIENT_SECRET", " "},
	} {
		_, err := load(t, acme(wrong.variable, wrong.value)...)
		if err == nil || !strings.HasPrefix(err.Error(), wrong.variable+" ") || !strings.HasSuffix(err.Error(), ".") {
			t.Errorf("%s=%q: %v", wrong.variable, wrong.value, err)
		}
	}
	_, err := load(t, acme("COLLOQUY_OIDC", "acme,other", "COLLOQUY_OIDC_OTHER_ISSUER", "https://login.example.org/",
		"COLLOQUY_OIDC_OTHER_CLIENT_ID", "id", "COLLOQUY_OIDC_OTHER_CLIENT_SECRET", "hush")...)
	if err == nil || !strings.HasPrefix(err.Error(), "COLLOQUY_OIDC_OTHER_ISSUER ") {
		t.Errorf("two services of one issuer: %v", err)
	}
}
