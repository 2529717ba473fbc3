-- What was removed, whole, so that it can be brought back: cards with what hung on them, as JSON of their rows.
CREATE TABLE removal (
    id    INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    at_ms INTEGER NOT NULL,
    rows  TEXT    NOT NULL CHECK (json_valid(rows))
) STRICT;

-- Each text a specification ever had; `spec` has the present one.
CREATE TABLE spec_version (
    id    INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    name  TEXT    NOT NULL,
    text  TEXT    NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX spec_version_name ON spec_version (name, id);

INSERT INTO spec_version (name, text, at_ms) SELECT name, text, at_ms FROM spec;

-- What a person said about a card, for the next session that works on it.
CREATE TABLE feature_message (
    id            INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    feature_id    INTEGER NOT NULL, -- no reference: the trail outlives the card
    text          TEXT    NOT NULL CHECK (text <> ''),
    at_ms         INTEGER NOT NULL,
    told_session  TEXT,    -- the session that was told
    CHECK (told_session IS NULL OR told_session <> '')
) STRICT;

CREATE INDEX feature_message_untold ON feature_message (feature_id) WHERE told_session IS NULL;
