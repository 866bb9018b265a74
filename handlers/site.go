// Package handlers turns requests into responses: routes.go is the table of all
// addresses, each handler reads its input, asks a room, chooses a view and answers.
// Only errors.go makes a status of an error.
package handlers

import (
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"colloquy/app/archive"
	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/app/live"
	"colloquy/static"
)

// Site is what the handlers work with. It is put together once, by the server.
type Site struct {
	Forum     *forum.Forum
	Community *community.Community
	Hub       *live.Hub
	Source    *LiveSource
	Files     *static.Files
	// Copies makes members' copies of all that is theirs.
	Copies *archive.Copies
	Log    *slog.Logger
	Now    func() time.Time
	// Secret keys form tokens and the memory of rate limits.
	Secret []byte
	// BaseURL is the only source of absolute links; Origins are accepted for forms.
	BaseURL string
	Origins []string
	// TLS tells that browsers reach the site encrypted.
	TLS bool
	// TrustedProxies may set forwarded headers.
	TrustedProxies []string
	// RateLimits is false for measuring only.
	RateLimits bool
	// Demo offers one-click sign-in; set on a loopback demo only.
	Demo    bool
	Version string
	// Ready tells whether the site takes requests; false while it stops.
	Ready func() bool
	// WorkshopSlug is the workshop that this community continues; empty for none.
	WorkshopSlug string
	// Services are other services through which members may sign in.
	Services []Service
	// Meters takes the metrics.
	Meters prometheus.Registerer

	limits        *limits
	pages         *pages
	known         *known
	owns          *shelf[ownKey, []int]
	contentPolicy string
}
