-- The nouns of the community. The words in braces are the schema words of the two
-- databases; see dialect.go. Rows of threads, responses, personas and themes are
-- never deleted.
CREATE TABLE community (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    purpose TEXT NOT NULL,
    epoch TEXT NOT NULL,
    secret {bytes} NOT NULL,
    rights_seq BIGINT NOT NULL,
    faces BIGINT NOT NULL,
    demo BOOLEAN NOT NULL,
    founded_at {time},
    started_at {time},
    created_at {time} NOT NULL
);

CREATE TABLE stakeholder_groups (
    id {id},
    key TEXT NOT NULL,
    name TEXT NOT NULL UNIQUE,
    explains TEXT NOT NULL,
    position INTEGER NOT NULL
);

CREATE TABLE initiatives (
    id {id},
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL
);

CREATE TABLE members (
    id {id},
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    group_id BIGINT NOT NULL REFERENCES stakeholder_groups (id),
    language TEXT NOT NULL,
    appearance TEXT NOT NULL,
    suspended_until {time},
    joined_on {time} NOT NULL
);

CREATE TABLE personas (
    id {id},
    kind TEXT NOT NULL,
    member_id BIGINT REFERENCES members (id),
    handle TEXT UNIQUE,
    name TEXT NOT NULL,
    group_id BIGINT REFERENCES stakeholder_groups (id),
    organisation TEXT NOT NULL,
    about TEXT NOT NULL,
    source_key TEXT UNIQUE,
    created_at {time} NOT NULL
);
CREATE INDEX personas_member ON personas (member_id);

CREATE TABLE persona_initiatives (
    persona_id BIGINT NOT NULL REFERENCES personas (id),
    initiative_id BIGINT NOT NULL REFERENCES initiatives (id),
    PRIMARY KEY (persona_id, initiative_id)
);

CREATE TABLE themes (
    id {id},
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    line TEXT NOT NULL,
    purpose TEXT NOT NULL,
    lang TEXT NOT NULL,
    position INTEGER NOT NULL,
    audience TEXT NOT NULL,
    created_at {time} NOT NULL
);

CREATE TABLE theme_groups (
    theme_id BIGINT NOT NULL REFERENCES themes (id),
    group_id BIGINT NOT NULL REFERENCES stakeholder_groups (id),
    PRIMARY KEY (theme_id, group_id)
);

CREATE TABLE workshops (
    id {id},
    slug TEXT NOT NULL UNIQUE,
    title TEXT NOT NULL,
    lang TEXT NOT NULL,
    year INTEGER NOT NULL,
    month INTEGER NOT NULL,
    first_day INTEGER NOT NULL,
    last_day INTEGER NOT NULL,
    convened_by TEXT NOT NULL,
    supported_by TEXT NOT NULL,
    summary TEXT NOT NULL,
    unknown TEXT NOT NULL
);

CREATE TABLE workshop_sessions (
    id {id},
    workshop_id BIGINT NOT NULL REFERENCES workshops (id),
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    summary TEXT NOT NULL,
    position INTEGER NOT NULL,
    UNIQUE (workshop_id, slug)
);

CREATE TABLE workshop_resources (
    id {id},
    workshop_id BIGINT NOT NULL REFERENCES workshops (id),
    title TEXT NOT NULL,
    note TEXT NOT NULL,
    state TEXT NOT NULL,
    position INTEGER NOT NULL
);

CREATE TABLE threads (
    id {id},
    theme_id BIGINT NOT NULL REFERENCES themes (id),
    slug TEXT NOT NULL,
    title TEXT NOT NULL,
    lang TEXT NOT NULL,
    kind TEXT NOT NULL,
    level TEXT NOT NULL,
    outcome TEXT NOT NULL,
    locked BOOLEAN NOT NULL,
    pinned BOOLEAN NOT NULL,
    seq BIGINT NOT NULL,
    changed_seq BIGINT NOT NULL,
    last_number INTEGER NOT NULL,
    responses INTEGER NOT NULL,
    latest_number INTEGER NOT NULL,
    active_at {time} NOT NULL,
    persona_id BIGINT NOT NULL REFERENCES personas (id),
    workshop_session_id BIGINT REFERENCES workshop_sessions (id),
    import_key TEXT UNIQUE,
    created_at {time} NOT NULL,
    dating TEXT NOT NULL
);
CREATE INDEX threads_theme ON threads (theme_id, active_at, id);
CREATE INDEX threads_active ON threads (active_at, id);
CREATE INDEX threads_persona ON threads (persona_id);
CREATE INDEX threads_session ON threads (workshop_session_id);

