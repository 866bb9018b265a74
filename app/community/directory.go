package community

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"colloquy/app/access"
	"colloquy/models"
)

// DirectoryPageSize is how many members a page of the directory holds.
const DirectoryPageSize = 100

// DirectoryQuery says whom somebody looks for; empty fields do not narrow.
type DirectoryQuery struct {
	GroupID int64
	// Initiative is a slug.
	Initiative string
	// Name is the beginning of any word of the name, or several.
	Name string
	// After continues behind a place as Directory.Next gives it.
	After string
}

// Directory lists the members who let themselves be found, by group in the conveners'
// order and then by name. It is for members: access.Denied for others. Who is suspended,
// leaving, or stays out is in no row and no count. A group or initiative that does not
// exist has nobody; an After that cannot be one is Invalid.
func (c *Community) Directory(ctx context.Context, viewer models.Viewer, query DirectoryQuery) (models.Directory, error) {
	page := models.Directory{Groups: map[int64]int{}}
	if err := access.Can(viewer, access.Directory, access.Thing{}); err != nil {
		return page, err
	}
	all, err := c.everybody(ctx)
	if err != nil {
		return page, err
	}
	after, err := all.parsePlace(query.After)
	if err != nil {
		return page, err
	}
	names, now := newNameQuery(query.Name), c.now()
	var last *person
	wanted := initiativeID(all.initiatives, query.Initiative)
	for i := range all.inList {
		p := &all.inList[i]
		if !p.Shown(now) || !names.fits(p.words) || query.Initiative != "" && !slices.Contains(p.Initiatives, wanted) {
			continue
		}
		page.Groups[p.GroupID]++
		if query.GroupID != 0 && query.GroupID != p.GroupID {
			continue
		}
		page.Total++
		switch {
		case after != nil && p.compare(after.place, after.folded, after.handle) <= 0:
		case len(page.Rows) < DirectoryPageSize:
			page.Rows, last = append(page.Rows, p.row(all.initiatives)), p
		case page.Next == "":
			page.Next = last.formatPlace()
		}
	}
	return page, nil
}

// initiativeID is the id of an initiative's slug; 0, which nothing has, when there is none.
func initiativeID(initiatives []models.Initiative, slug string) int64 {
	for _, initiative := range initiatives {
		if initiative.Slug == slug {
			return initiative.ID
		}
	}
	return 0
}

// row is the person as the directory shows them.
func (p *person) row(initiatives []models.Initiative) models.DirectoryRow {
	row := models.DirectoryRow{Byline: p.Byline, Organisation: p.Organisation, Languages: p.Languages}
	for _, initiative := range initiatives {
		if slices.Contains(p.Initiatives, initiative.ID) {
			row.Initiatives = append(row.Initiatives, initiative)
		}
	}
	return row
}

// directoryPlace is a place in the directory.
type directoryPlace struct {
	place          int
	folded, handle string
}

// formatPlace writes the person's place for the address of the next page: only what the
// page shows of them.
func (p *person) formatPlace() string {
	return strconv.FormatInt(p.GroupID, 10) + "." + base64.RawURLEncoding.EncodeToString([]byte(p.folded)) + "." + p.PersonaHandle
}

// parsePlace reads what formatPlace wrote; nil for the top, Invalid for anything else.
func (p *people) parsePlace(text string) (*directoryPlace, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no place is no error
	}
	invalid := Invalid{"after": models.Unknown}
	parts := strings.SplitN(text, ".", 3)
	if len(parts) != 3 {
		return nil, invalid
	}
	groupID, errGroup := strconv.ParseInt(parts[0], 10, 64)
	folded, errName := base64.RawURLEncoding.DecodeString(parts[1])
	if errGroup != nil || errName != nil || !utf8.Valid(folded) {
		return nil, invalid
	}
	at := directoryPlace{place: len(p.groups), folded: string(folded), handle: parts[2]}
	for i, group := range p.groups {
		if group.ID == groupID {
			at.place = i
		}
	}
	return &at, nil
}

// GroupSaid is how much a group has said in what the viewer may read.
func (c *Community) GroupSaid(ctx context.Context, viewer models.Viewer, groupID int64) (models.Said, error) {
	return c.store.GroupSaid(ctx, access.Scope(viewer), groupID)
}
