package views

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"colloquy/models"
)

const (
	fixtureSecret  = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	fixtureOtpauth = "otpauth://totp/Colloquy:amina@example.org?issuer=Colloquy&secret=" + fixtureSecret
)

// securityPages are the pages on which members see and change how they sign in.
func securityPages(member, visitor Page) map[string]templ.Component {
	day := fixtureNow.Truncate(24 * time.Hour)
	sessions := []models.Session{
		{ID: 4, CreatedOn: day, SeenOn: day, Device: "Firefox · Linux"},
		{ID: 3, CreatedOn: day.AddDate(-1, 0, 0), SeenOn: day.AddDate(0, 0, -3)},
	}
	wrong := FieldErrors{"code": "It does not work."}
	return map[string]templ.Component{
		"sign-in-code":         SignInCode(visitor, SignInCodePage{Next: "/themes"}),
		"sign-in-code-errors":  SignInCode(visitor, SignInCodePage{Errors: wrong}),
		"second-step":          SecondStep(visitor, SecondStepPage{}),
		"second-step-errors":   SecondStep(visitor, SecondStepPage{Errors: wrong}),
		"second-step-gone":     SecondStep(visitor, SecondStepPage{Gone: true}),
		"proof":                Proof(member, ProofPage{Next: "/settings/address"}),
		"proof-all":            Proof(member, ProofPage{HasPassword: true, HasAuthenticator: true, Errors: FieldErrors{"password": "Wrong.", "code": "Wrong."}}),
		"proof-sent":           Proof(member, ProofPage{HasPassword: true, HasAuthenticator: true, Sent: true, Errors: FieldErrors{"mailed": "Wrong."}}),
		"security":             Security(member, SecurityPage{Email: "amina@example.org", Sessions: sessions[:1], Current: 4}),
		"security-all":         Security(member, SecurityPage{Email: "amina@example.org", HasPassword: true, HasAuthenticator: true, RecoveryCodes: 9, Sessions: sessions, Current: 4, Done: DoneSessions}),
		"password":             Password(member, PasswordPage{Length: 10}),
		"password-errors":      Password(member, PasswordPage{HasPassword: true, AsksCurrent: true, Length: 10, Errors: FieldErrors{"password_current": "Wrong.", "password_new": "Too short."}}),
		"password-delete":      PasswordDelete(member),
		"authenticator":        Authenticator(member, AuthenticatorPage{Token: "t0ken", Secret: fixtureSecret, URL: fixtureOtpauth}),
		"authenticator-errors": Authenticator(member, AuthenticatorPage{Token: "t0ken", Secret: fixtureSecret, URL: fixtureOtpauth, Errors: wrong}),
		"authenticator-delete": AuthenticatorDelete(member),
		"recovery-codes":       RecoveryCodes(member, []string{"abcde-fghjk", "mnpqr-stuvw"}, true),
		"recovery-codes-new":   RecoveryCodesNew(member),
		"address":              Address(member, AddressPage{Current: "amina@example.org"}),
		"address-sent":         Address(member, AddressPage{Current: "amina@example.org", Sent: true}),
		"address-errors":       Address(member, AddressPage{Current: "amina@example.org", Email: "amina@", Errors: FieldErrors{"email": "Not complete."}}),
		"address-confirm":      AddressConfirm(visitor, AddressConfirmPage{Token: "t0ken", Email: "new@example.org"}),
		"address-confirm-gone": AddressConfirm(visitor, AddressConfirmPage{Gone: true}),
		"address-confirm-done": AddressConfirm(visitor, AddressConfirmPage{Done: true}),
	}
}

func TestASecretIsShownForTypingAndAsAPicture(t *testing.T) {
	page := render(t, securityPages(fixturePage("ar", "", fixtureViewer(models.RoleMember)), Page{Words: fixturePage("ar", "", models.Viewer{}).Words})["authenticator"])
	for _, want := range []string{"GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", `<svg class="qr" role="img"`, `<path fill="#000" d="M4 4h7v1h-7z`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	for _, never := range []string{"data:", "otpauth:", "<img"} {
		if strings.Contains(page, never) {
			t.Errorf("the page holds %s", never)
		}
	}
}

// A QR code has a finder of seven modules in three corners (ISO/IEC 18004); the decoder's
// side is any phone's.
func TestTheSquaresOfAQRCode(t *testing.T) {
	path, size := qrPath(fixtureOtpauth)
	last := size - 2*qrMargin
	if size < 21+2*qrMargin || (last-17)%4 != 0 {
		t.Fatalf("%d modules on a side", last)
	}
	if !strings.HasPrefix(path, "M4 4h7v1h-7z") {
		t.Errorf("the first finder begins with %.20s", path)
	}
	if tooLong, size := qrPath(strings.Repeat("x", 5000)); tooLong != "" || size != 0 {
		t.Errorf("a text that fits into no code is drawn with %d modules", size)
	}
}
