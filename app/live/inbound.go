package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

var errBroken = errors.New("live: not a frame")

// request is one frame from a client. Since is nil when the client asks for what comes from now on.
type request struct {
	T     string `json:"t"`
	Ch    string `json:"ch"`
	Since *int64 `json:"since"`
	Ep    string `json:"ep"`
}

// parse reads a message, which is a frame or an array of frames. Fields it does not know are left alone; anything
// that is not UTF-8, not JSON, of a wrong type or without a kind is errBroken.
func parse(message []byte) ([]request, error) {
	if !utf8.Valid(message) {
		return nil, fmt.Errorf("%w: not UTF-8", errBroken)
	}
	var requests []request
	message = bytes.TrimLeft(message, " \t\r\n")
	if bytes.HasPrefix(message, []byte{'['}) {
		if err := json.Unmarshal(message, &requests); err != nil {
			return nil, fmt.Errorf("%w: %w", errBroken, err)
		}
	} else {
		requests = make([]request, 1)
		if err := json.Unmarshal(message, &requests[0]); err != nil {
			return nil, fmt.Errorf("%w: %w", errBroken, err)
		}
	}
	for _, r := range requests {
		if r.T == "" || r.Since != nil && *r.Since < 0 {
			return nil, fmt.Errorf("%w: no kind or a negative number", errBroken)
		}
	}
	return requests, nil
}
