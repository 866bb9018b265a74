package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// ErrNoChannel is what Options.Read returns for a channel that does not exist. A reader cannot tell it from a
// channel that is closed to them.
var ErrNoChannel = errors.New("live: no such channel")

// Variant names one rendering of a change: the language of its words, with the zone of its times where that is not
// UTC, and the class of its audience (reader, moderator). It never names a person, so that one rendering serves
// everybody who watches in that variant.
type Variant struct {
	Language string
	Class    string
}

// Session is who stands behind a socket, as the handshake found them. ID is empty when nobody is signed in, Member
// is an opaque key by which the sockets of one member are counted and closed.
type Session struct {
	ID      string
	Member  string
	Viewer  any
	Variant Variant
	// Source is an opaque key for where a socket without a session comes from, by which such sockets are counted;
	// empty counts them all together only.
	Source string
	// Rights is as in Standing.
	Rights any
}

// Standing is what a session may see now: the viewer that goes to May, Own and Author, which must be comparable, and
// the variant they read.
// Rights says in short what the viewer may see; when it becomes another (by reflect.DeepEqual), the lists that they
// watch are reset. Suspended closes the session's sockets, with another code than the end of the session does.
type Standing struct {
	Viewer    any
	Variant   Variant
	Rights    any
	Suspended bool
}

// Change is one changed row of a channel under the number it took last. Row tells the rows of a channel apart: a later
// change of the same row supersedes this one. Item goes back to Render and Author.
type Change struct {
	Seq  int64
	Row  int64
	Item any
}

// Batch is the state of a channel, read in one snapshot. Changes holds the rows whose number is greater than the one
// asked for, in the order of their numbers; a row that changed twice stands there once. Truncated says that there
// were more than the limit (the rows given are then not used). Rights is the counter of rights in the same snapshot;
// when it is greater than what the hub knows, every session is looked up again before a byte goes out. Zero means
// that it was not read.
type Batch struct {
	Epoch     string
	Head      int64
	Rights    int64
	Audience  any
	Changes   []Change
	Truncated bool
	// Quiet keeps the number of readers from everybody.
	Quiet bool
}

// Rows is the state of a channel that holds a list, read in one snapshot: the rows that lead the list, in its order,
// and after them those that were asked for by id and belong to it.
type Rows struct {
	Epoch    string
	Rights   int64
	Audience any // of the list itself
	Rows     []Row
	// Most is how many of the leading rows a viewer is told of; 0 for all that they may see.
	Most int
}

// Row is one row of a list. Seq grows with every change of what it shows; Audience is who may see it.
type Row struct {
	ID       int64
	Seq      int64
	Leading  bool
	Audience any
	Item     any
}

// Frame is a change as one variant sees it. Kind is "response" or "thread"; empty means that there is nothing to
// show, and the number goes out as skipped. Number and Rev belong to responses only.
type Frame struct {
	Kind   string
	Number int
	Rev    int
	HTML   string
}

// Heads is what the repair compares every three seconds: the epoch, the counter of rights and the last number of
// each channel asked for. A channel that is missing from Seq no longer exists.
type Heads struct {
	Epoch  string
	Rights int64
	Seq    map[string]int64
}

// Clock is the time as the hub sees it. Deadlines on the line itself follow the machine's clock in any case.
type Clock struct {
	Now   func() time.Time
	After func(time.Duration) <-chan time.Time
}

// Options are everything the hub needs from outside. Read, Render, Rows, RenderRow, May, Own, Author, Heads, Revalidate and Origins
// are required; the rest has defaults.
type Options struct {
	// Read gives the state of a channel with at most limit changes after since, in one snapshot. To ask for the head
	// alone, since is the greatest int64.
	Read func(ctx context.Context, channel string, since int64, limit int) (Batch, error)
	// Render makes the frame of a change for a variant.
	Render func(ctx context.Context, variant Variant, change Change) (Frame, error)
	// Rows gives the state of a channel that holds a list: the rows that lead it, and those of ids that belong to it.
	Rows func(ctx context.Context, channel string, ids []int64) (Rows, error)
	// RenderRow makes the markup of a row for a variant.
	RenderRow func(ctx context.Context, channel string, variant Variant, row Row) (string, error)
	// Readers tells other instances how many read a channel here; it may be nil. It must not wait.
	Readers func(channel string, readers int)
	// May says whether a viewer belongs to an audience. It must be quick and must not wait.
	May func(viewer, audience any) bool
	// Class gives the class in which a viewer reads what has this audience, in place of the one in their Variant. It
	// must be quick and must not wait; nil leaves the Variant as it is.
	Class func(viewer, audience any) string
	// Allows says whether a viewer may see a channel at all, at little and always the same cost: it is asked before
	// anything is read for a subscription, so that a private channel takes no longer than one that does not exist.
	// It may be nil. What goes out is still judged by May against the audience of its own snapshot.
	Allows func(ctx context.Context, viewer any, channel string) (bool, error)
	// Own gives the numbers in a channel that are the viewer's own.
	Own func(ctx context.Context, viewer any, channel string) ([]int, error)
	// Author says whether a change is of a response that the viewer wrote. It must be quick and must not wait.
	Author func(change Change, viewer any) bool
	// Heads gives epoch, counter of rights and the heads of channels; with no channels, the first two.
	Heads func(ctx context.Context, channels []string) (Heads, error)
	// Revalidate gives what each session may see now; a session that is missing from the answer has ended. Where the
	// variant has no language, each socket keeps its own.
	Revalidate func(ctx context.Context, sessions []string) (map[string]Standing, error)
	// Origins are the accepted values of the Origin header, such as https://forum.example.
	Origins []string

	// AnonymousSockets is the most sockets without a session that are open at once; 20,000 when zero.
	AnonymousSockets int
	// SourceSockets is the most sockets without a session from one source (see Session.Source); 200 when zero.
	SourceSockets int
	// Unlimited lifts the limit on handshakes per second, for measuring.
	Unlimited bool
	Clock     Clock
	Logger    *slog.Logger
	// Registerer takes the metrics; without one they are only in Stats.
	Registerer prometheus.Registerer
}

