package prose

import (
	"slices"
	"strings"
	"unicode"
)

// A vocabulary is the most frequent small words and endings of a language. Those without a
// tag of ours are there so that their texts are not taken for a neighbour's.
type vocabulary struct {
	script  script
	tag     string // "" for a language that is not guessed
	words   map[string]bool
	endings []string // of longer words, where neighbours share most small words
}

var vocabularies = []vocabulary{
	words(latin, "en", "the of and to in a is that it for on with as was are be this have from by not at or an but they we which you has their were been will would can there what about our more who if when how do its us i he his she her them your all than so only no into these should also some any may"),
	words(latin, "fr", "le la les de des du un une et est en dans que qui pour sur pas par au aux avec ce cette ces il elle ils nous vous je ne se sont plus ou mais comme leur leurs son sa ses être avoir été fait tout tous sans même aussi entre ont peut à d l qu n s c j où était y notre nos votre droit toute"),
	words(latin, "es", "el la los las de del un una y es en que por para con no se su sus al lo como más pero o este esta estos estas ha han son ser está sin sobre entre cuando muy también hay nos yo le les ya todo todos toda sólo solo porque fue si mi así desde hasta donde quien e tiene ni y nadie según cualquier cual tal cuya tampoco podrá será caso hacer aquí ahora -ción -ciones -dad -dades -miento -mientos"),
	words(latin, "pt", "o a os as de do da dos das um uma e é em no na nos nas que por para com não se seu sua seus suas ao à aos às como mais mas ou este esta isso foi são ser está sem sobre entre quando muito também há eu ele ela nós já todo todos toda só porque pelo pela pelos tem ter num numa você nem em lhe dum duma pode podem deve devem qualquer ninguém quem esses essa esse fazer -ção -ções -são -sões -dade -dades -mento -mentos"),
	words(latin, "sw", "na ya wa kwa ni za la katika cha kuwa hii huu huo hiyo hizo haya yake wake zake lake au si kila mtu watu ana haki kama hivyo lakini pia sana bila hakuna vya pa yote wote zote nchi ambayo ambao yoyote hana awe ili tu baada kutoka hata sisi mimi wao yeye kwamba hao hilo hayo vile"),
	words(latin, "", "der die das und ist nicht ein eine zu den von mit für auf im sich des dem auch als es an werden wird sind hat oder aber wir ich sie er bei nach über aus zum zur haben kann"),
	words(latin, "", "il lo gli di del della dei delle che è e un una per con non si sono nel nella alla al da dal come più ma o anche questo questa ha hanno essere ogni loro sua suo ad ed ai agli dalla degli -zione -zioni -tà -mento -mente"),
	words(latin, "", "de het een en van is dat in te op voor met niet zijn aan er die als ook maar om bij naar uit door worden wordt heeft ik je wij deze dit of hebben kan nog"),
	words(latin, "", "el la els les de del dels un una i és en que per amb no se al als com més però o aquest aquesta són ser seva seu seus ha han hi tota tot aquests sense entre dret té -ció -cions -tat -tats -ment"),
	words(latin, "", "o a os as de do da dos das un unha e é en no na que por para con non se seu súa ao á como máis pero ou este esta son ser ten toda todo polo pola sen dereito unha teñen -ción -cións -dade -dades -mento"),
	words(latin, "", "yang dan di dari untuk dengan ini itu pada tidak dalam adalah atau oleh akan ke sebagai juga dapat ada telah bahwa setiap orang kami mereka tak bagi atas hak berhak"),
	words(latin, "", "ve bir bu için ile de da olarak olan her veya ne gibi daha çok ya kadar sonra ama en mi değil var yok hakkı herkes kendi bütün"),
	words(latin, "", "i w na z do nie się jest to że o jak za od po przez dla co ale są oraz lub każdy ma prawo być czy jego który tym bez przy"),
	words(latin, "", "și de la în a cu pe nu o din un că să este sau pentru care ce mai au al ale lui orice are dreptul fi prin său sa dar ca unei"),
	words(latin, "", "och att det i en är som på av för den med till inte har om ett var de jag men så vi från kan eller ska skall rätt sin vid og er ikke til av at som har å og det den"),
	words(latin, "", "ang ng sa mga na ay at ito ko ako si hindi may para kung niya siya lang din kanyang bawat tao karapatan o kanilang"),
	words(latin, "", "và của có là không được một các người cho trong với những này để khi mọi quyền đều hay hoặc về đến từ theo bị"),
	words(latin, "", "ninu ati ti ni si fun pe ko o ń ẹ ó kan gbogbo tí àti ní ẹni fún láti sí kò pé bí"),
	words(latin, "", "da na a ya ba wa ta ga ko ne ce don kuma shi sai ko'ina kowa domin yana wannan kowane hakkin"),
	words(cyrillic, "ru", "и в не на что с по как это для он из но от за к его или так они мы у же все было быть при если то а о до только также их еще ещё нет может бы который которые каждый человек имеет должен право вы я она чтобы есть"),
	words(cyrillic, "", "и в не на се да е за от с че по са си като или има но всеки право той тя това са ще при до към какво бъде"),
	words(cyrillic, "", "и на во да се од за не е со или има секој право со како што ќе тоа кој и у је за да не се од на као што са или свако има право би који"),
	words(cyrillic, "", "нь ба болон эрхтэй хүн бүр мен және адам әр құқығы үшін жана ар бир адам укугу"),
	words(arabic, "ar", "في من على إلى أن لا ما هذا هذه التي الذي عن مع كل أو كان هو هي بين قد لم ذلك له ولا كما إن بعد عند حتى لكن نحن ليس أي لكل شخص حق وفي أية إذا ثم هل غير"),
	words(arabic, "", "و در به از که این را با است برای آن هر یا کس حق می نیز شود باید کا کے کی میں اور سے ہے کو نے پر"),
	words(hebrew, "he", "של את על לא כל אדם או זה הוא היא עם אל כי גם אני אנחנו יש אין זכות זכאי לו אם אך רק מה כמו היה להיות בין זו אינו בלי לפי שלו כך הם הזכות"),
	words(hebrew, "", "און די פון אין איז דער צו פֿון האָט צום מיט מען האבן א דאס"),
	words(devanagari, "hi", "के की में है और का को से पर किसी भी हैं यह कि जो एक या तथा नहीं हो इस लिए ने अपने उस तो प्रत्येक व्यक्ति अधिकार करने ही वह हम था थे कर रहे"),
	words(devanagari, "", "आहे आणि च्या व या हा ही मध्ये प्रत्येक आहेत त्याला नाही किंवा करण्याचा असे सर्व र छ हो को मा हुन्छ छन् पनि गर्न लाई हरेक हुने वा अधिकार छैन"),
	words(ethiopic, "am", "ነው እና ላይ ውስጥ ወይም ሰው እያንዳንዱ መብት አለው ያለው ይህ የሆነ ማንኛውም ሁሉ ጋር እንደ ግን ነፃነት በዚህ ስለ ወደ ናቸው ሆኖ ያላቸው አንድ ነበር እንዲሁም ለማድረግ ሁኔታ ምክንያት"),
	words(ethiopic, "", "ናይ እዩ ኣብ ካብ ከም ኩሉ ሰብ መሰል ኣለዎ እቲ እዚ ምስ ወይ እዮም ድማ ነቲ ከምኡ"),
}

