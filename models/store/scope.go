package store

import "colloquy/models"

// readable is the one condition that says which themes, called th in the query, a
// scope may read. Every read of content carries it.
func readable(scope models.Scope) (string, []any) {
	if scope.All {
		return "(th.audience <> '')", nil
	}
	condition := "(th.audience = ? OR (th.audience = ? AND ?) OR (th.audience = ? AND EXISTS (" +
		"SELECT 1 FROM theme_groups tg WHERE tg.theme_id = th.id AND tg.group_id = ?))"
	values := []any{
		models.AudienceEveryone, models.AudienceMembers, scope.Member, models.AudienceGroups, scope.GroupID,
	}
	if len(scope.ThemeIDs) > 0 {
		condition += " OR th.id IN ?"
		values = append(values, scope.ThemeIDs)
	}
	return condition + ")", values
}

// where joins a scope's condition to the values of the rest of a query: the condition
// stands first in the WHERE clause.
func where(scope models.Scope, rest ...any) (string, []any) {
	condition, values := readable(scope)
	return " WHERE " + condition, append(values, rest...)
}

// The columns that a byline takes from personas p and stakeholder_groups g.
const bylineColumns = `COALESCE(p.kind, '') AS persona_kind, COALESCE(p.name, '') AS persona_name,
	COALESCE(p.handle, '') AS persona_handle, COALESCE(p.group_id, 0) AS group_id,
	COALESCE(g.key, '') AS group_key, COALESCE(g.name, '') AS group_name`

// The columns of models.Thread from threads t.
const threadColumns = `t.id, t.theme_id, t.slug, t.title, t.lang, t.kind, t.level, t.outcome, t.locked, t.pinned,
	t.seq, t.changed_seq, t.last_number, t.responses, t.latest_number, t.active_at, t.persona_id,
	t.workshop_session_id, t.import_key, t.created_at, t.dating`
