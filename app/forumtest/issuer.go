package forumtest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

// What the issuer and a site have agreed on; the secret holds signs that must be escaped.
const (
	ClientID     = "forum client"
	ClientSecret = "hush: 100% & more"
)

// Issuer is another service that says who somebody is, by OpenID Connect. It is strict
// where the standard is, and lies where a test tells it to.
type Issuer struct {
	// URL is its name and address.
	URL    string
	t      testing.TB
	now    func() time.Time
	server *httptest.Server
	key    *rsa.PrivateKey

	mu      sync.Mutex
	who     string
	declare func(claims map[string]any)
	forged  bool
	asked   int
	grants  map[string]url.Values
}

// NewIssuer serves an issuer on a loopback address until the test ends.
func NewIssuer(t testing.TB, now func() time.Time) *Issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	must(t, err)
	i := &Issuer{t: t, now: now, key: key, who: "subject-1", grants: map[string]url.Values{}}
	routes := http.NewServeMux()
	routes.HandleFunc("GET /.well-known/openid-configuration", i.describe)
	routes.HandleFunc("GET /keys", i.keys)
	routes.HandleFunc("GET /authorize", i.authorize)
	routes.HandleFunc("POST /token", i.token)
	i.server = httptest.NewServer(routes)
	i.URL = i.server.URL
	t.Cleanup(i.server.Close)
	return i
}

// Knows sets who somebody at the issuer is from now on.
func (i *Issuer) Knows(subject string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.who = subject
}

// Lies changes what the issuer says in its tokens from now on; nil for the truth. forged
// signs with a key that is not the issuer's.
func (i *Issuer) Lies(change func(claims map[string]any), forged bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.declare, i.forged = change, forged
}

// Asked is how often somebody asked where the issuer is to be asked.
func (i *Issuer) Asked() int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked
}

// Stop ends the issuer.
func (i *Issuer) Stop() { i.server.Close() }

// Visit is a browser's visit to the address that a site sent it to: somebody signs in
// there. It returns where the issuer sends the browser back to.
func (i *Issuer) Visit(t testing.TB, address string) *url.URL {
	t.Helper()
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	must(t, err)
	response, err := client.Do(request)
	must(t, err)
	defer response.Body.Close()
	back, err := response.Location()
	if err != nil {
		t.Fatalf("the issuer answers %d to %s", response.StatusCode, address)
	}
	return back
}

func (i *Issuer) describe(w http.ResponseWriter, _ *http.Request) {
	i.mu.Lock()
	i.asked++
	i.mu.Unlock()
	i.write(w, map[string]any{
		"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token",
		"jwks_uri": i.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256", "none"},
		"response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"},
	})
}

func (i *Issuer) keys(w http.ResponseWriter, _ *http.Request) {
	i.write(w, map[string]any{"keys": []map[string]string{{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "1", "n": encoded(i.key.N.Bytes()),
		"e": encoded(big.NewInt(int64(i.key.E)).Bytes()),
	}}})
}

// authorize lets whoever comes through, and answers with a code.
func (i *Issuer) authorize(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	if asked.Get("response_type") != "code" || asked.Get("client_id") != ClientID || asked.Get("scope") != "openid" ||
		asked.Get("code_challenge_method") != "S256" || len(asked.Get("code_challenge")) != 43 ||
		asked.Get("state") == "" || asked.Get("nonce") == "" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	code := rand.Text()
	i.mu.Lock()
	asked.Set("who", i.who)
	i.grants[code] = asked
	i.mu.Unlock()
	http.Redirect(w, r, asked.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": asked["state"]}.Encode(), http.StatusFound)
}

// token answers a code, once, to whom it was made for (RFC 6749, RFC 7636).
func (i *Issuer) token(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	grant, known := i.grants[r.PostFormValue("code")]
	delete(i.grants, r.PostFormValue("code"))
	declare, forged := i.declare, i.forged
	i.mu.Unlock()
	id, secret, _ := r.BasicAuth()
	id, errID := url.QueryUnescape(id)
	secret, errSecret := url.QueryUnescape(secret)
	challenge := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if errID != nil || errSecret != nil || id != ClientID || secret != ClientSecret || !known ||
		r.PostFormValue("grant_type") != "authorization_code" || r.PostFormValue("redirect_uri") != grant.Get("redirect_uri") ||
		encoded(challenge[:]) != grant.Get("code_challenge") {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		i.write(w, map[string]string{"error": "invalid_grant"})
		return
	}
	now := i.now()
	claims := map[string]any{
		"iss": i.URL, "aud": ClientID, "sub": grant.Get("who"), "nonce": grant.Get("nonce"), "iat": now.Unix(),
		"exp": now.Add(5 * time.Minute).Unix(), "email": "amina@example.org", "email_verified": true,
	}
	if declare != nil {
		declare(claims)
	}
	i.write(w, map[string]any{"access_token": rand.Text(), "token_type": "Bearer", "id_token": i.signed(claims, forged)})
}

// signed is a token with these claims (RFC 7519). Without an algorithm of its own in the
// claim alg it is signed as RS256.
func (i *Issuer) signed(claims map[string]any, forged bool) string {
	if claims["alg"] == "none" {
		return i.part(map[string]string{"alg": "none"}) + "." + i.part(claims) + "."
	}
	key := i.key
	if forged {
		var err error
		if key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			i.t.Error(err)
		}
	}
	text := i.part(map[string]string{"alg": "RS256", "kid": "1"}) + "." + i.part(claims)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		i.t.Error(err)
	}
	return text + "." + encoded(signature)
}

func (i *Issuer) part(content any) string {
	text, err := json.Marshal(content)
	if err != nil {
		i.t.Error(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func (i *Issuer) write(w http.ResponseWriter, content any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(content); err != nil {
		i.t.Error(err)
	}
}
