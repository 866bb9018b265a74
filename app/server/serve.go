package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime/debug"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"colloquy/app/archive"
	"colloquy/app/bus"
	"colloquy/app/community"
	"colloquy/app/config"
	"colloquy/app/demo"
	"colloquy/app/live"
	"colloquy/app/mail"
	"colloquy/handlers"
	"colloquy/static"
)

const (
	refreshEvery = 3 * time.Second
	sweepEvery   = time.Hour
	stopWithin   = 10 * time.Second
	// garbage is how much of the memory in use may be garbage, in percent: less than Go
	// takes by itself, because ten thousand quiet lines should cost little. GOGC overrides it.
	garbage = 50
)

// running is a site that serves.
type running struct {
	*site
	app    *fiber.App
	hub    *live.Hub
	bus    *bus.Bus // nil without COLLOQUY_NATS_URL
	office *mail.Office
	meters *prometheus.Registry
	ready  atomic.Bool
}

// Serve runs the site until the process is asked to stop, and says on out where it is
// and, until there is a convener, how to become the first.
func Serve(ctx context.Context, c config.Config, out, logTo io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	log := NewLog(c, logTo)
	opened, err := open(ctx, c, log)
	if err != nil {
		return err
	}
	r := &running{site: opened, meters: prometheus.NewRegistry()}
	err = r.serve(ctx, out)
	if r.community != nil {
		r.community.Stop()
		r.community.Wait()
	}
	if r.office != nil {
		r.office.Close()
	}
	return errors.Join(err, r.close())
}

func (r *running) serve(ctx context.Context, out io.Writer) error {
	release, err := r.store.Presence(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = release() }() // ends with the process anyway
	if _, err := demo.WriteStarter(ctx, r.store, time.Now()); err != nil {
		return fmt.Errorf("write the starter community: %w", err)
	}
	if r.row, err = r.store.Community(ctx); err != nil {
		return err
	}
	if err := r.build(ctx); err != nil {
		return err
	}
	if err := r.openBus(); err != nil {
		return err
	}
	defer r.bus.Close()
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", r.config.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w. Stop the other program or set COLLOQUY_ADDR", r.config.Addr, err)
	}
	admin := r.openAdmin(ctx)
	defer admin()
	if clashes, err := r.community.RefoldAddresses(ctx); err != nil {
		return err
	} else if clashes > 0 {
		r.log.Warn("some members have addresses that are hard to tell from others' and stay as they are", "members", clashes)
	}
	if err := r.welcome(ctx, out); err != nil {
		return err
	}
	background, cancel := context.WithCancel(ctx)
	defer cancel()
	if err := r.hub.Start(background); err != nil {
		return err
	}
	r.community.Resume(background)
	go r.keepFresh(background)
	if r.row.Demo && r.config.AtHome() {
		go (&demo.Talk{Row: r.row, Forum: r.forum, Community: r.community, Log: r.log}).Run(background)
	}
	failed := make(chan error, 1)
	go func() { failed <- r.app.Listener(listener) }()
	debug.FreeOSMemory() // the start needs more than what comes after it
	r.ready.Store(true)
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	return r.stop()
}

