// Package mail sends letters: over SMTP, or without it into the outbox, a folder of
// .eml files that is emptied after a day. Letters wait in memory and are tried again;
// nobody waits for them.
package mail

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	gomail "github.com/wneessen/go-mail"
)

const (
	waiting    = 1000             // letters that may wait
	tries      = 5                // attempts for one letter
	outboxFor  = 24 * time.Hour   // how long the outbox keeps a letter
	sendWithin = 30 * time.Second // one attempt

	closeWithin = 3 * time.Second // the last attempts, when the program stops
)

// Letter is one letter to one person.
type Letter struct {
	To      string
	Subject string
	// Text is the whole letter as plain text.
	Text string
	// Unkept letters go to a mail server or nowhere: the outbox holds none of them.
	Unkept bool
}

// waitingLetter is a letter with its place in the order in which all were sent.
type waitingLetter struct {
	Letter
	number int64
}

// Office takes letters and sends them in the background.
type Office struct {
	from   string
	outbox string
	smtp   *url.URL
	log    *slog.Logger
	queue  chan waitingLetter
	// closing ends the pauses between attempts; stopping ends, a little later, the
	// attempts themselves.
	stopping context.Context //nolint:containedctx // it is the office's own life
	stop     context.CancelFunc
	closing  chan struct{}
	done     sync.WaitGroup
	// mu guards how many letters were sent, and up to which of them those to an address
	// are to be forgotten.
	mu        sync.Mutex
	sent      int64
	forgotten map[string]int64
	// keeping is held while a letter is put into the outbox.
	keeping sync.Mutex
}

// Open starts an office. smtpURL is smtp:// or smtps:// with optional user and
// password, or empty for the outbox folder.
func Open(smtpURL, from, outbox string, log *slog.Logger) (*Office, error) {
	o := &Office{from: from, outbox: outbox, log: log, queue: make(chan waitingLetter, waiting), closing: make(chan struct{}), forgotten: map[string]int64{}}
	o.stopping, o.stop = context.WithCancel(context.Background())
	if smtpURL != "" {
		parsed, err := url.Parse(smtpURL)
		if err != nil {
			return nil, fmt.Errorf("mail server address: %w", err)
		}
		o.smtp = parsed
	} else if err := os.MkdirAll(outbox, 0o700); err != nil {
		return nil, fmt.Errorf("make the outbox: %w", err)
	}
	o.done.Add(1)
	go o.run()
	return o, nil
}

// Send takes a letter and returns at once. When too many letters wait it is an error:
// the sender may ask again.
func (o *Office) Send(letter Letter) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	select {
	case o.queue <- waitingLetter{Letter: letter, number: o.sent + 1}:
		o.sent++
		return nil
	default:
		return fmt.Errorf("%d letters are waiting", waiting)
	}
}

// Close tries each waiting letter once more, for closeWithin at most, and stops. It
// must be called once, when nobody sends any more.
func (o *Office) Close() {
	close(o.queue)
	close(o.closing)
	hurry := time.AfterFunc(closeWithin, o.stop)
	defer hurry.Stop()
	o.done.Wait()
	o.stop()
}

func (o *Office) run() {
	defer o.done.Done()
	lost := 0
	for letter := range o.queue {
		if o.stopping.Err() != nil {
			lost++
			continue
		}
		o.deliver(letter)
		o.handled(letter)
	}
	if lost > 0 {
		o.log.Error("letters were waiting at the end and are lost", "letters", lost)
	}
}

// deliver tries a letter several times, waiting longer each time.
func (o *Office) deliver(letter waitingLetter) {
	for try := 1; ; try++ {
		if o.dropped(letter) {
			return
		}
		err := o.try(letter)
		if err == nil {
			return
		}
		if try == tries {
			o.log.Error("a letter could not be sent", "error", err)
			return
		}
		pause := time.NewTimer(time.Duration(try*try) * time.Second)
		select {
		case <-pause.C:
		case <-o.closing:
			pause.Stop()
			o.log.Error("a letter could not be sent before the end", "error", err)
			return
		}
	}
}

