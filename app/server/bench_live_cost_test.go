//go:build linux

package server

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"
)

// idle measures the memory of sockets on which nothing happens: two subscriptions each,
// some of them signed in.
func (r *report) idle(b *testing.B, s *liveSite) {
	p := s.start(b, "", "off")
	before := p.resident(b)
	f := newFleet(b, p.addr)
	model, members := listening(channel(s.threads[0]), *liveSecond), min(*liveMembers, *liveSockets)
	f.add(*liveSockets-members, model)
	for i := 0; members > 0; i++ {
		model.cookie = s.cookies[i]
		members -= len(f.add(min(perMember, members), model))
	}
	f.settle(b)
	full := p.resident(b)
	rest := time.NewTimer(*liveRest)
	<-rest.C
	rested := p.resident(b)
	each := float64(rested-before) / float64(*liveSockets)
	megabytes := func(kb int) string { return fmt.Sprintf("%.0f MB", float64(kb)/1024) }
	r.upTo(fmt.Sprintf("memory of an idle socket with 2 subscriptions, of %d, %d signed in", *liveSockets, *liveMembers),
		fmt.Sprintf("%.1f KB (%.1f just opened)", each, float64(full-before)/float64(*liveSockets)), "10 KB", each <= 10)
	r.upTo(fmt.Sprintf("memory of the whole process then, after %s", *liveRest), megabytes(rested)+" ("+megabytes(before)+" without)",
		"180 MB", rested <= 180*1024)
	mega := func(name string) float64 { return p.gauge(b, name) / (1 << 20) }
	r.add("of that, as Go counts", fmt.Sprintf("heap %.0f MB in use, %.0f MB kept, stacks %.0f MB", mega("go_memstats_heap_inuse_bytes"),
		mega("go_memstats_heap_idle_bytes")-mega("go_memstats_heap_released_bytes"), mega("go_memstats_stack_inuse_bytes")), "", true)
	if *liveHeap != "" {
		must(b, os.WriteFile(*liveHeap, p.fetch(b, "/debug/pprof/heap?gc=1"), 0o600))
	}
	p.kill(b)
}

// spent is what some rounds of one side took.
type spent struct {
	cpu, client []time.Duration
	deliveries  []int
}

// each is the time of one delivery, in a round or, with -1, in all of them, minus what
// the same posting costs without readers.
func (s spent) each(unread spent, round int) float64 {
	total, deliveries := time.Duration(0), 0
	for i := range s.cpu {
		if round < 0 || round == i {
			total += s.cpu[i]
			deliveries += s.deliveries[i]
			if unread.cpu != nil {
				total -= unread.cpu[i]
			}
		}
	}
	return float64(total.Nanoseconds()) / float64(max(deliveries, 1)) / 1000
}

// deliveries compares what a delivery costs the server with what it costs to write the
// same bytes to as many plain connections: in turns, at the same pace.
func (r *report) deliveries(b *testing.B, s *liveSite) {
	p, bare := s.start(b, "", "off"), startBare(b)
	ours, plain := newFleet(b, p.addr), newFleet(b, bare.addr)
	ours.add(*liveReaders, listening(channel(s.threads[0])))
	plain.add(*liveReaders, reader{bare: true})
	ours.settle(b)
	plain.settle(b)
	post := s.poster(p, 0)
	ours.locked(func() { ours.sampling = true })
	post.told(b, ours, s.threads[0], *liveRate, time.Second)
	arrived(b, ours, 1+turns(*liveRate, time.Second), *liveReaders)
	var sample []byte
	ours.locked(func() { sample, ours.sampling = slices.Clone(ours.sample), false })

	round := lasting() / rounds
	n := turns(*liveRate, round)
	var listened, unread, broadcasted spent
	for range rounds {
		unread.add(b, p.command, 0, func() {
			must(b, paced(*liveRate, round, func() error {
				_, _, err := post.respond(s.threads[1], newKey(), writtenText(posted.Load()))
				return err
			}))
		})
		ours.locked(ours.forget)
		listened.add(b, p.command, (n+1)**liveReaders, func() {
			post.told(b, ours, s.threads[0], *liveRate, round)
			arrived(b, ours, n+1, *liveReaders)
		})
		plain.locked(plain.forget)
		broadcasted.add(b, bare.command, n**liveReaders, func() {
			must(b, paced(*liveRate, round, func() error {
				plain.locked(func() { plain.bareAt = time.Now() })
				return bare.send(sample)
			}))
			arrived(b, plain, n, *liveReaders)
		})
	}
	var ratios []float64
	for i := range rounds {
		ratios = append(ratios, listened.each(unread, i)/broadcasted.each(spent{}, i))
	}
	mine, theirs := listened.each(unread, -1), broadcasted.each(spent{}, -1)
	r.upTo(fmt.Sprintf("server CPU of a delivery to %d readers of one thread, to a bare TCP broadcast", *liveReaders),
		fmt.Sprintf("%.2f × (%.2f to %.2f; %.2f µs and %.2f µs, %d bytes)", mine/theirs, slices.Min(ratios), slices.Max(ratios),
			mine, theirs, len(sample)), "1.2 ×", mine <= 1.2*theirs)
	plain.locked(func() { r.add("the bare broadcast: sent to read", percentiles(plain.tally.took), "", true) })
	client := spent{cpu: listened.client, deliveries: listened.deliveries}
	r.add("the client's own CPU of a delivery", fmt.Sprintf("%.2f µs", client.each(spent{cpu: unread.client}, -1)), "", true)
	p.kill(b)
}

// add measures one round.
func (s *spent) add(b *testing.B, server *exec.Cmd, deliveries int, run func()) {
	b.Helper()
	theirs, ours := cpu(b, server.Process.Pid), cpu(b, os.Getpid())
	run()
	s.cpu = append(s.cpu, cpu(b, server.Process.Pid)-theirs)
	s.client = append(s.client, cpu(b, os.Getpid())-ours)
	s.deliveries = append(s.deliveries, deliveries)
}

// arrived waits until so many changes have come to each of so many readers.
func arrived(b *testing.B, f *fleet, each, readers int) {
	b.Helper()
	if !f.until(b, time.Minute, func() bool { return f.tally.changes >= each*readers }) {
		b.Logf("of %d deliveries %d came; resets %v", each*readers, f.tally.changes, f.tally.resets)
	}
}
