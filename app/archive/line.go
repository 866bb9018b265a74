// Package archive moves whole conversations and communities in and out: threads in
// the thread archive format, the community in open formats, and backups that either
// database takes back.
package archive

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

const (
	// maxLine is how many bytes one line of a thread archive may have.
	maxLine = 64 << 20
	// maxPosts is how many posts one thread may have: numbers have up to five digits.
	maxPosts = 99_999
)

// archived is one line of a thread archive: a conversation. Absent fields are empty.
type archived struct {
	Source  string `json:"source"`
	Licence string `json:"licence,omitempty"`
	Title   string `json:"title"`
	Theme   string `json:"theme"`
	Kind    string `json:"kind,omitempty"`
	Lang    string `json:"lang,omitempty"`
	Posts   []post `json:"posts"`
}

// post is one text of a conversation. N serves only Parent, which names the post that
// this one answers.
type post struct {
	N      *int64  `json:"n"`
	Author string  `json:"author,omitempty"`
	Date   string  `json:"date,omitempty"`
	Body   *string `json:"body"`
	Format string  `json:"format"`
	Parent *int64  `json:"parent,omitempty"`
}

// malformed is the error of a line that cannot be imported; it says why.
type malformed string

// Error is the reason.
func (m malformed) Error() string { return string(m) }

// parseLine reads one line of a thread archive. Its error is malformed.
func parseLine(line []byte) (archived, error) {
	var a archived
	if !utf8.Valid(line) {
		return a, malformed("it is not UTF-8")
	}
	if err := json.Unmarshal(line, &a); err != nil {
		return a, malformed(jsonReason(err))
	}
	if len(a.Posts) == 0 {
		return a, malformed("it has no posts")
	}
	if len(a.Posts) > maxPosts {
		return a, malformed(fmt.Sprintf("it has more than %d posts", maxPosts))
	}
	for i, p := range a.Posts {
		if p.Body == nil {
			return a, malformed(fmt.Sprintf("post %d has no body", i+1))
		}
		switch p.Format {
		case "markdown", "text", "html":
		default:
			return a, malformed(fmt.Sprintf("post %d has the format %.40q, not markdown, text or html", i+1, p.Format))
		}
	}
	return a, nil
}

// jsonReason says in words why a line is no conversation.
func jsonReason(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Sprintf("it is not JSON: %s at byte %d", syntax.Error(), syntax.Offset)
	case errors.As(err, &kind) && kind.Field == "":
		return "it is a JSON " + kind.Value + ", not an object"
	case errors.As(err, &kind):
		return fmt.Sprintf("%q is a JSON %s, not a %s", kind.Field, kind.Value, kind.Type)
	}
	return "it is not JSON: " + err.Error()
}

// lines reads the lines of a file that may be compressed with gzip.
type lines struct {
	from   *bufio.Reader
	number int
	buffer []byte
}

// newLines looks at the first bytes to tell whether the file is compressed.
func newLines(r io.Reader) (*lines, error) {
	from := bufio.NewReaderSize(r, 64<<10)
	if magic, err := from.Peek(2); err == nil && bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		plain, err := gzip.NewReader(from)
		if err != nil {
			return nil, fmt.Errorf("open the compressed file: %w", err)
		}
		from = bufio.NewReaderSize(plain, 64<<10)
	}
	if mark, err := from.Peek(3); err == nil && bytes.Equal(mark, []byte("\xEF\xBB\xBF")) {
		if _, err := from.Discard(3); err != nil {
			return nil, err
		}
	}
	return &lines{from: from}, nil
}

// next gives the next line that is not blank, which stands until the following call;
// io.EOF after the last one. A line that is too long is malformed and passed over.
func (l *lines) next() ([]byte, error) {
	for {
		line, err := l.read()
		if len(bytes.TrimSpace(line)) > 0 || err != nil && !errors.Is(err, io.EOF) {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return line, err
		}
		if err != nil {
			return nil, err
		}
	}
}

// read gives the next line, with io.EOF when it is the last one.
func (l *lines) read() ([]byte, error) {
	l.buffer = l.buffer[:0]
	l.number++
	long := false
	for {
		part, err := l.from.ReadSlice('\n')
		if long = long || len(l.buffer)+len(part) > maxLine; !long {
			l.buffer = append(l.buffer, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return nil, fmt.Errorf("line %d cannot be read: %w", l.number, err)
		case long:
			return nil, malformed(fmt.Sprintf("it has more than %d MB", maxLine>>20))
		}
		return l.buffer, err
	}
}
