package handlers_test

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"testing"

	"colloquy/app/community"
	"colloquy/app/forum"
	"colloquy/app/forumtest"
	"colloquy/app/forumtest/served"
)

// faceReader is a page that is kept up to date with the changes of a thread: who stands
// at the head (0) and beside each text.
type faceReader struct {
	at    int64
	faces map[int]string
}

func (f *faceReader) catchUp(c *forumtest.Cast, id int64) error {
	changes, err := c.Forum.Changes(context.Background(), id, f.at, 10_000)
	if err != nil {
		return err
	}
	if f.at == 0 || changes.ThreadChanged {
		f.faces[0] = changes.Head.PersonaName
	}
	for _, row := range changes.Rows {
		f.faces[row.Number] = row.PersonaName + " of " + row.GroupName
	}
	f.at = changes.Head.Seq
	return nil
}

// TestFacesMayChangeWhilePeopleWrite: whoever follows a thread sees the new name and
// group on every text, whatever is written meanwhile, and nobody waits for ever.
func TestFacesMayChangeWhilePeopleWrite(t *testing.T) {
	each(t, func(t *testing.T, s *served.Site) {
		c, ctx := s.Cast, t.Context()
		threads := []int64{
			c.Start(t, c.Amina, forumtest.Public, "One"), c.Start(t, c.Rosa, forumtest.Public, "Two"), c.Start(t, c.Amina, forumtest.Public, "Three"),
		}
		const times = 6
		acts := []func(i int) error{
			func(i int) error {
				return c.Community.EditMembership(ctx, c.Teo, "amina-diallo", community.MembershipEdit{GroupID: c.Groups[i%6].ID})
			},
			func(i int) error {
				return c.Community.EditProfile(ctx, c.Amina, community.ProfileEdit{Name: fmt.Sprint("Amina ", i)})
			},
			func(i int) error {
				title := fmt.Sprint("Title ", i)
				_, err := c.Forum.EditThread(ctx, c.Lena, threads[1], forum.ThreadEdit{Title: &title})
				return err
			},
		}
		for _, id := range threads {
			acts = append(acts, func(int) error {
				_, err := c.Forum.Respond(ctx, c.Amina, id, forum.NewResponse{Body: "Meanwhile."})
				return err
			})
		}
		var writing, reading sync.WaitGroup
		for _, act := range acts {
			writing.Go(func() {
				for i := range times {
					if err := act(i); err != nil {
						t.Error(err)
					}
				}
			})
		}
		done, followers := make(chan struct{}), map[int64]*faceReader{}
		for _, id := range threads {
			reader := &faceReader{faces: map[int]string{}}
			followers[id] = reader
			reading.Go(func() {
				for last := false; ; {
					if err := reader.catchUp(c, id); err != nil {
						t.Error(err)
					}
					if last {
						return
					}
					select {
					case <-done:
						last = true
					default:
					}
				}
			})
		}
		writing.Wait()
		c.Community.Wait()
		close(done)
		reading.Wait()
		for id, reader := range followers {
			fresh := &faceReader{faces: map[int]string{}}
			if err := fresh.catchUp(c, id); err != nil || reader.at != fresh.at || !maps.Equal(reader.faces, fresh.faces) {
				t.Errorf("thread %d: who followed is at %d with\n%v\na fresh page at %d with\n%v, %v", id, reader.at, reader.faces, fresh.at, fresh.faces, err)
			}
		}
	})
}
