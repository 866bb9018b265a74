package community

import (
	"testing"

	"colloquy/app/prose"
	"colloquy/models"
)

// officers are whom nobody else may look like.
func officers() []models.NameHolder {
	return []models.NameHolder{
		{PersonaID: 1, Name: "Lena Fischer", Skeleton: skeleton("Lena Fischer")},
		{PersonaID: 2, Name: "Teodora Ilić"}, // written before names were reduced
		{PersonaID: 3, Name: "Марина Орлова", Skeleton: skeleton("Марина Орлова")},
		{PersonaID: 4, Name: "Paul O’Connor", Skeleton: skeleton("Paul O’Connor")},
		{PersonaID: 5, Name: "سلمى", Skeleton: skeleton("سلمى")},
		{PersonaID: 6, Name: "Tom Hope", Skeleton: skeleton("Tom Hope")},
	}
}

// TestNamesThatImpersonate: whatever is done to a moderator's name so that it still looks
// like it, nobody else can go by it.
func TestNamesThatImpersonate(t *testing.T) {
	for what, name := range map[string]string{
		"the same":                    "Lena Fischer",
		"another case":                "LENA fischer",
		"no space":                    "LenaFischer",
		"more spaces":                 "Lena \u00a0 Fischer",
		"a sign after it":             "Lena Fischer ✓",
		"signs around it":             "~ Lena-Fischer *",
		"an emoji":                    "Lena Fischer 🛡️",
		"full width":                  "Ｌｅｎａ Ｆｉｓｃｈｅｒ",
		"letters of mathematics":      "𝐋𝐞𝐧𝐚 𝓕𝓲𝓼𝓬𝓱𝓮𝓻",
		"a ligature":                  "Lena ﬁscher",
		"combining marks":             "Lena\u0332 Fi\u0307scher",
		"precomposed marks":           "Léna Fischër",
		"right to left override":      "\u202eLena Fischer\u202c",
		"an isolate":                  "Lena \u2066Fischer\u2069",
		"zero-width space":            "Le\u200bna Fischer",
		"zero-width joiner":           "Le\u200dna Fis\u200ccher",
		"a soft hyphen":               "Lena Fi\u00adscher",
		"a variation selector":        "Lena\ufe0f Fischer",
		"Cyrillic letters":            "Lеnа Fischer",
		"Greek letters":               "Lenα Fischer",
		"a capital i for an l":        "Paui O'Connor",
		"a digit for an o":            "Paul 0'Connor",
		"a bar for an l":              "Pau| O’Connor",
		"capital I":                   "PauI O’Connor",
		"rn for m":                    "Torn Hope",
		"a word all in Cyrillic":      "Тоm Норе",
		"without accents":             "Teodora Ilic",
		"with others":                 "Teodorá Ílíč",
		"a dotless i":                 "Teodora Ilıc",
		"capital letters in Cyrillic": "МАРИНА ОРЛОВА",
		"small ones":                  "марина орлова",
		"Arabic stretched":            "سـلـمى",
		"Arabic with vowels":          "سَلْمَى",
	} {
		clean, err := prose.CleanLine(name, MaxName)
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		if badName(clean, models.RoleMember) == "" && !looksLike(clean, officers(), 0) {
			t.Errorf("%s: %q may be somebody's name, forms %q", what, clean, nameForms(clean))
		}
	}
	if looksLike("Lena Fischer", officers(), 1) {
		t.Error("a moderator may not keep her own name")
	}
}

func TestWordsOfOfficeAreNoNames(t *testing.T) {
	for _, name := range []string{
		"Moderator", "MODERATOR", "m0derator", "Moderat\u043er", "Ｍｏｄｅｒａｔｏｒ", "The Convener", "Admin", "aDMlN", "Former member",
		"formermember", "Modératrice", "moderatrice", "La modération", "Moderadora", "Administrador", "Ancien membre", "مشرف", "المشرفة",
		"عضو سابق", "[Moderator]", "★ Moderator ★",
	} {
		if got := badName(name, models.RoleMember); got != models.OfficeName && got != models.MixedScripts {
			t.Errorf("%q: %q", name, got)
		}
	}
}

func TestScriptsAreNotMixedWithinAWord(t *testing.T) {
	for _, name := range []string{"Аmina", "Pаul", "Αnna", "Rosa Quisрe", "Ivan Пetrov", "Ꭺmina", "Jоhn-Paul", "Աmina"} {
		if got := badName(name, models.RoleMember); got != models.MixedScripts {
			t.Errorf("%q: %q", name, got)
		}
	}
}

// TestWhoHoldsAnOfficeMayGoByIt, but nobody by what the program calls those without a name.
func TestWhoHoldsAnOfficeMayGoByIt(t *testing.T) {
	for _, role := range []models.Role{models.RoleModerator, models.RoleConvener} {
		if got := badName("The moderators", role); got != "" {
			t.Errorf("%s: %q", role, got)
		}
		if got := badName("Former member", role); got != models.OfficeName {
			t.Errorf("%s as a former member: %q", role, got)
		}
	}
}

// TestRealNamesPass: names that people have are taken as they are.
func TestRealNamesPass(t *testing.T) {
	for _, name := range []string{
		"Ilić", "Nguyễn Thị Minh Khai", "عمر", "محمد عبد الرحمن", "李小龍", "O’Brien", "O'Brien", "van der Berg", "Đặng Văn Lâm",
		"Þórður Guðmundsson", "Дмитрий Сергеевич", "Ελένη Παπαδοπούλου", "ዘውዲቱ", "अमित कुमार", "田中さくら", "ミッシェル・金子", "김민준",
		"José María Aznar", "Ngũgĩ wa Thiong’o", "ʻAkahana Kaʻauwai", "Anne-Marie", "Jean-Luc d’Église", "Łukasz Żółć", "Ñusta",
		"שרה כהן", "தமிழ்ச்செல்வி", "ศรีสุดา", "Աննա Հակոբյան", "ნინო", "Иван (Ivan) Петров", "Amina Diallo", "Fatou N’Diaye", "A. B. Çelik",
		"علی‌رضا", "Kālidāsa", "Sławomir Żmuda", "Ivan-Иван", "X Æ A-12", "K", "Ada L. Moderatorsdottir", "Admina", "Mod",
	} {
		clean, err := prose.CleanLine(name, MaxName)
		if err != nil || clean != name {
			t.Errorf("%q becomes %q, %v", name, clean, err)
		}
		if problem := badName(clean, models.RoleMember); problem != "" {
			t.Errorf("%q: %q", name, problem)
		}
		if looksLike(clean, officers()[:1], 0) {
			t.Errorf("%q looks like a moderator", name)
		}
		if skeleton(clean) == "" {
			t.Errorf("%q has no form", name)
		}
	}
}

// TestDifferentNamesDiffer: the forms tell people apart.
func TestDifferentNamesDiffer(t *testing.T) {
	names := []string{
		"Nina", "Vina", "Van", "Nan", "Марина", "Карина", "李小龍", "李大龍", "عمر", "عمرو", "Rosa", "Rose", "Heron", "🦊", "🦉", "!!!", "???",
	}
	for i, a := range names {
		for _, b := range names[i+1:] {
			if looksLike(a, []models.NameHolder{{Name: b, PersonaID: 7}}, 0) {
				t.Errorf("%q and %q are one: %q %q", a, b, nameForms(a), nameForms(b))
			}
		}
	}
}
