package server

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
)

// The load: connections that are kept alive, each asking anew as soon as it was
// answered, in short rounds that alternate between the two sides of a comparison.
const (
	connections = 64
	rounds      = 5
	roundFor    = 400 * time.Millisecond
	warmFor     = 150 * time.Millisecond
)

// asking is one request, repeated.
type asking struct {
	addr, path string
	// accept is the Accept-Encoding header, cookie the Cookie header; empty for none.
	accept, cookie string
}

// bytes is the request as it goes over the line, made once.
func (a asking) bytes() []byte {
	request := "GET " + a.path + " HTTP/1.1\r\nHost: " + a.addr + "\r\nAccept-Language: en\r\n"
	if a.accept != "" {
		request += "Accept-Encoding: " + a.accept + "\r\n"
	}
	if a.cookie != "" {
		request += "Cookie: " + a.cookie + "\r\n"
	}
	return []byte(request + "\r\n")
}

// answer is what came back once.
type answer struct {
	body   []byte
	header http.Header
}

// once asks one time and keeps everything.
func (a asking) once(b *testing.B) answer {
	b.Helper()
	conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", a.addr)
	must(b, err)
	defer conn.Close()
	_, err = conn.Write(a.bytes())
	must(b, err)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	must(b, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	must(b, err)
	if response.StatusCode != http.StatusOK {
		b.Fatalf("%s answers %d", a.path, response.StatusCode)
	}
	return answer{body: body, header: response.Header}
}

// load keeps connections busy for a while and returns how long each answer took.
func (a asking) load(b *testing.B, lasting time.Duration) []time.Duration {
	b.Helper()
	request, until := a.bytes(), time.Now().Add(lasting)
	took, errs := make([][]time.Duration, connections), make([]error, connections)
	var all sync.WaitGroup
	for i := range connections {
		all.Go(func() { took[i], errs[i] = repeat(a.addr, request, until) })
	}
	all.Wait()
	for _, err := range errs {
		must(b, err)
	}
	return slices.Concat(took...)
}

// repeat asks over one connection until the time is up.
func repeat(addr string, request []byte, until time.Time) ([]time.Duration, error) {
	conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	reader, took := bufio.NewReaderSize(conn, 64<<10), make([]time.Duration, 0, 4096)
	for start := time.Now(); start.Before(until); {
		if _, err := conn.Write(request); err != nil {
			return nil, err
		}
		if err := skipAnswer(reader); err != nil {
			return nil, err
		}
		now := time.Now()
		took, start = append(took, now.Sub(start)), now
	}
	return took, nil
}

// skipAnswer reads an answer as cheaply as can be, so that the client, which runs
// beside the server, weighs little on both sides of a comparison.
func skipAnswer(reader *bufio.Reader) error {
	length := -1
	for first := true; ; first = false {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return err
		}
		if first && (len(line) < 12 || string(line[9:12]) != "200") {
			return fmt.Errorf("answered %q", line)
		}
		if len(line) <= 2 {
			break
		}
		if value, ok := cutHeader(line, "content-length:"); ok {
			if length, err = strconv.Atoi(value); err != nil {
				return err
			}
		}
	}
	if length < 0 {
		return fmt.Errorf("an answer without its length")
	}
	_, err := reader.Discard(length)
	return err
}

func cutHeader(line []byte, name string) (string, bool) {
	if len(line) < len(name) || !strings.EqualFold(string(line[:len(name)]), name) {
		return "", false
	}
	return strings.TrimSpace(string(line[len(name):])), true
}

// bare serves one body with nothing but Fiber and returns where.
func bare(b *testing.B, page answer) string {
	b.Helper()
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	kind, encoding := page.header.Get("Content-Type"), page.header.Get("Content-Encoding")
	app.Get("/", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, kind)
		if encoding != "" {
			c.Set(fiber.HeaderContentEncoding, encoding)
		}
		return c.Send(page.body)
	})
	return serveApp(b, app)
}

// serveApp serves an app on a loopback address until the benchmark ends.
func serveApp(b *testing.B, app *fiber.App) string {
	b.Helper()
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	must(b, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = app.Listener(listener) // ends with Shutdown
	}()
	b.Cleanup(func() {
		_ = app.ShutdownWithTimeout(5 * time.Second)
		<-done
	})
	return listener.Addr().String()
}

// compared is the outcome of a comparison in alternating rounds.
type compared struct {
	// ratio is the median of the rounds' ratios; least and most are the extremes.
	ratio, least, most float64
	// ours and theirs are requests per second, the median of the rounds.
	ours, theirs float64
	// p99 is of all answers of ours.
	p99 time.Duration
}

// against compares two loads: ours, theirs, ours, theirs, …
func (a asking) against(b *testing.B, other asking) compared {
	b.Helper()
	a.load(b, warmFor)
	other.load(b, warmFor)
	var ours, theirs, ratios []float64
	var took []time.Duration
	for range rounds {
		mine := a.load(b, roundFor)
		took = append(took, mine...)
		ours = append(ours, float64(len(mine))/roundFor.Seconds())
		theirs = append(theirs, float64(len(other.load(b, roundFor)))/roundFor.Seconds())
		ratios = append(ratios, ours[len(ours)-1]/theirs[len(theirs)-1])
	}
	return compared{
		ratio: median(ratios), least: slices.Min(ratios), most: slices.Max(ratios),
		ours: median(ours), theirs: median(theirs), p99: quantile(took, 0.99),
	}
}

// againstBare compares a page with bare Fiber that serves the same bytes.
func (a asking) againstBare(b *testing.B) compared {
	b.Helper()
	return a.against(b, asking{addr: bare(b, a.once(b)), path: "/", accept: a.accept})
}

func median[T ~int64 | ~float64](values []T) T { return quantile(values, 0.5) }

// quantile is the value below which a share of the values lies.
func quantile[T ~int64 | ~float64](values []T, share float64) T {
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	return sorted[min(len(sorted)-1, int(share*float64(len(sorted))))]
}
