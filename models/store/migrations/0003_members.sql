-- Members, personas and who may see what. The words in braces are the schema words of
-- the two databases; see dialect.go.
ALTER TABLE community ADD COLUMN joining TEXT NOT NULL DEFAULT 'invited';
ALTER TABLE community ADD COLUMN join_question TEXT NOT NULL DEFAULT '';
ALTER TABLE community ADD COLUMN languages TEXT NOT NULL DEFAULT '';
ALTER TABLE community ADD COLUMN contact TEXT NOT NULL DEFAULT '';
ALTER TABLE community ADD COLUMN rules_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE community ADD COLUMN agree_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE community ADD COLUMN requests_told_on {time};

ALTER TABLE stakeholder_groups ADD COLUMN retired BOOLEAN NOT NULL DEFAULT FALSE;

ALTER TABLE members ADD COLUMN opaque TEXT NOT NULL DEFAULT '';
UPDATE members SET opaque = {random};
CREATE UNIQUE INDEX members_opaque ON members (opaque);
ALTER TABLE members ADD COLUMN time_zone TEXT NOT NULL DEFAULT '';
ALTER TABLE members ADD COLUMN directory BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE members ADD COLUMN agreed_version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE members ADD COLUMN passkey_user {bytes};

ALTER TABLE personas ADD COLUMN theme_id BIGINT REFERENCES themes (id);
ALTER TABLE personas ADD COLUMN skeleton TEXT NOT NULL DEFAULT '';
ALTER TABLE personas ADD COLUMN languages TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX personas_pseudonym ON personas (member_id, theme_id);

ALTER TABLE themes ADD COLUMN pseudonyms BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE theme_moderators (
    theme_id BIGINT NOT NULL REFERENCES themes (id),
    member_id BIGINT NOT NULL REFERENCES members (id),
    PRIMARY KEY (theme_id, member_id)
);
CREATE INDEX theme_moderators_member ON theme_moderators (member_id);

ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';

ALTER TABLE links ADD COLUMN browser_hash {bytes};
ALTER TABLE links ADD COLUMN code_mac {bytes};
ALTER TABLE links ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE links ADD COLUMN known BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX links_browser ON links (browser_hash);
CREATE INDEX links_member ON links (member_id);

ALTER TABLE invitations ADD COLUMN email_key TEXT NOT NULL DEFAULT '';
ALTER TABLE invitations ADD COLUMN max_uses INTEGER NOT NULL DEFAULT 1;
ALTER TABLE invitations ADD COLUMN uses INTEGER NOT NULL DEFAULT 0;
ALTER TABLE invitations ADD COLUMN note TEXT NOT NULL DEFAULT '';
UPDATE invitations SET email_key = lower(email);
UPDATE invitations SET uses = 1 WHERE accepted_at IS NOT NULL;
CREATE INDEX invitations_email ON invitations (email_key);

CREATE TABLE invitation_themes (
    invitation_id BIGINT NOT NULL REFERENCES invitations (id),
    theme_id BIGINT NOT NULL REFERENCES themes (id),
    PRIMARY KEY (invitation_id, theme_id)
);

CREATE TABLE join_requests (
    id {id},
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    group_id BIGINT REFERENCES stakeholder_groups (id),
    answer TEXT NOT NULL,
    language TEXT NOT NULL,
    created_on {time} NOT NULL
);

CREATE TABLE community_texts (
    id {id},
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    lang TEXT NOT NULL,
    body TEXT NOT NULL,
    html TEXT NOT NULL,
    renderer INTEGER NOT NULL,
    created_on {time} NOT NULL,
    UNIQUE (kind, version, lang)
);

CREATE TABLE passkeys (
    id {id},
    member_id BIGINT NOT NULL REFERENCES members (id),
    credential_id {bytes} NOT NULL UNIQUE,
    credential {bytes} NOT NULL,
    name TEXT NOT NULL,
    created_on {time} NOT NULL,
    used_on {time}
);
CREATE INDEX passkeys_member ON passkeys (member_id);

CREATE TABLE authenticators (
    id {id},
    member_id BIGINT NOT NULL UNIQUE REFERENCES members (id),
    secret {bytes} NOT NULL,
    last_step BIGINT NOT NULL,
    created_on {time} NOT NULL
);

CREATE TABLE recovery_codes (
    id {id},
    member_id BIGINT NOT NULL REFERENCES members (id),
    mac {bytes} NOT NULL UNIQUE,
    used_on {time}
);
CREATE INDEX recovery_codes_member ON recovery_codes (member_id);

CREATE TABLE identities (
    id {id},
    member_id BIGINT NOT NULL REFERENCES members (id),
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    created_on {time} NOT NULL,
    UNIQUE (issuer, subject)
);
CREATE INDEX identities_member ON identities (member_id);

CREATE TABLE ceremonies (
    id {id},
    kind TEXT NOT NULL,
    token_hash {bytes} NOT NULL UNIQUE,
    member_id BIGINT,
    data {bytes} NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    expires_at {time} NOT NULL
);
CREATE INDEX ceremonies_member ON ceremonies (member_id);
CREATE INDEX tokens_member ON tokens (member_id);

-- What is left to be done for personas whose authorship is taken off; see models/cut.go.
CREATE TABLE cuts (
    id {id},
    persona_id BIGINT NOT NULL REFERENCES personas (id),
    group_id BIGINT REFERENCES stakeholder_groups (id),
    up_to BIGINT NOT NULL,
    removes BOOLEAN NOT NULL,
    ends BOOLEAN NOT NULL
);
CREATE INDEX cuts_persona ON cuts (persona_id);
