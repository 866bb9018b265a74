package access_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"colloquy/app/access"
	"colloquy/models"
)

var update = flag.Bool("update", false, "write docs/access.md anew")

var now = time.Date(2026, 11, 9, 12, 0, 0, 0, time.UTC)

func viewer(role models.Role, group int64, suspended bool) models.Viewer {
	member := &models.Member{ID: 1, Role: role, GroupID: group}
	if suspended {
		until := now.Add(time.Hour)
		member.SuspendedUntil = &until
	}
	return models.Viewer{Member: member, Now: now}
}

// mustAgree is a member who has not agreed to the new house rules yet.
func mustAgree() models.Viewer {
	v := viewer(models.RoleMember, 1, false)
	v.MustAgree = true
	return v
}

// moderatorOf is a member who moderates one theme.
func moderatorOf(themeID int64) models.Viewer {
	v := viewer(models.RoleMember, 1, false)
	v.Member.Moderated = []int64{themeID}
	return v
}

// people are everybody who may come, in the order of the table.
var people = []struct {
	name   string
	viewer models.Viewer
}{
	{"visitor", models.Viewer{Now: now}},
	{"suspended member", viewer(models.RoleMember, 1, true)},
	{"member", viewer(models.RoleMember, 1, false)},
	{"member of the theme's group", viewer(models.RoleMember, 2, false)},
	{"member who must agree", mustAgree()},
	{"moderator of the theme", moderatorOf(1)},
	{"moderator of another theme", moderatorOf(2)},
	{"moderator", viewer(models.RoleModerator, 1, false)},
	{"convener", viewer(models.RoleConvener, 1, false)},
}

// things are all states of theme and text, in the order of the table.
var things = func() (list []struct {
	name  string
	thing access.Thing
},
) {
	for _, audience := range []models.Audience{models.AudienceEveryone, models.AudienceMembers, models.AudienceGroups} {
		for _, own := range []bool{false, true} {
			for _, state := range []string{"open", "locked", "removed", "pseudonyms"} {
				name := fmt.Sprintf("%s, %s", audience, state)
				if own {
					name += ", own"
				}
				list = append(list, struct {
					name  string
					thing access.Thing
				}{name, access.Thing{
					Audience: audience, Groups: []int64{2}, ThemeID: 1, Own: own, Locked: state == "locked", Removed: state == "removed",
					Pseudonyms: state == "pseudonyms",
				}})
			}
		}
	}
	return list
}()

// table prints the whole rule: for each act and thing, what each viewer is answered.
func table() string {
	var b strings.Builder
	b.WriteString("# Who may do what\n\nGenerated from `app/access` by its test (`go test ./app/access -update`). " +
		"`yes`, or the reason of the refusal; *hidden* is answered as if the thing did not exist. " +
		"Audiences: everyone, members, groups (here one group).\n")
	for _, act := range access.Acts {
		fmt.Fprintf(&b, "\n## %s\n\n| theme and text |", act)
		for _, p := range people {
			fmt.Fprintf(&b, " %s |", p.name)
		}
		b.WriteString("\n|" + strings.Repeat("---|", len(people)+1) + "\n")
		for _, thing := range things {
			fmt.Fprintf(&b, "| %s |", thing.name)
			for _, p := range people {
				answer := "yes"
				var denied access.Denied
				if err := access.Can(p.viewer, act, thing.thing); errors.As(err, &denied) {
					answer = string(denied.Reason)
				}
				fmt.Fprintf(&b, " %s |", answer)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}

func TestTheTableInTheDocsIsTheRule(t *testing.T) {
	const path = "../../docs/access.md"
	if *update {
		if err := os.WriteFile(path, []byte(table()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != table() {
		t.Error("docs/access.md is not the rule any more: go test ./app/access -update, and read what changed")
	}
}

// TestTheRuleNeverOpensADoor states what must hold whatever the table says.
func TestTheRuleNeverOpensADoor(t *testing.T) {
	for _, thing := range things {
		for _, p := range people {
			reads := access.Can(p.viewer, access.Read, thing.thing) == nil
			for _, act := range access.Acts {
				err := access.Can(p.viewer, act, thing.thing)
				aboutText := !slices.Contains([]access.Act{access.Directory, access.Invite, access.Convene, access.ChangeMember}, act)
				if aboutText && !reads && err == nil {
					t.Errorf("%s may %s what they may not read (%s)", p.name, act, thing.name)
				}
				if act != access.Read && p.name == "visitor" && err == nil {
					t.Errorf("a visitor may %s (%s)", act, thing.name)
				}
				if act != access.Read && p.name == "suspended member" && err == nil {
					t.Errorf("a suspended member may %s (%s)", act, thing.name)
				}
				if (act == access.EditText || act == access.CutText) && !thing.thing.Own && err == nil {
					t.Errorf("%s may %s of somebody else (%s)", p.name, act, thing.name)
				}
				if act == access.ChangeMember && p.name != "convener" && !errors.Is(err, access.Denied{Act: act, Reason: access.Hidden}) {
					t.Errorf("a %s learns of the act %s: %v", p.name, act, err)
				}
				if p.name == "moderator of another theme" && access.Can(people[2].viewer, act, thing.thing) != nil && err == nil {
					t.Errorf("a moderator of another theme may %s (%s), and a member may not", act, thing.name)
				}
				if act == access.Mask && !thing.thing.Pseudonyms && err == nil {
					t.Errorf("%s may speak under a pseudonym where there are none (%s)", p.name, thing.name)
				}
				if act == access.Respond && thing.thing.Locked && err == nil {
					t.Errorf("%s may respond in a locked thread (%s)", p.name, thing.name)
				}
			}
		}
	}
	if got := access.Scope(people[1].viewer); !reflect.DeepEqual(got, models.Scope{}) {
		t.Errorf("a suspended member reads more than a visitor: %+v", got)
	}
}
