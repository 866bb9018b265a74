package mail

import (
	"errors"
	"fmt"
	"io/fs"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
)

// Forget takes back every letter to an address: those that wait, the one that is being
// tried again, and those in the outbox. Letters that are sent later are not touched.
func (o *Office) Forget(address string) {
	o.mu.Lock()
	o.forgotten[folded(address)] = o.sent
	o.mu.Unlock()
	if o.smtp != nil {
		return
	}
	o.keeping.Lock() // a letter that is being kept at this moment is found afterwards
	defer o.keeping.Unlock()
	if err := ClearOutbox(o.outbox, address); err != nil {
		o.log.Error("letters to somebody who is to be forgotten are still in the outbox", "error", err)
	}
}

// dropped tells whether a letter was taken back.
func (o *Office) dropped(l waitingLetter) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	last, known := o.forgotten[folded(l.To)]
	return known && l.number <= last
}

// handled forgets whom to forget, as far as no letter can be waiting for them any more.
func (o *Office) handled(l waitingLetter) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for address, last := range o.forgotten {
		if last <= l.number {
			delete(o.forgotten, address)
		}
	}
}

// ClearOutbox deletes the letters to an address from an outbox; one that is not there is
// empty. It is for commands beside a running site: see Forget.
func ClearOutbox(outbox, address string) error {
	entries, err := os.ReadDir(outbox)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fmt.Errorf("read the outbox: %w", err)
	}
	var errs []error
	for _, entry := range entries {
		path := filepath.Join(outbox, entry.Name())
		if filepath.Ext(path) != ".eml" || !addressed(path, address) {
			continue
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			errs = append(errs, fmt.Errorf("empty the outbox: %w", err))
		}
	}
	return errors.Join(errs...)
}

// addressed tells whether a letter is to an address. One that cannot be read is when the
// address stands anywhere in it.
func addressed(path, address string) bool {
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	letter, err := netmail.ReadMessage(strings.NewReader(string(text)))
	if err == nil {
		var to []*netmail.Address
		if to, err = letter.Header.AddressList("To"); err == nil {
			return len(to) > 0 && folded(to[0].Address) == folded(address)
		}
	}
	return strings.Contains(folded(string(text)), folded(address))
}

// folded is an address as it is compared.
func folded(address string) string { return strings.ToLower(strings.TrimSpace(address)) }
