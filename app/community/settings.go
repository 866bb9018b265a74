package community

import (
	"context"
	"fmt"
	"sync"

	"colloquy/models"
)

// keptSettings are the community's settings as they stood when its faces had a number.
type keptSettings struct {
	mu    sync.Mutex
	at    *models.Settings
	faces int64
}

// Settings are the community as every page shows it: its own row, groups and initiatives.
// They are at least as new as the counter of faces says; nobody may change them.
func (c *Community) Settings(ctx context.Context, faces int64) (*models.Settings, error) {
	c.settings.mu.Lock()
	kept, at := c.settings.at, c.settings.faces
	c.settings.mu.Unlock()
	if kept != nil && at >= faces {
		return kept, nil
	}
	read, err := c.store.Settings(ctx)
	if err != nil {
		return nil, fmt.Errorf("settings: %w", err)
	}
	c.settings.mu.Lock()
	defer c.settings.mu.Unlock()
	if c.settings.at == nil || read.Faces >= c.settings.faces {
		c.settings.at, c.settings.faces = &read, read.Faces
	}
	return c.settings.at, nil
}
