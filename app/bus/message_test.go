package bus

import (
	"bytes"
	"testing"
)

func TestAMessageHasOneSpelling(t *testing.T) {
	for _, m := range []message{
		{kind: kindMoved, thread: 12, seq: 48},
		{kind: kindMoved, thread: 1, seq: 1<<63 - 1},
		{kind: kindRights},
		{kind: kindReading, instance: "0123456789abcdef", channel: "thread:12", readers: 0},
		{kind: kindReading, instance: newInstance(), channel: "thread:9223372036854775807", readers: mostReaders},
	} {
		if got, ok := parse(m.encode()); !ok || got != m {
			t.Errorf("%q is read as %+v, %t", m.encode(), got, ok)
		}
	}
}

// strange are messages that are no hint.
var strange = []string{
	"", " ", "moved", "moved 12", "moved 12 48 ", " moved 12 48", "moved  12 48", "moved 12 48 1", "moved 012 48", "moved +12 48",
	"moved 12 -1", "moved 0 1", "moved 1 0", "moved 12 9223372036854775808", "moved 1e3 1", "Moved 12 48", "moved\t12 48", "moved 12 48\n",
	"moved 12 48\x00", "rights ", "rights 1", "RIGHTS", "told 1", `{"moved":[12,48]}`,
	"reading 0123456789abcdef thread:12", "reading 0123456789ABCDEF thread:12 1", "reading 012 thread:12 1",
	"reading 0123456789abcdef thread:12 -1", "reading 0123456789abcdef thread:12 01", "reading 0123456789abcdef thread:12 10000001",
	"reading 0123456789abcdef thread:12 many", "reading 0123456789abcdef thread: 1", "reading 0123456789abcdef thread:0 1",
	"reading 0123456789abcdef theme:open-questions 1", "reading 0123456789abcdef front 1", "reading 0123456789abcdef thread:12\n 1",
	"\xff\xfe", string(bytes.Repeat([]byte("moved "), 1000)),
}

func TestStrangeMessagesAreRefused(t *testing.T) {
	for _, text := range strange {
		if m, ok := parse([]byte(text)); ok {
			t.Errorf("%q is read as %+v", text, m)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range append(strange, "moved 12 48", "rights", "reading 0123456789abcdef thread:12 5") {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, ok := parse(data)
		if ok && (!m.sound() || !bytes.Equal(m.encode(), data)) {
			t.Errorf("%q is read as %+v", data, m)
		}
	})
}
