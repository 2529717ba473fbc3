-- Conversations in which a specification is worked out; at most one of them goes on.
CREATE TABLE interview (
    id            INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    spec          TEXT    NOT NULL CHECK (spec <> ''),
    state         TEXT    NOT NULL CHECK (state IN ('open', 'accepted', 'ended')),
    session       TEXT,    -- the CLI's newest session of it, to go on from
    rehearsal     TEXT,
    model         TEXT,
    budget_usd    REAL    NOT NULL,
    cost_usd      REAL    NOT NULL DEFAULT 0,
    draft         TEXT    NOT NULL CHECK (json_valid(draft)), -- opaque here
    started_at_ms INTEGER NOT NULL,
    ended_at_ms   INTEGER,
    CHECK ((state = 'open') = (ended_at_ms IS NULL))
) STRICT;

CREATE UNIQUE INDEX interview_open ON interview (state) WHERE state = 'open';

CREATE TABLE interview_remark (
    id           INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    interview_id INTEGER NOT NULL REFERENCES interview (id),
    speaker      TEXT    NOT NULL CHECK (speaker IN ('person', 'agent')),
    text         TEXT    NOT NULL CHECK (text <> ''),
    at_ms        INTEGER NOT NULL
) STRICT;

CREATE INDEX interview_remark_of ON interview_remark (interview_id, id);
