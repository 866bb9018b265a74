package prose

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// fixtures is the folder of the shared test material, which lies beside the
// repository. Where it is absent the test is skipped, and fails under CI=true.
func fixtures(t testing.TB, parts ...string) string {
	t.Helper()
	path := filepath.Join(append([]string{"..", "..", "..", "shared", "fixtures"}, parts...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("the shared fixtures are needed under CI=true: %v", err)
		}
		t.Skipf("no shared fixtures beside the repository: %v", err)
	}
	t.Logf("with the shared fixtures: %s", filepath.Join(parts...))
	return path
}

func TestGuessLanguage(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"ok", ""},
		{"12345 67890 !!!", ""},
		{"What do we know about the effects of multi-stakeholder initiatives in the countries they work in?", "en"},
		{"Je ne suis pas certaine que cette question soit la bonne pour nous.", "fr"},
		{"¿Qué sabemos de los efectos de estas iniciativas en los países donde trabajan?", "es"},
		{"O que sabemos dos efeitos das iniciativas não é muito, mas há uma pergunta que fica.", "pt"},
		{"Kila mtu ana haki ya kuwa na maoni yake katika nchi hii.", "sw"},
		{"ماذا نعرف عن أثر هذه المبادرات في البلدان التي تعمل فيها؟", "ar"},
		{"Что мы знаем о том, как эти инициативы работают в странах?", "ru"},
		{"我们对这些倡议了解多少?", "zh"},
		{"私たちはこれらの取り組みについて何を知っていますか", ""},
		{"우리는 이 이니셔티브에 대해 무엇을 알고 있습니까", ""},
		{"เรารู้อะไรเกี่ยวกับผลของโครงการเหล่านี้บ้าง", "th"},
		{"מה אנחנו יודעים על ההשפעה של היוזמות האלה", "he"},
		{"हम इन पहलों के प्रभाव के बारे में क्या जानते हैं", "hi"},
		{"ስለ እነዚህ ተነሳሽነቶች ውጤት ምን እናውቃለን", "am"},
		{"ဤလုပ်ငန်းများ၏ အကျိုးသက်ရောက်မှုကို ကျွန်ုပ်တို့ ဘာသိသနည်း", "my"},
		{"Was wissen wir über die Wirkung dieser Initiativen in den Ländern, und was ist nicht bekannt?", ""},
		{"Che cosa sappiamo degli effetti di queste iniziative nei paesi e non solo?", ""},
		{"ما درباره تأثیر این ابتکارها در کشورها چه می‌دانیم؟", ""},
		{"Що ми знаємо про вплив цих ініціатив у країнах, де вони працюють?", ""},
		{"Какво знаем за въздействието на тези инициативи в страните, където работят?", ""},
		{"See https://example.org/a-page-about-the-rest and `the code of the day`", ""},
		{"The letter says: «Что мы знаем о том, как эти инициативы работают в странах?» and that is all of it", ""},
	} {
		if got := GuessLanguage(c.text); got != c.want {
			t.Errorf("GuessLanguage(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

var declarations = map[string]string{
	"amh": "am", "arb": "ar", "cmn_hans": "zh", "eng": "en", "fra": "fr", "heb": "he", "hin": "hi", "mya": "my",
	"por_BR": "pt", "por_PT": "pt", "rus": "ru", "spa": "es", "swh": "sw", "tha": "th",
}

// paragraphs are the texts of the <para> elements of a declaration.
func paragraphs(t *testing.T, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var texts []string
	d := xml.NewDecoder(f)
	for {
		token, err := d.Token()
		if err != nil {
			return texts
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == "para" {
			var text string
			if err := d.DecodeElement(&text, &start); err != nil {
				t.Fatal(err)
			}
			texts = append(texts, strings.TrimSpace(text))
		}
	}
}

// Each paragraph of the declaration is told or left open, never taken for another
// language, and six in seven are told (the rest are a few words, or fit two
// neighbours); every direction is right.
func TestGuessLanguageOfDeclarations(t *testing.T) {
	folder := fixtures(t, "udhr")
	for key, want := range declarations {
		t.Run(key, func(t *testing.T) {
			texts := paragraphs(t, filepath.Join(folder, "udhr_"+key+".xml"))
			told := 0
			for _, text := range texts {
				switch got := GuessLanguage(text); got {
				case want:
					told++
				case "":
				default:
					t.Errorf("taken for %q: %s", got, text)
				}
				direction := "ltr"
				if want == "ar" || want == "he" {
					direction = "rtl"
				}
				if got := Direction(text); got != direction {
					t.Errorf("Direction = %q: %s", got, text)
				}
			}
			if told*7 < len(texts)*6 {
				t.Errorf("told %d paragraphs of %d", told, len(texts))
			}
			if got := GuessLanguage(strings.Join(texts, "\n\n")); got != want {
				t.Errorf("the whole text is told as %q", got)
			}
		})
	}
}
