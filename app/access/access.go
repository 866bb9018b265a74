// Package access holds the one rule who may see and do what. Scope gives it to
// queries, May to what is already in memory, Can to acts. Every surface goes through
// it: pages, the API, live updates, feeds and exports.
package access

import (
	"cmp"
	"slices"

	"colloquy/models"
)

// Act is something a viewer may want to do.
type Act string

// The acts.
const (
	Read        Act = "read"         // a theme, its threads and responses
	StartThread Act = "start thread" // in a theme
	Respond     Act = "respond"      // in a thread
	EditText    Act = "edit text"    // of a response or opening
	RemoveText  Act = "remove text"  // of a response or opening
	Mask        Act = "mask"         // speak under a pseudonym in a theme
	CutText     Act = "cut text"     // take one's authorship off a response or opening
	EditThread  Act = "edit thread"  // its title, kind, level and outcome
	Curate      Act = "curate"       // lock, pin and move a thread
	Directory   Act = "directory"    // find members who let themselves be found
	Invite      Act = "invite"       // a new member
	Convene     Act = "convene"      // choose roles, decide requests, change the community's settings

	// ChangeMember is to change a member's group and role, to suspend and to lift. There
	// is no such thing for anybody but conveners.
	ChangeMember Act = "change member"
)

// Acts lists every act in the order of the printed table.
var Acts = []Act{Read, StartThread, Respond, EditText, RemoveText, Mask, CutText, EditThread, Curate, Directory, Invite, Convene, ChangeMember}

// Thing is what an act is done to: the theme it belongs to and its own state.
type Thing struct {
	Audience models.Audience
	// Groups are the groups that may read when Audience is models.AudienceGroups.
	Groups []int64
	// ThemeID is the theme, for those who moderate it alone.
	ThemeID int64
	// Pseudonyms tells that the theme lets members speak under another name.
	Pseudonyms bool
	// Own tells that a persona of the viewer's wrote it.
	Own     bool
	Locked  bool
	Removed bool
}

// OfThread is the thing that a thread is; own tells that the viewer opened it.
func OfThread(head *models.ThreadHead, own bool) Thing {
	return Thing{
		Audience: head.ThemeAudience, Groups: head.AudienceGroupIDs, ThemeID: head.ThemeID, Pseudonyms: head.ThemePseudonyms,
		Own: own, Locked: head.Locked,
	}
}

// OfTheme is the thing that a theme is.
func OfTheme(theme *models.ThemeRow) Thing {
	return Thing{Audience: theme.Audience, Groups: theme.GroupIDs, ThemeID: theme.ID, Pseudonyms: theme.Pseudonyms}
}

// Reason says why an act is refused.
type Reason string

// The reasons.
const (
	Hidden    Reason = "hidden"     // it may not be seen: answer as if it did not exist
	SignIn    Reason = "sign in"    // members only
	Suspended Reason = "suspended"  // the member is suspended
	Agree     Reason = "agree"      // the house rules have changed: the member agrees to them first
	Role      Reason = "role"       // for moderators or conveners
	NotOwn    Reason = "not own"    // only whoever wrote it
	Locked    Reason = "locked"     // the thread is locked
	Removed   Reason = "is removed" // the text was removed
	Unmasked  Reason = "unmasked"   // the theme has no pseudonyms
)

// Denied is the error of a refused act.
type Denied struct {
	Act    Act
	Reason Reason
}

// Error names the act and the reason.
func (d Denied) Error() string { return "may not " + string(d.Act) + ": " + string(d.Reason) }

// Scope is what the viewer may read, for queries.
func Scope(viewer models.Viewer) models.Scope {
	if !active(viewer) {
		return models.Scope{}
	}
	return models.Scope{
		All: viewer.Moderates(), Member: true, GroupID: viewer.Member.GroupID, ThemeIDs: viewer.Member.Moderated,
	}
}

// May tells whether a scope reads a thing of a theme. It says in Go what the store's
// condition says in SQL; a test holds the two together.
func May(scope models.Scope, thing Thing) bool {
	switch {
	case scope.All, thing.Audience == models.AudienceEveryone:
		return true
	case slices.Contains(scope.ThemeIDs, thing.ThemeID):
		return true
	case thing.Audience == models.AudienceMembers:
		return scope.Member
	case thing.Audience == models.AudienceGroups:
		return slices.Contains(thing.Groups, scope.GroupID)
	}
	return false
}

// Widens tells whether moving what is read as from to where it is read as to would let
// somebody read it who could not. Moderators read both anyway. It asks May for everybody
// who may come, so that it cannot say anything else: a visitor, a member of a group that
// neither names, and a member of each group that may read afterwards.
func Widens(from, to Thing) bool {
	readers := []models.Scope{{}, {Member: true}}
	for _, group := range to.Groups {
		readers = append(readers, models.Scope{Member: true, GroupID: group})
	}
	return slices.ContainsFunc(readers, func(reader models.Scope) bool {
		return May(reader, to) && !May(reader, from)
	})
}

// Can returns nil when the viewer may do the act to the thing, else Denied.
func Can(viewer models.Viewer, act Act, thing Thing) error {
	if reason := refuse(viewer, act, thing); reason != "" {
		return Denied{Act: act, Reason: reason}
	}
	return nil
}

func refuse(viewer models.Viewer, act Act, thing Thing) Reason {
	switch {
	case hidden(viewer, act, thing):
		return Hidden
	case act == Read, act == ChangeMember:
		return ""
	case !viewer.SignedIn():
		return SignIn
	case !active(viewer):
		return Suspended
	}
	if viewer.MustAgree && writes(act) {
		return Agree
	}
	moderates, convenes := viewer.ModeratesTheme(thing.ThemeID), viewer.Member.Role == models.RoleConvener
	switch act {
	case StartThread, Directory:
		return ""
	case Mask:
		return when(!thing.Pseudonyms, Unmasked)
	case CutText:
		return cmp.Or(when(!thing.Own, NotOwn), when(thing.Removed, Removed))
	case Respond:
		return when(thing.Locked, Locked)
	case EditText:
		return cmp.Or(when(!thing.Own, NotOwn), when(thing.Locked, Locked), when(thing.Removed, Removed))
	case RemoveText:
		return when(!thing.Own && !moderates, NotOwn)
	case EditThread:
		return cmp.Or(when(!thing.Own && !moderates, NotOwn), when(thing.Locked && !moderates, Locked))
	case Curate:
		return when(!moderates, Role)
	case Invite:
		return when(!viewer.Moderates(), Role)
	case Convene:
		return when(!convenes, Role)
	}
	return Role
}

// hidden tells whether to this viewer there is no such thing, or no such act.
func hidden(viewer models.Viewer, act Act, thing Thing) bool {
	switch act {
	case Directory, Invite, Convene:
		return false
	case ChangeMember:
		return !active(viewer) || viewer.Member.Role != models.RoleConvener
	}
	return !May(Scope(viewer), thing)
}

// writes tells whether an act adds to what others read: that asks for agreement to the
// house rules. To take back what is one's own, or to leave, never does.
func writes(act Act) bool {
	switch act {
	case StartThread, Respond, EditText, Mask, EditThread, Curate, Invite:
		return true
	}
	return false
}

// when is the reason if the condition holds, else none.
func when(holds bool, reason Reason) Reason {
	if holds {
		return reason
	}
	return ""
}

func active(viewer models.Viewer) bool {
	return viewer.SignedIn() && !viewer.Member.Suspended(viewer.Now)
}