func (o *Office) try(letter waitingLetter) error {
	if o.smtp == nil && letter.Unkept {
		return nil
	}
	message := gomail.NewMsg()
	if err := message.From(o.from); err != nil {
		return fmt.Errorf("sender: %w", err)
	}
	if err := message.To(letter.To); err != nil {
		// The error repeats the address, which the log must not hold.
		return fmt.Errorf("the address of a letter cannot be read")
	}
	message.Subject(letter.Subject)
	message.SetMessageID()
	message.SetDate()
	message.SetGenHeader("Auto-Submitted", "auto-generated")
	message.SetBodyString(gomail.TypeTextPlain, letter.Text)
	if o.smtp == nil {
		return o.keep(message, letter)
	}
	ctx, cancel := context.WithTimeout(o.stopping, sendWithin)
	defer cancel()
	client, err := o.client()
	if err != nil {
		return err
	}
	return client.DialAndSendWithContext(ctx, message)
}

func (o *Office) client() (*gomail.Client, error) {
	port := 587
	options := []gomail.Option{gomail.WithTimeout(sendWithin), gomail.WithTLSPolicy(gomail.TLSOpportunistic)}
	if o.smtp.Scheme == "smtps" {
		port = 465
		options = append(options, gomail.WithSSL())
	}
	if text := o.smtp.Port(); text != "" {
		number, err := strconv.Atoi(text)
		if err != nil {
			return nil, fmt.Errorf("mail server port: %w", err)
		}
		port = number
	}
	options = append(options, gomail.WithPort(port))
	if user := o.smtp.User; user != nil {
		password, _ := user.Password()
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(user.Username()), gomail.WithPassword(password))
	}
	return gomail.NewClient(o.smtp.Hostname(), options...)
}

// keep writes a letter into the outbox and removes what is older than a day.
func (o *Office) keep(message *gomail.Msg, letter waitingLetter) error {
	o.keeping.Lock()
	defer o.keeping.Unlock()
	if o.dropped(letter) {
		return nil
	}
	name := time.Now().UTC().Format("20060102T150405.000000") + "-" + suffix() + ".eml"
	if err := message.WriteToFile(filepath.Join(o.outbox, name)); err != nil {
		return fmt.Errorf("write to the outbox: %w", err)
	}
	// Without a mail server this log is how the operator gets at links. Whom a letter
	// is for stays out of it.
	o.log.Info("a letter is in the outbox", "file", filepath.Join(o.outbox, name), "subject", letter.Subject, "text", letter.Text)
	return o.Sweep(time.Now())
}

func suffix() string {
	bytes := make([]byte, 4)
	_, _ = rand.Read(bytes) // documented to never return an error
	return hex.EncodeToString(bytes)
}

// Sweep removes letters that stood in the outbox for a day.
func (o *Office) Sweep(now time.Time) error {
	if o.smtp != nil {
		return nil
	}
	entries, err := os.ReadDir(o.outbox)
	if err != nil {
		return fmt.Errorf("read the outbox: %w", err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil || filepath.Ext(entry.Name()) != ".eml" || now.Sub(info.ModTime()) < outboxFor {
			continue
		}
		if err := os.Remove(filepath.Join(o.outbox, entry.Name())); err != nil {
			return fmt.Errorf("empty the outbox: %w", err)
		}
	}
	return nil
}

// Check tells whether letters can go out: that the mail server answers, or that the
// outbox can be written.
func (o *Office) Check(ctx context.Context) error {
	if o.smtp == nil {
		probe := filepath.Join(o.outbox, ".probe")
		if err := os.WriteFile(probe, nil, 0o600); err != nil {
			return fmt.Errorf("the outbox cannot be written: %w", err)
		}
		return os.Remove(probe)
	}
	client, err := o.client()
	if err != nil {
		return err
	}
	if err := client.DialWithContext(ctx); err != nil {
		return fmt.Errorf("the mail server does not answer: %w", err)
	}
	return client.Close()
}
