package views

import (
	"strconv"

	"colloquy/models"
	"colloquy/views/words"
)

// workshopDate is when a workshop was: its days and, if it is known, its year.
func workshopDate(w *words.Words, workshop *models.Workshop) string {
	days := workshopDays(w, workshop)
	switch {
	case workshop.Year == 0:
		return days
	case days == "":
		return strconv.Itoa(workshop.Year)
	}
	return w.T("workshop.with-year", "days", days, "year", strconv.Itoa(workshop.Year))
}

// resourceState is how far a resource has come, in words; a state that the words do
// not know is shown as it is written.
func resourceState(w *words.Words, state string) string {
	switch state {
	case "slides":
		return w.T("workshop.state-slides")
	case "in preparation":
		return w.T("workshop.state-preparation")
	}
	return state
}

// questionCount is how many questions there are, as the beginning of a sentence.
func questionCount(w *words.Words, n int) string {
	return w.N("agenda.count", n, "number", capital(spelled(w, n)))
}