const (
	resumeLimit    = 200       // changed rows that a resume or a fan-out carries; more is a reset
	batchBytes     = 256 << 10 // bytes of several changes that go out together; more is a reset
	ringRows       = 128       // rows that a topic keeps for those who come back
	tracesMost     = 4 * ringRows
	ringBytes      = 256 << 10 // bytes rendered of them
	listRows       = 500       // rows of a list that are remembered
	queueFrames    = 64        // messages waiting for one socket
	queueBytes     = 256 << 10 // bytes waiting for one socket
	inboundBytes   = 4 << 10   // one message from a client
	inboundRate    = 10        // frames a second from a client
	inboundBurst   = 60        // frames at once, so that fifty channels can be resumed in one go
	strangeFrames  = 20        // frames of unknown kind that are ignored
	socketChannels = 50        // channels on one socket
	readRate       = 20        // subscriptions a second, of a member or a source, that ask the source of the changes
	readBurst      = 300       // the same, at once
	answerBytes    = 1 << 20   // answers to subscriptions waiting for one socket
	instancesMost  = 64        // instances whose readers are counted
	memberSockets  = 20        // sockets of one member
	anonymousTotal = 20_000    // sockets without a session
	sourceSockets  = 200       // sockets without a session from one source
	handshakeRate  = 1_000     // handshakes a second
	handshakeBurst = 5_000     // handshakes at once

	beatEvery        = 25 * time.Second       // silence in either direction before a beat
	deadAfter        = 70 * time.Second       // silence from the client before the line is cut
	renewEvery       = 5 * time.Minute        // sessions are looked up again although no right has moved
	urgentEvery      = 500 * time.Millisecond // between two rechecks that were asked for
	readingAgain     = 20 * time.Second       // after which other instances are told the same number again
	repairEvery      = 3 * time.Second
	sweepEvery       = time.Second
	readingEvery     = 10 * time.Second       // between two numbers of readers
	readingForgotten = 30 * time.Second       // after which another instance's number no longer counts
	restEach         = 100 * time.Microsecond // rest of a topic for each reader it was sent to
	restLeast        = 50 * time.Millisecond  // of one that several read
	restMost         = 100 * time.Millisecond
	listRest         = time.Second      // rest of a list
	askTimeout       = 10 * time.Second // for everything that is asked from outside
	writeTimeout     = 10 * time.Second // for one message on the line
	closeTimeout     = 2 * time.Second  // for the client's answer to a close
	lagPardon        = time.Minute      // a second full queue within it closes the socket
)

func (o *Options) complete() error {
	missing := ""
	switch {
	case o.Read == nil:
		missing = "Read"
	case o.Render == nil:
		missing = "Render"
	case o.Rows == nil:
		missing = "Rows"
	case o.RenderRow == nil:
		missing = "RenderRow"
	case o.May == nil:
		missing = "May"
	case o.Own == nil:
		missing = "Own"
	case o.Author == nil:
		missing = "Author"
	case o.Heads == nil:
		missing = "Heads"
	case o.Revalidate == nil:
		missing = "Revalidate"
	case len(o.Origins) == 0:
		missing = "Origins"
	}
	if missing != "" {
		return fmt.Errorf("live: option %s is missing", missing)
	}
	if o.AnonymousSockets <= 0 {
		o.AnonymousSockets = anonymousTotal
	}
	if o.SourceSockets <= 0 {
		o.SourceSockets = sourceSockets
	}
	if o.Clock.Now == nil {
		o.Clock.Now = time.Now
	}
	if o.Clock.After == nil {
		o.Clock.After = time.After
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}
