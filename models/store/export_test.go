package store

// Break takes a table away, for tests of what happens when a query fails.
func (tx *Tx) Break() error { return tx.db.Exec("ALTER TABLE members RENAME TO gone").Error }
