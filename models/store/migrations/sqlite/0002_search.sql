-- The words of titles and texts, folded by the program, indexed without their content.
-- The rowid is the response's id.
CREATE VIRTUAL TABLE search_index USING fts5 (
    title, words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
