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

// parsePlace reads what formatPlace wrote; anything else is Invalid.
func parsePlace(text string) (store.ThreadPlace, error) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return store.ThreadPlace{}, fmt.Errorf("place %q: %w", text, Invalid{"after": Unknown})
	}
	at, errAt := strconv.ParseInt(parts[1], 36, 64)
	id, errID := strconv.ParseInt(parts[2], 36, 64)
	if errAt != nil || errID != nil {
		return store.ThreadPlace{}, fmt.Errorf("place %q: %w", text, Invalid{"after": Unknown})
	}
	return store.ThreadPlace{Pinned: parts[0] == "1", ActiveAt: time.UnixMicro(at).UTC(), ID: id}, nil
}
