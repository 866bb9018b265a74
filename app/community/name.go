package community

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mtibben/confusables"
	"golang.org/x/text/unicode/norm"

	"colloquy/app/prose"
	"colloquy/models"
	"colloquy/models/store"
)

// offices are the words for those who moderate or run the community, in the languages of
// the interface. As a whole name they are for those alone.
var offices = []string{
	"Moderator", "Moderators", "The moderator", "The moderators", "Moderation", "Moderation team",
	"Convener", "Conveners", "The convener", "The conveners", "Admin", "Admins", "Administrator", "Administrators",
	"The administrator", "The administration", "Colloquy", "System", "Support", "Webmaster",
	"Modérateur", "Modératrice", "Modérateurs", "Le modérateur", "La modératrice", "La modération", "Équipe de modération",
	"Responsable", "Le responsable", "La responsable", "El responsable", //nolint:misspell // French and Spanish
	"Administrateur", "Administratrice", "L’administrateur", "L’administratrice",
	"Moderador", "Moderadora", "Moderadores", "El moderador", "La moderadora", "Moderación", "La moderación",
	"Equipo de moderación", "Administrador", "Administradora", "El administrador", "La administradora",
	"مشرف", "مشرفة", "المشرف", "المشرفة", "المشرفون", "إشراف", "الإشراف", "فريق الإشراف", "إدارة المجتمع",
	"مدير", "مديرة", "المدير", "المديرة", "إدارة", "الإدارة", "مسؤول", "المسؤول",
}

// standings are the words that the program has for somebody without a name, which are
// nobody's.
var standings = []string{
	"Member", "Former member", "A former member", "Membre", "Ancien membre", "Ancienne membre", "Un ancien membre",
	"Miembro", "Antiguo miembro", "Antigua miembro", "عضو", "عضو سابق", "عضوة سابقة",
}

var officeForms, standingForms = formsOf(offices), formsOf(standings)

func formsOf(names []string) map[string]bool {
	forms := map[string]bool{}
	for _, name := range names {
		for _, form := range nameForms(name) {
			forms[form] = true
		}
	}
	return forms
}

// nameProblem says what is wrong with a name that somebody of a role wants to go by, or
// nothing. It may be a moderator's or convener's own, whose persona is except (0 for a new
// one). Two ordinary members may share a name: real people do.
func (c *Community) nameProblem(tx *store.Tx, name string, except int64, role models.Role) (models.Problem, error) {
	if problem := badName(name, role); problem != "" {
		return problem, nil
	}
	officers, err := tx.Officers()
	if err != nil {
		return "", err
	}
	if looksLike(name, officers, except) {
		return models.Impersonates, nil
	}
	return "", nil
}

// mayBeNamed is Invalid when nameProblem finds one for a profile's name.
func (c *Community) mayBeNamed(tx *store.Tx, name string, except int64, role models.Role) error {
	problem, err := c.nameProblem(tx, name, except, role)
	if err == nil && problem != "" {
		return Invalid{"name": problem}
	}
	return err
}

// pseudonymProblem is nameProblem for a new pseudonym in a theme, which must not look like
// any member's name, nor like another pseudonym there.
func (c *Community) pseudonymProblem(tx *store.Tx, name string, themeID int64) (models.Problem, error) {
	problem, err := c.nameProblem(tx, name, 0, models.RoleMember)
	if problem == models.Impersonates {
		problem = models.NameTaken // whose name it is, and what they do here, is not said
	}
	if err != nil || problem != "" {
		return problem, err
	}
	// A profile's name in addresses stays when its name changes.
	taken, err := tx.HandleTaken(prose.Slug(name))
	if err != nil {
		return "", err
	}
	around, err := tx.NamesAround(themeID)
	if err != nil {
		return "", err
	}
	if taken || looksLike(name, around, 0) {
		return models.NameTaken, nil
	}
	return "", nil
}

