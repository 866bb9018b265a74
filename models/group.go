package models

// Group is a stakeholder group: the place in the field from which a persona
// speaks. Key is one of s, c, b, r, f, i for the six groups of the workshop, whose
// names the interface knows in every language; it is empty for groups that a
// convener adds, which are shown by Name as written.
type Group struct {
	ID       int64 `gorm:"primaryKey"`
	Key      string
	Name     string
	Explains string
	Position int
	// Retired groups take no new members; their texts keep them.
	Retired bool
}

// TableName avoids GROUPS, a key word of SQL.
func (Group) TableName() string { return "stakeholder_groups" }

// Initiative is a multi-stakeholder initiative such as OGP or EITI: the second,
// independent facet of a persona.
type Initiative struct {
	ID   int64 `gorm:"primaryKey"`
	Slug string
	Name string
}

// Voice says how many visible texts a group has in a thread or theme.
type Voice struct {
	ThreadID  int64
	ThemeID   int64
	GroupID   int64
	Responses int
}
