package words

import (
	"strconv"
	"time"
)

// Day writes a mere date in full, "9 November 2026", without the year when it is the
// year of now. A date is the same everywhere: it is kept, and shown, in UTC.
func (w *Words) Day(t, now time.Time) string { return w.day(t.UTC(), now.UTC()) }

// DayOf writes the date of a moment as Day does: the date on which it was in the zone.
func (w *Words) DayOf(t, now time.Time) string { return w.day(w.At(t), w.At(now)) }

func (w *Words) day(t, now time.Time) string {
	if t.Year() == now.Year() {
		return w.T("date.day", "day", w.dayNumber(t), "month", w.Month(int(t.Month())))
	}
	return w.T("date.day-year", "day", w.dayNumber(t), "month", w.Month(int(t.Month())), "year", strconv.Itoa(t.Year()))
}

// DayTime writes a moment in short, "9 Nov, 16:10", with the year when it is not
// the year of now, as it was in the zone.
func (w *Words) DayTime(t, now time.Time) string {
	t, now = w.At(t), w.At(now)
	month := w.T("month-short." + strconv.Itoa(int(t.Month())))
	clock := t.Format("15:04")
	if t.Year() == now.Year() {
		return w.T("date.time", "day", w.dayNumber(t), "month", month, "time", clock)
	}
	return w.T("date.time-year", "day", w.dayNumber(t), "month", month, "year", strconv.Itoa(t.Year()), "time", clock)
}

// Ago writes how long ago a moment was, "12 minutes ago", and the date once that is
// a week or more. It is for lists of activity only.
func (w *Words) Ago(t, now time.Time) string {
	const day = 24 * time.Hour
	switch past := now.Sub(t); {
	case past < time.Minute:
		return w.T("date.now")
	case past < time.Hour:
		return w.N("date.minutes-ago", int(past/time.Minute))
	case past < day:
		return w.N("date.hours-ago", int(past/time.Hour))
	case past < 2*day:
		return w.T("date.yesterday")
	case past < 7*day:
		return w.N("date.days-ago", int(past/day))
	default:
		return w.DayOf(t, now)
	}
}

// Month is the name of the month m, from 1 to 12, as it stands in a date; empty for
// any other number.
func (w *Words) Month(m int) string {
	if m < 1 || m > 12 {
		return ""
	}
	return w.T("month." + strconv.Itoa(m))
}

// dayNumber is the day of the month; some languages give the first a form of its own.
func (w *Words) dayNumber(t time.Time) string {
	if t.Day() == 1 {
		return w.T("date.first")
	}
	return strconv.Itoa(t.Day())
}