// badName says what is wrong with a name whoever else is here.
func badName(name string, role models.Role) models.Problem {
	if mixesScripts(name) {
		return models.MixedScripts
	}
	for _, form := range nameForms(name) {
		if standingForms[form] || officeForms[form] && role == models.RoleMember {
			return models.OfficeName
		}
	}
	return ""
}

// looksLike tells whether a name can be mistaken for one of the others.
func looksLike(name string, others []models.NameHolder, except int64) bool {
	forms := nameForms(name)
	return slices.ContainsFunc(others, func(other models.NameHolder) bool {
		if other.PersonaID == except {
			return false
		}
		theirs := strings.Fields(other.Skeleton)
		if len(theirs) == 0 { // written before names were reduced
			theirs = nameForms(other.Name)
		}
		return slices.ContainsFunc(theirs, func(form string) bool { return slices.Contains(forms, form) })
	})
}

// skeleton is a name's forms as models.Persona keeps them.
func skeleton(name string) string { return strings.Join(nameForms(name), " ") }

// nameForms reduce a name to how it looks (Unicode TS #39, 4): compatibility forms made
// plain, look-alikes made one, case, accents, spaces and signs left out.
// A letter looks like others in its upper case than in its lower (the Cyrillic Н like H, н
// like none), so a name has a form for how it is written and one for each case. Two names
// that share a form can be mistaken for each other.
func nameForms(name string) []string {
	name = norm.NFKC.String(name)
	var forms []string
	for _, written := range []string{name, strings.ToUpper(name), prose.Fold(name)} {
		// Folding makes letters that look like others once more: M is unlike rn, m is not.
		form := reduced(reduced(written))
		if !slices.Contains(forms, form) {
			forms = append(forms, form)
		}
	}
	return forms
}

// lookalikes are letters that are told apart by case or in some fonts only, and that the
// tables of Unicode reduce to different ones.
var lookalikes = strings.NewReplacer("i", "l", "1", "l", "|", "l", "0", "o")

func reduced(name string) string {
	folded := lookalikes.Replace(prose.Fold(confusables.Skeleton(name)))
	bare := strings.Map(func(r rune) rune {
		if pointed(r) || !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) {
			return -1
		}
		return r
	}, folded)
	if bare == "" { // of signs alone
		return strings.Join(strings.Fields(folded), "")
	}
	return bare
}

// pointed tells whether a character is an accent, or only points or stretches Arabic or
// Hebrew letters, which is written or not.
func pointed(r rune) bool {
	return r == 'ـ' || 0x0300 <= r && r <= 0x036F || 0x0591 <= r && r <= 0x05C7 || 0x0610 <= r && r <= 0x061A || 0x064B <= r && r <= 0x065F || r == 0x0670
}

// together are scripts that are written within one word.
var together = [][]string{
	{"Han", "Hiragana", "Katakana", "Latin"}, {"Han", "Hangul", "Latin"}, {"Han", "Bopomofo", "Latin"},
}

// mixesScripts tells whether a word of a name has letters of scripts that are not written
// together (Unicode TS #39, 5.2: highly restrictive).
func mixesScripts(name string) bool {
	words := strings.FieldsFunc(norm.NFKC.String(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsMark(r) && !unicode.IsNumber(r)
	})
	return slices.ContainsFunc(words, func(word string) bool {
		scripts := scriptsOf(word)
		if len(scripts) < 2 {
			return false
		}
		return !slices.ContainsFunc(together, func(set []string) bool {
			return !slices.ContainsFunc(scripts, func(script string) bool { return !slices.Contains(set, script) })
		})
	})
}

// scriptsOf lists the scripts of a word's letters, without those that all scripts share.
func scriptsOf(word string) []string {
	var scripts []string
	for _, r := range word {
		if !unicode.IsLetter(r) || unicode.In(r, unicode.Common, unicode.Inherited) {
			continue
		}
		if len(scripts) > 0 && unicode.Is(unicode.Scripts[scripts[len(scripts)-1]], r) {
			continue
		}
		for script, table := range unicode.Scripts {
			if unicode.Is(table, r) && !slices.Contains(scripts, script) {
				scripts = append(scripts, script)
			}
		}
	}
	return scripts
}
