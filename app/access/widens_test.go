package access_test

import (
	"fmt"
	"testing"

	"colloquy/app/access"
	"colloquy/models"
)

var (
	everyone = access.Thing{Audience: models.AudienceEveryone}
	members  = access.Thing{Audience: models.AudienceMembers}
	one      = groups(1)
	two      = groups(2)
	both     = groups(1, 2)
	nobody   = groups() // moderators alone
)

func groups(ids ...int64) access.Thing {
	return access.Thing{Audience: models.AudienceGroups, Groups: ids}
}

func TestAMoveWidensWhenSomebodyCouldReadWhoCouldNot(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to access.Thing
		widens   bool
	}{
		{"everyone to everyone", everyone, everyone, false},
		{"everyone to members", everyone, members, false},
		{"everyone to groups", everyone, both, false},
		{"members to everyone", members, everyone, true},
		{"members to members", members, members, false},
		{"members to groups", members, both, false},
		{"groups to everyone", both, everyone, true},
		{"groups to members", both, members, true},
		{"groups to the same groups", both, groups(2, 1), false},
		{"groups to fewer groups", both, one, false},
		{"groups to more groups", one, both, true},
		{"groups to other groups", one, two, true},
		{"groups to other groups that overlap", both, groups(2, 3), true},
		{"groups to nobody", one, nobody, false},
		{"nobody to groups", nobody, one, true},
		{"nobody to members", nobody, members, true},
		{"nobody to nobody", nobody, nobody, false},
		{"the groups of another audience count for nothing", access.Thing{Audience: models.AudienceEveryone, Groups: []int64{1}}, one, false},
		{"an unknown audience to members", access.Thing{Audience: "friends"}, members, true},
		{"members to an unknown audience", members, access.Thing{Audience: "friends", Groups: []int64{1}}, false},
	} {
		if got := access.Widens(c.from, c.to); got != c.widens {
			t.Errorf("%s: widens is %v", c.name, got)
		}
	}
}

// TestWidensIsTheRuleItself compares every two audiences of three groups by asking for
// everybody who may come.
func TestWidensIsTheRuleItself(t *testing.T) {
	audiences := []access.Thing{everyone, members}
	for set := range 8 {
		var ids []int64
		for group := range 3 {
			if set&(1<<group) != 0 {
				ids = append(ids, int64(group+1))
			}
		}
		audiences = append(audiences, groups(ids...))
	}
	readers := []models.Scope{{}, {All: true, Member: true, GroupID: 9}}
	for group := int64(1); group <= 4; group++ { // nobody names the fourth
		readers = append(readers, models.Scope{Member: true, GroupID: group})
	}
	for _, from := range audiences {
		for _, to := range audiences {
			gains := ""
			for _, reader := range readers {
				if access.May(reader, to) && !access.May(reader, from) {
					gains += fmt.Sprintf(" %+v", reader)
				}
			}
			if got := access.Widens(from, to); got != (gains != "") {
				t.Errorf("%v %v to %v %v: widens is %v, and who can read besides is%s", from.Audience, from.Groups, to.Audience, to.Groups, got, gains)
			}
		}
	}
}
