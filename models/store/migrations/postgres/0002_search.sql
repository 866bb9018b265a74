-- The words of titles and texts, folded by the program, as a text search vector: the
-- title weighs A, the text B.
CREATE TABLE search_index (
    response_id BIGINT NOT NULL PRIMARY KEY REFERENCES responses (id),
    words TSVECTOR NOT NULL
);
CREATE INDEX search_index_words ON search_index USING gin (words);