// build makes the rooms, the hub, the mail office and the handlers.
func (r *running) build(ctx context.Context) error {
	var err error
	if r.office, err = mail.Open(r.config.SMTPURL, r.config.MailFrom, r.outbox(), r.log); err != nil {
		return err
	}
	letters := letters{office: r.office, base: r.config.BaseURL, log: r.log}
	hashWait := time.Duration(0)
	if !r.config.RateLimits {
		hashWait = time.Minute // measuring waits for its turn
	}
	r.rooms(r.moved, community.Hooks{
		HashWait: hashWait, Letter: letters.write, Forget: r.office.Forget, BaseURL: r.config.BaseURL, Origins: r.config.Origins(),
		SessionEnded:   func(id int64) { r.hub.EndSession(fmt.Sprint(id)) },
		SessionRotated: func(id int64) { r.hub.RenewSession(fmt.Sprint(id)) },
		MemberEnded:    func(id int64) { r.hub.EndMember(fmt.Sprint(id)) },
		RightsMoved:    r.rightsMoved,
		Failed: func(ctx context.Context, err error) {
			r.log.ErrorContext(ctx, "work in the background failed", "error", err)
		},
	})
	source := &handlers.LiveSource{
		Forum: r.forum, Community: r.community, Heads: r.store.Heads, Now: time.Now,
	}
	options := source.Options()
	options.Origins, options.Unlimited = r.config.Origins(), !r.config.RateLimits
	options.Logger, options.Registerer = r.log, r.meters
	options.Readers = func(channel string, readers int) { r.bus.Reading(channel, readers) } // the bus is opened later
	if r.hub, err = live.New(options); err != nil {
		return err
	}
	workshop, err := r.forum.FirstWorkshop(ctx)
	if err != nil {
		return err
	}
	files, err := static.New()
	if err != nil {
		return err
	}
	r.app, err = handlers.New(&handlers.Site{
		Forum: r.forum, Community: r.community, Hub: r.hub, Source: source, Files: files, Log: r.log, Now: time.Now,
		Copies: archive.NewCopies(r.store, r.config.BaseURL),
		Secret: r.row.Secret, BaseURL: r.config.BaseURL, Origins: r.config.Origins(),
		TLS: r.config.TLS(), TrustedProxies: r.config.TrustedProxies, RateLimits: r.config.RateLimits,
		Demo: r.row.Demo && r.config.AtHome(), Version: Version, Ready: r.ready.Load,
		WorkshopSlug: workshop, Services: services(r.config), Meters: r.meters,
	})
	return err
}

// welcome says where the site is and how to become its first convener.
func (r *running) welcome(ctx context.Context, out io.Writer) error {
	token, err := r.community.FoundingLink(ctx)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(out, "Colloquy is at %s (%s)\n", r.config.BaseURL, r.store.Kind()); err != nil {
		return err
	}
	switch {
	case r.row.Demo && !r.config.AtHome():
		_, err = fmt.Fprintln(out, "This is a demo with fictional people. Make a sign-in link with: colloquy member link EMAIL")
	case r.row.Demo:
		_, err = fmt.Fprintf(out, "This is a demo with fictional people. Sign in as one of them: %s/sign-in\n", r.config.BaseURL)
	case token != "":
		_, err = fmt.Fprintf(out, "There is no convener yet. Sign up as the first one, once, within three days:\n  %s/invitations/%s\n",
			r.config.BaseURL, token)
	}
	return err
}

// keepFresh finds what other processes changed, and deletes what has expired.
func (r *running) keepFresh(ctx context.Context) {
	refresh, sweep := time.NewTicker(refreshEvery), time.NewTicker(sweepEvery)
	defer refresh.Stop()
	defer sweep.Stop()
	for {
		var work func() error
		select {
		case <-ctx.Done():
			return
		case <-refresh.C:
			work = func() error { return errors.Join(r.refresh(ctx), r.forum.Erase(ctx)) }
		case now := <-sweep.C:
			work = func() error {
				r.community.Resume(ctx) // what failed, or another instance has left
				return errors.Join(r.community.Sweep(ctx), r.office.Sweep(now), r.store.Erase(ctx))
			}
		}
		err := caught(work)
		if err != nil && ctx.Err() == nil {
			r.log.Warn("background work failed and is tried again", "error", err)
		}
	}
}

// refresh finds what other processes changed. The community's settings are read here when
// they may have changed, so that requests seldom have to.
func (r *running) refresh(ctx context.Context) error {
	if err := r.forum.Refresh(ctx); err != nil {
		return err
	}
	counters, err := r.forum.Counters(ctx)
	if err != nil {
		return err
	}
	_, err = r.community.Settings(ctx, counters.Faces)
	return err
}

// caught makes an error of a panic: what runs in the background must not end the site.
func caught(work func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("panic: %v: %s", v, debug.Stack())
		}
	}()
	return work()
}

// stop ends the site with grace: not ready, no new requests, live lines told and
// closed, running requests finished.
func (r *running) stop() error {
	r.ready.Store(false)
	r.log.Info("stopping")
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	r.hub.Drain(ctx)
	err := r.app.ShutdownWithContext(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		r.log.Warn("some requests did not end in time and were cut")
		return nil
	}
	return err
}
