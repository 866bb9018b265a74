package views

import (
	"cmp"
	"strconv"

	"colloquy/models"
	"colloquy/views/words"
)

// groupAct is the address of an act on a group.
func groupAct(id int64, act string) string {
	return "/community/groups/" + strconv.FormatInt(id, 10) + "/" + act
}

// groupName is a group's name in the language of the page, if it is one that the
// interface knows.
func groupName(w *words.Words, g *models.Group) string { return w.GroupName(g.Key, g.Name) }

// GroupMark is how a group is drawn in a language, for the form that changes it. A group
// without a mark of its own gets a circle with its first letter.
func GroupMark(w *words.Words, g *models.Group) models.Mark {
	mark := g.Mark()
	mark.Letter = w.GroupLetter(g.Key, g.Name)
	mark.Shape, mark.Colour = cmp.Or(mark.Shape, "circle"), cmp.Or(mark.Colour, "s")
	return mark
}

// markChoice is a shape or a colour to choose, drawn by a group's key.
type markChoice struct {
	Value string
	Label string
	Key   string
}

func shapeChoices(w *words.Words, mark models.Mark) []markChoice {
	var list []markChoice
	for _, shape := range models.MarkShapes {
		list = append(list, markChoice{Value: shape, Label: w.T("groups.shape-of." + shape), Key: models.Mark{
			Letter: sample(mark), Shape: shape, Colour: cmp.Or(mark.Colour, "s"),
		}.Key()})
	}
	return list
}

func colourChoices(w *words.Words, mark models.Mark) []markChoice {
	var list []markChoice
	for _, colour := range models.MarkColours {
		list = append(list, markChoice{Value: colour, Label: w.T("groups.colour-of." + colour), Key: models.Mark{
			Letter: sample(mark), Shape: cmp.Or(mark.Shape, "circle"), Colour: colour,
		}.Key()})
	}
	return list
}

// sample is the letter that choices are drawn with: the group's own, when it is one.
func sample(mark models.Mark) string {
	if models.OneLetter(mark.Letter) {
		return mark.Letter
	}
	return ""
}
