package demo

import (
	"math/rand/v2"
	"strconv"
	"strings"

	"colloquy/models"
)

// poolSize is how many different texts a data set for measuring has: a multiple of the
// number of languages, which take turns in it.
const poolSize = 200

// language is the small vocabulary from which the texts for measuring are made. stop
// ends a sentence.
type language struct {
	tag, stop string
	words     []string
}

var languages = []language{
	{"en", ".", strings.Fields(`the board a mandate of every region district budget that nobody reads and which the
		secretariat publishes without asking whether minutes were kept before an election or after it when local groups
		had already written their own plan for water roads mines forests schools contracts data learning evidence trust
		power money travel time language answers questions people government company citizens meeting report between
		because although we they it is was has should could often never`)},
	{"fr", ".", strings.Fields(`le conseil un mandat de chaque région commune budget que personne ne lit et que le
		secrétariat publie sans demander si les comptes rendus existaient avant une élection ou après quand des groupes
		locaux avaient déjà écrit leur propre plan pour l'eau les routes les mines la forêt l'école marchés données
		apprentissage preuves confiance pouvoir argent voyage temps langue réponses questions gens entre parce`)},
	{"es", ".", strings.Fields(`el consejo un mandato de cada región municipio presupuesto que nadie lee y que la
		secretaría publica sin preguntar si las actas existían antes de una elección o después cuando los grupos
		locales ya habían escrito su propio plan para el agua los caminos las minas el bosque la escuela contratos
		datos aprendizaje pruebas confianza poder dinero viajes tiempo lengua respuestas preguntas gente entre porque`)},
	{"ar", ".", strings.Fields(`المجلس له تفويض من كل منطقة وميزانية لا يقرؤها أحد وتنشرها الأمانة دون أن تسأل هل كانت
		المحاضر موجودة قبل الانتخابات أو بعدها حين كتبت المجموعات المحلية خطتها الخاصة للماء والطرق والمناجم والغابة
		والمدرسة والعقود والبيانات والتعلم والأدلة والثقة والسلطة والمال والسفر والوقت واللغة والأجوبة والأسئلة`)},
}

var (
	firstNames = []string{
		"Amina", "Bela", "Chiara", "Dawit", "Elif", "Farid", "Greta", "Hana", "Ismael", "Jun", "Katya", "Leandro",
		"Maïmouna", "Nuru", "Olga", "Paulo", "Qamar", "Rosa", "Samir", "Thandi", "Ugo", "Vera", "Wen", "Ximena", "Yusuf", "Zora",
	}
	lastNames = []string{
		"Abate", "Bonnet", "Castro", "Dlamini", "Eriksen", "Fofana", "García", "Haddad", "Ivanova", "Joshi",
		"Kimani", "Lindqvist", "Moreau", "Nkosi", "Okafor", "Petrov", "Quispe", "Rahman", "Silva", "Tan", "Ueda", "Vargas", "Weiss",
	}
)

// measuredName is the name of the member of that number.
func measuredName(number string) string {
	n, err := strconv.Atoi(number)
	if err != nil {
		return number
	}
	return firstNames[n%len(firstNames)] + " " + lastNames[n%len(lastNames)] + " " + number
}

// pooled is a text that many responses share, rendered once.
type pooled struct {
	response models.Response
	words    string
}

// newPool makes the texts, the languages taking turns.
func newPool(seed uint64) []pooled {
	source := rand.New(rand.NewPCG(seed, 1<<32))
	pool := make([]pooled, 0, poolSize)
	for i := range poolSize {
		spoken := languages[i%len(languages)]
		var made pooled
		made.response, made.words = written(spoken.body(source))
		made.response.Lang = spoken.tag
		pool = append(pool, made)
	}
	return pool
}

// body is a text of one to four paragraphs, some with Markdown of every common sort.
func (l language) body(source *rand.Rand) string {
	parts := []string{l.paragraph(source)}
	for range source.IntN(4) {
		switch source.IntN(8) {
		case 0:
			parts = append(parts, "- "+l.sentence(source)+"\n- "+l.sentence(source)+"\n- "+l.sentence(source))
		case 1:
			parts = append(parts, "> "+l.sentence(source)+"\n\n"+l.paragraph(source))
		case 2:
			parts = append(parts, l.sentence(source)+" [example](https://example.org/"+strconv.Itoa(source.IntN(900))+") ¶1")
		case 3:
			parts = append(parts, "**"+l.phrase(source, 3)+"** "+l.paragraph(source))
		default:
			parts = append(parts, l.paragraph(source))
		}
	}
	return strings.Join(parts, "\n\n")
}

func (l language) paragraph(source *rand.Rand) string {
	sentences := []string{l.sentence(source)}
	for range source.IntN(5) {
		sentences = append(sentences, l.sentence(source))
	}
	return strings.Join(sentences, " ")
}

func (l language) sentence(source *rand.Rand) string {
	return capital(l.phrase(source, 6+source.IntN(14))) + l.stop
}

func (l language) phrase(source *rand.Rand, words int) string {
	chosen := make([]string, words)
	for i := range chosen {
		chosen[i] = l.words[source.IntN(len(l.words))]
	}
	return strings.Join(chosen, " ")
}

// title is what a thread for measuring is called.
func (m *measuring) title(source *rand.Rand, spoken int) string {
	return capital(languages[spoken].phrase(source, 4+source.IntN(6)))
}

// capital begins with a capital letter where the script has one.
func capital(phrase string) string {
	first := []rune(phrase)
	return strings.ToUpper(string(first[:1])) + string(first[1:])
}
