package prose

import (
	"slices"
	"strings"
)

// Change is a line of one of two texts that are compared.
type Change struct {
	// Text is the line without its markup.
	Text string
	// Added tells that the later text has it and the earlier has not; otherwise it was
	// taken out.
	Added bool
}

// maxCompared is the most comparisons of lines that Changed makes: beyond it everything
// between the first and the last difference counts as written anew.
const maxCompared = 1 << 20

// Changed compares two Markdown texts line by line and lists what was taken out and what
// was added, in the order of reading; nothing when they say the same. Empty lines and
// spaces around a line do not count.
func Changed(before, after string) []Change {
	a, b := meaningful(before), meaningful(after)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	kept := common(a, b)
	var changes []Change
	i, j := 0, 0
	for _, match := range append(kept, [2]int{len(a), len(b)}) {
		for ; i < match[0]; i++ {
			changes = append(changes, Change{Text: unmarked(a[i])})
		}
		for ; j < match[1]; j++ {
			changes = append(changes, Change{Text: unmarked(b[j]), Added: true})
		}
		i, j = match[0]+1, match[1]+1
	}
	return changes
}

// common are the places of a longest series of lines that stand in both texts.
func common(a, b []string) [][2]int {
	if len(a)*len(b) > maxCompared {
		return nil
	}
	width := len(b) + 1
	length := make([]int32, (len(a)+1)*width) // of the series that begins at i, j
	for i, line := range slices.Backward(a) {
		for j := len(b) - 1; j >= 0; j-- {
			length[i*width+j] = max(length[(i+1)*width+j], length[i*width+j+1])
			if line == b[j] {
				length[i*width+j] = length[(i+1)*width+j+1] + 1
			}
		}
	}
	var places [][2]int
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			places = append(places, [2]int{i, j})
			i, j = i+1, j+1
		case length[(i+1)*width+j] >= length[i*width+j+1]:
			i++
		default:
			j++
		}
	}
	return places
}

// meaningful are the lines of a text that say something.
func meaningful(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); !blank(line) {
			lines = append(lines, line)
		}
	}
	return lines
}

// unmarked is a line of Markdown as it reads; one that is all markup stays as it is.
func unmarked(line string) string {
	if text := strings.TrimSpace(Text(Render(line))); text != "" {
		return text
	}
	return line
}
