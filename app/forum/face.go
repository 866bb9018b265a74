package forum

import (
	"errors"

	"colloquy/app/access"
	"colloquy/models"
	"colloquy/models/store"
)

// speaker is the persona that a text is written under.
type speaker struct {
	personaID int64
	// groupID is the group that the text counts for; 0 for a face without one.
	groupID int64
	// fresh tells that the persona was made with the text.
	fresh bool
}

// noFace is the one answer for a face that the viewer does not have: another member's,
// another theme's, or where there are no pseudonyms.
func noFace() error { return Invalid{"persona": models.NoFace} }

// speaker finds or makes the persona under which the viewer wants to speak in a theme,
// which the thing describes. Personas are looked for among the viewer's own only.
func (f *Forum) speaker(tx *store.Tx, viewer models.Viewer, thing access.Thing, face models.Face) (speaker, error) {
	switch face.Choice {
	case models.FaceProfile:
		return speaker{personaID: viewer.PersonaID, groupID: viewer.Persona.GroupID}, nil
	case models.FacePseudonym, models.FaceNew:
	default:
		return speaker{}, noFace()
	}
	var denied access.Denied
	if err := access.Can(viewer, access.Mask, thing); errors.As(err, &denied) && denied.Reason == access.Unmasked {
		return speaker{}, noFace()
	} else if err != nil {
		return speaker{}, err
	}
	if face.Choice == models.FacePseudonym {
		found, err := tx.Pseudonym(viewer.Member.ID, thing.ThemeID)
		if errors.Is(err, store.ErrNotFound) || err == nil && face.Name != "" && face.Name != found.Name {
			return speaker{}, noFace()
		}
		return speakerOf(&found), err
	}
	if f.hooks.NewPseudonym == nil {
		return speaker{}, noFace()
	}
	made, err := f.hooks.NewPseudonym(tx, viewer, thing.ThemeID, face)
	if err != nil {
		return speaker{}, err
	}
	as := speakerOf(&made)
	as.fresh = true
	return as, nil
}

func speakerOf(persona *models.Persona) speaker {
	as := speaker{personaID: persona.ID}
	if persona.GroupID != nil {
		as.groupID = *persona.GroupID
	}
	return as
}

// met tells the rest of the site that a member has a new face: who is signed in is looked
// up again, so that the member's own pages know it for theirs.
func (f *Forum) met(as speaker) {
	if as.fresh && f.hooks.RightsMoved != nil {
		f.hooks.RightsMoved()
	}
}

// withFace adds the face to what tells two requests apart. The named profile adds nothing.
func withFace(request []string, face models.Face) []string {
	if face == (models.Face{}) {
		return request
	}
	group := ""
	if face.ShowGroup {
		group = "group"
	}
	return append(request, string(face.Choice), face.Name, group)
}
