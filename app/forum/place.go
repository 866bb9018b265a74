package forum

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"colloquy/models"
	"colloquy/models/store"
)

// formatPlace writes a thread's place in a list for the address of the next page.
func formatPlace(thread *models.Thread) string {
	pinned := "0"
	if thread.Pinned {
		pinned = "1"
	}
	return pinned + "." + strconv.FormatInt(thread.ActiveAt.UnixMicro(), 36) + "." + strconv.FormatInt(thread.ID, 36)
}

// maxMicros is beyond every time that can be written, in microseconds from 1970.
const maxMicros = 250_000_000_000_000_000

// parsePlace reads what formatPlace wrote; anything else is Invalid.
func parsePlace(text string) (store.ThreadPlace, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return store.ThreadPlace{}, fmt.Errorf("place %q: %w", text, Invalid{"after": models.Unknown})
	}
	at, errAt := strconv.ParseInt(parts[1], 36, 64)
	id, errID := strconv.ParseInt(parts[2], 36, 64)
	// Both databases know the years up to 9999.
	if errAt != nil || errID != nil || at < -maxMicros || at > maxMicros {
		return store.ThreadPlace{}, fmt.Errorf("place %q: %w", text, Invalid{"after": models.Unknown})
	}
	return store.ThreadPlace{Pinned: parts[0] == "1", ActiveAt: time.UnixMicro(at).UTC(), ID: id}, nil
}
