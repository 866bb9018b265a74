package forum

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"colloquy/models"
	"colloquy/models/store"
)

// ErrKeyReused is returned when an idempotency key comes again with another request.
var ErrKeyReused = errors.New("this idempotency key was used for another request")

// Posted says what a request made, or had made when it came the first time.
type Posted struct {
	ThreadID int64
	Number   int
	// Replayed tells that this was a retry: nothing new was made.
	Replayed bool
}

// keyed does a request at most once per member and key. The answer is remembered in
// the transaction that makes it; a twin that comes at the same time waits for the
// first and gets its answer. An empty key does the request without remembering.
func (f *Forum) keyed(ctx context.Context, viewer models.Viewer, key string, request []string,
	do func(tx *store.Tx) (Posted, error),
) (Posted, error) {
	var mac, hash []byte
	if key != "" && viewer.SignedIn() {
		mac, hash = f.keyMac(viewer.Member.ID, key), requestHash(request)
		if posted, err := f.replay(ctx, mac, hash); !errors.Is(err, store.ErrNotFound) {
			return posted, err
		}
	}
	var posted Posted
	err := f.store.Write(ctx, func(tx *store.Tx) error {
		var err error
		if posted, err = do(tx); err != nil || mac == nil {
			return err
		}
		return tx.RememberKey(&models.IdempotencyKey{
			Mac: mac, RequestHash: hash, ThreadID: posted.ThreadID, Number: posted.Number,
			CreatedOn: f.now().UTC().Truncate(24 * time.Hour),
		})
	})
	if err == nil {
		return posted, nil
	}
	if mac != nil {
		// A twin that came at the same time may have been first: then its answer is this
		// one's too, whatever stood in the way of doing it twice.
		if replayed, none := f.replay(ctx, mac, hash); !errors.Is(none, store.ErrNotFound) {
			return replayed, none
		}
	}
	return Posted{}, err
}

// replay gives the answer that a key had; store.ErrNotFound when it is new.
func (f *Forum) replay(ctx context.Context, mac, hash []byte) (Posted, error) {
	known, err := f.store.Key(ctx, mac)
	if err != nil {
		return Posted{}, err
	}
	if !bytes.Equal(known.RequestHash, hash) {
		return Posted{}, ErrKeyReused
	}
	return Posted{ThreadID: known.ThreadID, Number: known.Number, Replayed: true}, nil
}

// keyMac hides member and key: the row tells nobody who wrote.
func (f *Forum) keyMac(memberID int64, key string) []byte {
	mac := hmac.New(sha256.New, f.secret)
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], uint64(memberID))
	mac.Write([]byte("idempotency\x00"))
	mac.Write(id[:])
	mac.Write([]byte(key))
	return mac.Sum(nil)
}

// requestHash tells two requests apart; each part is preceded by its length.
func requestHash(parts []string) []byte {
	hash := sha256.New()
	for _, part := range parts {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		hash.Write(size[:])
		hash.Write([]byte(part))
	}
	return hash.Sum(nil)
}
