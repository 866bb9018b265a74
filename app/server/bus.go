package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"colloquy/app/bus"
	"colloquy/handlers"
)

// openBus joins the other instances when there are to be any; else the bus stays nil,
// which is that of a single one.
func (r *running) openBus() (err error) {
	if r.config.NATSURL == "" {
		return nil
	}
	r.bus, err = bus.Open(bus.Options{
		URL: r.config.NATSURL, Space: busSpace(r.row.Secret),
		Moved: r.heard, Rights: r.lookAgain, Joined: r.lookAgain, Reading: r.hub.Elsewhere,
		Logger: r.log, Registerer: r.meters,
	})
	return err
}

// busSpace is what the community's instances have in common on a NATS that others use
// too. Who does not know the secret cannot tell it.
func busSpace(secret []byte) string {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte("bus\x00"))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// moved tells everybody that this instance moved a thread.
func (r *running) moved(threadID, seq int64) {
	r.hub.Hint(handlers.ThreadChannel(threadID), seq)
	r.bus.Moved(threadID, seq)
}

// rightsMoved tells everybody that this instance changed who may do or see what.
func (r *running) rightsMoved() {
	r.hub.Recheck()
	r.bus.Rights()
}

// heard takes in that another instance moved a thread.
func (r *running) heard(threadID, seq int64) {
	r.forum.Heard(threadID, seq)
	r.hub.Hint(handlers.ThreadChannel(threadID), seq)
}

// lookAgain takes in that anything may have changed elsewhere.
func (r *running) lookAgain() {
	r.forum.FacesMoved()
	r.hub.Recheck()
}
