package views

import (
	"strconv"
	"strings"

	"rsc.io/qr"
)

// qrMargin is the empty space around a QR code, in modules (ISO/IEC 18004 asks for four).
const qrMargin = 4

// qrPath draws the black modules of a text's QR code in a square of size by size, a run of
// them a line. The path is empty for a text that is too long.
func qrPath(text string) (path string, size int) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", 0
	}
	var d strings.Builder
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if run := x - from; run > 0 {
				d.WriteString("M" + strconv.Itoa(from+qrMargin) + " " + strconv.Itoa(y+qrMargin) +
					"h" + strconv.Itoa(run) + "v1h-" + strconv.Itoa(run) + "z")
			}
		}
	}
	return d.String(), code.Size + 2*qrMargin
}

// grouped sets a space after every fourth letter of a text that is to be typed.
func grouped(text string) string {
	var groups []string
	for len(text) > 4 {
		groups, text = append(groups, text[:4]), text[4:]
	}
	return strings.Join(append(groups, text), " ")
}
