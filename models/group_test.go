package models

import "testing"

func TestMarksAreReadAsTheyAreWritten(t *testing.T) {
	for _, letter := range []string{"L", "é", "e\u0301", "ن", "क", "7", "字"} {
		for _, shape := range MarkShapes {
			for _, colour := range MarkColours {
				mark := Mark{Letter: letter, Shape: shape, Colour: colour}
				if read, ok := ParseMark(mark.Key()); !ok || read != mark {
					t.Errorf("%s is read as %+v, %v", mark.Key(), read, ok)
				}
			}
		}
	}
	for _, key := range []string{
		"", "s", "L.arch", "L.arch.r.", ".arch.r", "LL.arch.r", "L.star.r", "L.arch.x", "L.arch none.r", "L.arch.r none", "<.arch.r", " .arch.r", "\u0301.arch.r",
		"a\u0301\u0302\u0303\u0304.arch.r", "\u200b.arch.r", "\u202e.arch.r", "🦊.arch.r",
	} {
		if mark, ok := ParseMark(key); ok {
			t.Errorf("%q is read as %+v", key, mark)
		}
	}
}

func TestKnownGroupsHaveSixShapesAndColours(t *testing.T) {
	shapes, colours := map[string]bool{}, map[string]bool{}
	for _, key := range MarkColours {
		group := Group{Key: key}
		if !group.Known() || group.Mark().Letter != "" {
			t.Errorf("%s: %+v", key, group.Mark())
		}
		shapes[group.Mark().Shape], colours[group.Mark().Colour] = true, true
	}
	if len(shapes) != len(MarkShapes) || len(colours) != len(MarkColours) {
		t.Errorf("%v %v", shapes, colours)
	}
	if own := (&Group{Key: "L.arch.r"}); own.Known() || own.Mark() != (Mark{Letter: "L", Shape: "arch", Colour: "r"}) {
		t.Errorf("%+v", own.Mark())
	}
	if none := (&Group{}); none.Known() || none.Mark() != (Mark{}) {
		t.Errorf("%+v", none.Mark())
	}
}
