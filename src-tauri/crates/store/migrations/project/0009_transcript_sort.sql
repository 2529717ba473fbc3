-- What the rows of transcripts are of, so that a filter never reads the rows themselves. Rows of before have none of it
-- yet: it is worked out in portions when somebody asks, so that opening a project with long transcripts takes no longer.

-- A byte for each row, a bit for each sort; a session's rows in stretches of 1,024, without gaps from its first row on.
CREATE TABLE transcript_sort (
    session_key INTEGER NOT NULL REFERENCES session (key),
    stretch     INTEGER NOT NULL CHECK (stretch >= 0),
    sorts       BLOB    NOT NULL CHECK (length(sorts) BETWEEN 1 AND 1024),
    UNIQUE (session_key, stretch)
) STRICT;

-- Tools and files that calls name.
CREATE TABLE transcript_name (
    key  INTEGER PRIMARY KEY,
    kind TEXT    NOT NULL CHECK (kind IN ('tool', 'file')),
    name TEXT    NOT NULL CHECK (name <> ''),
    UNIQUE (kind, name)
) STRICT;

CREATE TABLE transcript_mention (
    session_key INTEGER NOT NULL REFERENCES session (key),
    name_key    INTEGER NOT NULL REFERENCES transcript_name (key),
    ordinal     INTEGER NOT NULL CHECK (ordinal > 0),
    PRIMARY KEY (session_key, name_key, ordinal)
) STRICT, WITHOUT ROWID;

-- How many rows of a session name it: counting a million mentions would take longer than a person waits.
CREATE TABLE transcript_mention_count (
    session_key INTEGER NOT NULL REFERENCES session (key),
    name_key    INTEGER NOT NULL REFERENCES transcript_name (key),
    rows        INTEGER NOT NULL CHECK (rows > 0),
    PRIMARY KEY (session_key, name_key)
) STRICT, WITHOUT ROWID;