CREATE TABLE responses (
    id {id},
    thread_id BIGINT NOT NULL REFERENCES threads (id),
    number INTEGER NOT NULL,
    persona_id BIGINT NOT NULL REFERENCES personas (id),
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    excerpt TEXT NOT NULL,
    renderer INTEGER NOT NULL,
    lang TEXT NOT NULL,
    reply_to_id BIGINT REFERENCES responses (id),
    rev INTEGER NOT NULL,
    changed_seq BIGINT NOT NULL,
    import_key TEXT,
    created_at {time} NOT NULL,
    dating TEXT NOT NULL,
    edited_at {time},
    removed_at {time},
    UNIQUE (thread_id, number),
    UNIQUE (thread_id, import_key)
);
CREATE INDEX responses_changed ON responses (thread_id, changed_seq);
CREATE INDEX responses_persona ON responses (persona_id, id);
CREATE INDEX responses_created ON responses (created_at, id);
CREATE INDEX responses_reply ON responses (reply_to_id);

CREATE TABLE editions (
    id {id},
    response_id BIGINT NOT NULL REFERENCES responses (id),
    rev INTEGER NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    lang TEXT NOT NULL,
    created_at {time} NOT NULL,
    UNIQUE (response_id, rev)
);

CREATE TABLE thread_voices (
    thread_id BIGINT NOT NULL REFERENCES threads (id),
    group_id BIGINT NOT NULL REFERENCES stakeholder_groups (id),
    responses INTEGER NOT NULL,
    PRIMARY KEY (thread_id, group_id)
);

CREATE TABLE questions (
    id {id},
    slug TEXT NOT NULL UNIQUE,
    question TEXT NOT NULL,
    lang TEXT NOT NULL,
    status TEXT NOT NULL,
    so_far TEXT NOT NULL,
    under_way TEXT NOT NULL,
    position INTEGER NOT NULL
);

CREATE TABLE question_threads (
    question_id BIGINT NOT NULL REFERENCES questions (id),
    thread_id BIGINT NOT NULL REFERENCES threads (id),
    PRIMARY KEY (question_id, thread_id)
);

CREATE TABLE sessions (
    id {id},
    token_hash {bytes} NOT NULL UNIQUE,
    member_id BIGINT NOT NULL REFERENCES members (id),
    created_on {time} NOT NULL,
    seen_on {time} NOT NULL,
    expires_on {time} NOT NULL
);
CREATE INDEX sessions_member ON sessions (member_id);

CREATE TABLE links (
    id {id},
    token_hash {bytes} NOT NULL UNIQUE,
    member_id BIGINT NOT NULL REFERENCES members (id),
    expires_at {time} NOT NULL,
    used_at {time}
);

CREATE TABLE invitations (
    id {id},
    token_hash {bytes} NOT NULL UNIQUE,
    email TEXT NOT NULL,
    group_id BIGINT REFERENCES stakeholder_groups (id),
    role TEXT NOT NULL,
    persona_id BIGINT REFERENCES personas (id),
    created_on {time} NOT NULL,
    expires_at {time} NOT NULL,
    accepted_at {time},
    revoked_at {time}
);

CREATE TABLE tokens (
    id {id},
    token_hash {bytes} NOT NULL UNIQUE,
    member_id BIGINT NOT NULL REFERENCES members (id),
    name TEXT NOT NULL,
    created_on {time} NOT NULL,
    revoked_at {time}
);

CREATE TABLE idempotency_keys (
    id {id},
    mac {bytes} NOT NULL UNIQUE,
    request_hash {bytes} NOT NULL,
    thread_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    created_on {time} NOT NULL
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_on);