// words makes a vocabulary of a list of words in lower case; those that begin with
// a hyphen are endings.
func words(s script, tag, list string) vocabulary {
	v := vocabulary{script: s, tag: tag, words: map[string]bool{}}
	for word := range strings.FieldsSeq(list) {
		if ending, ok := strings.CutPrefix(word, "-"); ok {
			v.endings = append(v.endings, ending)
		} else {
			v.words[word] = true
		}
	}
	return v
}

// has says whether a word in lower case speaks for the language.
func (v vocabulary) has(word string) bool {
	return v.words[word] || slices.ContainsFunc(v.endings, func(ending string) bool {
		return len(word) > len(ending)+2 && strings.HasSuffix(word, ending)
	})
}

// spoken is the language of the script whose small words a text is full of, or ""
// if none or more than one would fit. A language that is alone with its script, as
// Burmese is among ours, needs no words; nor does a short text in Arabic, Hebrew,
// Devanagari or Ethiopic, whose other languages show in their letters or words.
func spoken(s script, letters int, text string) string {
	tokens := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsMark(r) })
	var best, second int
	tag := ""
	for _, v := range vocabularies {
		if v.script != s {
			continue
		}
		hits := 0
		for _, t := range tokens {
			if v.has(t) {
				hits++
			}
		}
		if hits > best {
			best, second, tag = hits, best, v.tag
		} else if hits > second {
			second = hits
		}
	}
	switch {
	case s == myanmar:
		return "my"
	case s == latin:
		// One word in six, three of them, and a fifth more than any other language.
		if best < 3 || best*6 < len(tokens) || best*5 < second*6 {
			return ""
		}
		return tag
	case best == 0:
		if letters > 120 {
			return "" // so long a text without one of the small words is in another language
		}
		return soleTag[s]
	case best == second:
		return ""
	}
	return tag
}

// soleTag is our language of a script.
var soleTag = [scripts]string{arabic: "ar", hebrew: "he", devanagari: "hi", ethiopic: "am"}
