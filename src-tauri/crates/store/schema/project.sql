CREATE TABLE card_change (
    feature_id INTEGER PRIMARY KEY, -- no reference: a card that was removed changed too; 0 stands for all of them
    number     INTEGER NOT NULL
) STRICT;

CREATE INDEX card_change_number ON card_change (number);

CREATE VIEW card_seen (feature_id) AS SELECT feature_id FROM card_change;

CREATE TRIGGER card_seen_anew INSTEAD OF INSERT ON card_seen
WHEN NEW.feature_id IS NOT NULL
BEGIN
    INSERT INTO card_change (feature_id, number)
    VALUES (NEW.feature_id, (SELECT ifnull(max(number), 0) + 1 FROM card_change))
    ON CONFLICT (feature_id) DO UPDATE SET number = excluded.number;
END;

CREATE TABLE checkpoint (
    id            INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    name          TEXT    NOT NULL,
    feature_id    INTEGER, -- no reference: it outlives the card
    tree_oid      TEXT    NOT NULL,
    database_copy TEXT    NOT NULL,
    is_pinned     INTEGER NOT NULL CHECK (is_pinned IN (0, 1)),
    is_automatic  INTEGER NOT NULL CHECK (is_automatic IN (0, 1)),
    created_at_ms INTEGER NOT NULL
, kind TEXT NOT NULL DEFAULT 'manual'
    CHECK (kind IN ('manual', 'before_session', 'after_pass', 'before_restore')), run_id INTEGER, commit_oid TEXT NOT NULL DEFAULT '', record TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(record))) STRICT;

CREATE TRIGGER card_seen_proven AFTER INSERT ON evidence
BEGIN
    INSERT INTO card_seen VALUES (NEW.feature_id), ((SELECT parent_id FROM feature WHERE id = NEW.feature_id));
END;

CREATE TRIGGER card_seen_proven_anew AFTER UPDATE OF feature_id, is_passing, warnings, at_ms ON evidence
BEGIN
    INSERT INTO card_seen VALUES (OLD.feature_id), ((SELECT parent_id FROM feature WHERE id = OLD.feature_id)),
                                 (NEW.feature_id), ((SELECT parent_id FROM feature WHERE id = NEW.feature_id));
END;

CREATE TRIGGER card_seen_unproven AFTER DELETE ON evidence
BEGIN
    INSERT INTO card_seen VALUES (OLD.feature_id), ((SELECT parent_id FROM feature WHERE id = OLD.feature_id));
END;

CREATE TABLE evidence (
    id         INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    feature_id INTEGER NOT NULL REFERENCES feature (id),
    run_id     INTEGER REFERENCES run (id),
    is_passing INTEGER NOT NULL CHECK (is_passing IN (0, 1)),
    is_quick   INTEGER NOT NULL CHECK (is_quick IN (0, 1)),
    commit_oid TEXT,
    tests_run  INTEGER,
    sandbox    TEXT    NOT NULL CHECK (sandbox IN ('policy_only', 'partial', 'full')),
    at_ms      INTEGER NOT NULL,
    checks     TEXT    NOT NULL CHECK (json_type(checks) = 'array'),   -- the commands and how they ended, without output
    warnings   TEXT    NOT NULL CHECK (json_type(warnings) = 'array'),
    skipped    TEXT    NOT NULL CHECK (json_type(skipped) = 'array'),
    results    TEXT    NOT NULL CHECK (json_type(results) = 'array') -- with the commands' output, so last in the row
) STRICT;

CREATE INDEX evidence_counted ON evidence (id) WHERE is_passing AND tests_run IS NOT NULL;

CREATE INDEX evidence_feature ON evidence (feature_id, id);

CREATE TRIGGER card_counted AFTER INSERT ON feature
BEGIN
    INSERT INTO status_count (status, cards) VALUES (NEW.status, 1) ON CONFLICT (status) DO UPDATE SET cards = cards + 1;
END;

CREATE TRIGGER card_counted_anew AFTER UPDATE OF status ON feature
WHEN OLD.status <> NEW.status
BEGIN
    UPDATE status_count SET cards = cards - 1 WHERE status = OLD.status;
    INSERT INTO status_count (status, cards) VALUES (NEW.status, 1) ON CONFLICT (status) DO UPDATE SET cards = cards + 1;
END;

CREATE TRIGGER card_not_counted AFTER DELETE ON feature
BEGIN
    UPDATE status_count SET cards = cards - 1 WHERE status = OLD.status;
END;

CREATE TRIGGER card_seen_added AFTER INSERT ON feature
BEGIN
    INSERT INTO card_seen VALUES (NEW.id), (NEW.parent_id);
END;

CREATE TRIGGER card_seen_changed AFTER UPDATE ON feature
BEGIN
    INSERT INTO card_seen VALUES (NEW.id);
END;

CREATE TRIGGER card_seen_moved AFTER UPDATE OF parent_id ON feature
WHEN NEW.parent_id IS NOT OLD.parent_id
BEGIN
    INSERT INTO card_seen VALUES (OLD.parent_id), (NEW.parent_id);
END;

CREATE TRIGGER card_seen_removed AFTER DELETE ON feature
BEGIN
    INSERT INTO card_seen VALUES (OLD.id), (OLD.parent_id);
END;

CREATE TRIGGER feature_done AFTER UPDATE OF status ON feature
WHEN OLD.status NOT IN ('passing', 'resolved') AND NEW.status IN ('passing', 'resolved')
BEGIN
    UPDATE feature SET unmet = unmet - 1 WHERE id IN (SELECT feature_id FROM feature_dependency WHERE needs_id = NEW.id);
    UPDATE feature SET open_fixes = open_fixes - 1 WHERE id = NEW.parent_id;
END;

CREATE TRIGGER feature_undone AFTER UPDATE OF status ON feature
WHEN OLD.status IN ('passing', 'resolved') AND NEW.status NOT IN ('passing', 'resolved')
BEGIN
    UPDATE feature SET unmet = unmet + 1 WHERE id IN (SELECT feature_id FROM feature_dependency WHERE needs_id = NEW.id);
    UPDATE feature SET open_fixes = open_fixes + 1 WHERE id = NEW.parent_id;
END;

CREATE TRIGGER fix_added AFTER INSERT ON feature
WHEN NEW.parent_id IS NOT NULL AND NEW.status NOT IN ('passing', 'resolved')
BEGIN
    UPDATE feature SET open_fixes = open_fixes + 1 WHERE id = NEW.parent_id;
END;

CREATE TRIGGER fix_moved AFTER UPDATE OF parent_id ON feature
WHEN NEW.parent_id IS NOT OLD.parent_id AND NEW.status NOT IN ('passing', 'resolved')
BEGIN
    UPDATE feature SET open_fixes = open_fixes - 1 WHERE id = OLD.parent_id;
    UPDATE feature SET open_fixes = open_fixes + 1 WHERE id = NEW.parent_id;
END;

CREATE TRIGGER fix_removed AFTER DELETE ON feature
WHEN OLD.parent_id IS NOT NULL AND OLD.status NOT IN ('passing', 'resolved')
BEGIN
    UPDATE feature SET open_fixes = open_fixes - 1 WHERE id = OLD.parent_id;
END;

CREATE TRIGGER request_moot AFTER UPDATE OF status ON feature
WHEN OLD.status <> NEW.status AND (OLD.status = 'needs_input' OR NEW.status IN ('passing', 'resolved'))
BEGIN
    UPDATE request SET state = 'withdrawn' WHERE feature_id = NEW.id AND state IN ('pending', 'expired');
    UPDATE request SET used_at_ms = NEW.updated_at_ms
    WHERE feature_id = NEW.id AND scope = 'once' AND used_at_ms IS NULL AND NEW.status IN ('passing', 'resolved');
END;

CREATE TABLE feature (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295), -- never reused
    kind                TEXT    NOT NULL CHECK (kind IN ('feature', 'bug', 'fix', 'redesign')),
    status              TEXT    NOT NULL,
    priority            INTEGER NOT NULL,
    is_pinned           INTEGER NOT NULL DEFAULT 0 CHECK (is_pinned IN (0, 1)),
    layer               INTEGER NOT NULL CHECK (layer BETWEEN 0 AND 8),
    parent_id           INTEGER REFERENCES feature (id), -- the bug or failing card that a fix mends
    attempts            INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    unmet               INTEGER NOT NULL DEFAULT 0 CHECK (unmet >= 0),      -- dependencies not done; kept by triggers
    open_fixes          INTEGER NOT NULL DEFAULT 0 CHECK (open_fixes >= 0), -- own fixes not done; kept by triggers
    lease_session       TEXT,
    lease_run           INTEGER REFERENCES run (id),
    lease_expires_at_ms INTEGER,
    created_at_ms       INTEGER NOT NULL,
    updated_at_ms       INTEGER NOT NULL,
    source_spec         TEXT    NOT NULL,
    category            TEXT    NOT NULL,
    model               TEXT,
    name                TEXT    NOT NULL CHECK (trim(name) <> ''),
    checks              TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(checks) = 'array'),
    note                TEXT,
    steps               TEXT    NOT NULL DEFAULT '[]' CHECK (json_type(steps) = 'array'),
    description         TEXT    NOT NULL,
    -- The rank of domain::schedule: bugs, then what mends something, then what is to be built, by layer.
    queue_turn          INTEGER NOT NULL GENERATED ALWAYS AS
                        (CASE WHEN kind = 'bug' THEN 0 WHEN kind = 'fix' OR status = 'failing' THEN 1 ELSE 2 END) VIRTUAL,
    queue_layer         INTEGER NOT NULL GENERATED ALWAYS AS
                        (CASE WHEN kind IN ('bug', 'fix') OR status = 'failing' THEN 0 ELSE layer END) VIRTUAL,
    is_ready            INTEGER NOT NULL GENERATED ALWAYS AS
                        (unmet = 0 AND (status IN ('pending', 'open') OR (status = 'failing' AND open_fixes = 0))) VIRTUAL,
    CHECK (CASE kind WHEN 'bug' THEN status IN ('open', 'analyzing', 'fixing', 'resolved', 'needs_input', 'blocked')
                     ELSE status IN ('pending', 'in_progress', 'passing', 'failing', 'needs_input', 'blocked') END),
    CHECK (parent_id IS NULL OR (kind = 'fix' AND parent_id <> id)),
    -- Nobody works on a card without a lease, so no card can be stuck under a worker that is gone.
    CHECK ((status IN ('in_progress', 'analyzing')) = (lease_session IS NOT NULL)),
    CHECK ((lease_session IS NULL) = (lease_expires_at_ms IS NULL)),
    CHECK (lease_run IS NULL OR lease_session IS NOT NULL)
) STRICT;

CREATE INDEX feature_lease_expiry ON feature (lease_expires_at_ms) WHERE lease_expires_at_ms IS NOT NULL;

CREATE INDEX feature_lease_run ON feature (lease_run) WHERE lease_run IS NOT NULL;

CREATE UNIQUE INDEX feature_lease_session ON feature (lease_session) WHERE lease_session IS NOT NULL;

CREATE INDEX feature_parent ON feature (parent_id) WHERE parent_id IS NOT NULL;

CREATE INDEX feature_priority ON feature (priority);

CREATE INDEX feature_queue ON feature (is_pinned DESC, queue_turn, queue_layer, priority, id) WHERE is_ready;

CREATE INDEX feature_status ON feature (status);

CREATE TRIGGER card_seen_needing AFTER INSERT ON feature_dependency
BEGIN
    INSERT INTO card_seen VALUES (NEW.feature_id);
END;

CREATE TRIGGER card_seen_needing_less AFTER DELETE ON feature_dependency
BEGIN
    INSERT INTO card_seen VALUES (OLD.feature_id);
END;

CREATE TRIGGER feature_dependency_added AFTER INSERT ON feature_dependency
WHEN (SELECT status NOT IN ('passing', 'resolved') FROM feature WHERE id = NEW.needs_id)
BEGIN
    UPDATE feature SET unmet = unmet + 1 WHERE id = NEW.feature_id;
END;

CREATE TRIGGER feature_dependency_removed AFTER DELETE ON feature_dependency
WHEN (SELECT status NOT IN ('passing', 'resolved') FROM feature WHERE id = OLD.needs_id)
BEGIN
    UPDATE feature SET unmet = unmet - 1 WHERE id = OLD.feature_id;
END;

CREATE TABLE feature_dependency (
    feature_id INTEGER NOT NULL REFERENCES feature (id),
    needs_id   INTEGER NOT NULL REFERENCES feature (id),
    PRIMARY KEY (feature_id, needs_id),
    CHECK (feature_id <> needs_id) -- longer circles are refused by dependency.rs, with the path named
) STRICT, WITHOUT ROWID;

CREATE INDEX feature_dependency_needs ON feature_dependency (needs_id, feature_id);

CREATE TABLE feature_edit (
    id         INTEGER PRIMARY KEY,
    feature_id INTEGER NOT NULL,
    what       TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    run_id     INTEGER,
    at_ms      INTEGER NOT NULL
) STRICT;

CREATE INDEX feature_edit_feature ON feature_edit (feature_id);

CREATE TABLE feature_image (
    id         INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    feature_id INTEGER NOT NULL, -- no reference: a card that comes back has its pictures again
    name       TEXT    NOT NULL,
    media_type TEXT    NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg', 'image/gif', 'image/webp')),
    sha256     TEXT    NOT NULL CHECK (length(sha256) = 64),
    bytes      INTEGER NOT NULL CHECK (bytes > 0),
    at_ms      INTEGER NOT NULL
) STRICT;

CREATE INDEX feature_image_of ON feature_image (feature_id, id);

CREATE TABLE feature_message (
    id            INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    feature_id    INTEGER NOT NULL, -- no reference: the trail outlives the card
    text          TEXT    NOT NULL CHECK (text <> ''),
    at_ms         INTEGER NOT NULL,
    told_session  TEXT,    -- the session that was told
    CHECK (told_session IS NULL OR told_session <> '')
) STRICT;

CREATE INDEX feature_message_untold ON feature_message (feature_id) WHERE told_session IS NULL;

CREATE TABLE feature_status_change (
    id          INTEGER PRIMARY KEY,
    feature_id  INTEGER NOT NULL,
    from_status TEXT,
    to_status   TEXT    NOT NULL,
    actor       TEXT    NOT NULL, -- 'person', 'host', or a session's id
    reason      TEXT    NOT NULL,
    run_id      INTEGER,
    at_ms       INTEGER NOT NULL,
    CHECK (from_status IS NULL OR from_status <> to_status)
) STRICT;

CREATE INDEX feature_status_change_feature ON feature_status_change (feature_id);

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

CREATE TABLE note (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE removal (
    id    INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    at_ms INTEGER NOT NULL,
    rows  TEXT    NOT NULL CHECK (json_valid(rows))
) STRICT;

CREATE TRIGGER card_seen_answered AFTER UPDATE OF feature_id, state ON request
BEGIN
    INSERT INTO card_seen VALUES (OLD.feature_id), (NEW.feature_id);
END;

CREATE TRIGGER card_seen_asked_about AFTER INSERT ON request
BEGIN
    INSERT INTO card_seen VALUES (NEW.feature_id);
END;

CREATE TRIGGER card_seen_not_asked_about AFTER DELETE ON request
BEGIN
    INSERT INTO card_seen VALUES (OLD.feature_id);
END;

CREATE TABLE request (
    id             INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    kind           TEXT    NOT NULL CHECK (kind IN ('approval', 'question')),
    state          TEXT    NOT NULL CHECK (state IN ('pending', 'answered', 'withdrawn', 'expired')),
    run_id         INTEGER REFERENCES run (id),
    session        TEXT    NOT NULL,
    feature_id     INTEGER REFERENCES feature (id),
    asked_at_ms    INTEGER NOT NULL,
    deadline_ms    INTEGER, -- until when the agent waits; none when it does not
    -- An approval: the call it is about, exactly, and the rule that leaves it to a person.
    tool           TEXT,
    input_json     TEXT    CHECK (json_valid(input_json)),
    cwd            TEXT,
    subject        TEXT,
    rule           TEXT,
    reason         TEXT,
    decision       TEXT    CHECK (decision IN ('approved', 'denied')),
    scope          TEXT    CHECK (scope IN ('once', 'run', 'always')),
    remark         TEXT,
    for_run        INTEGER, -- the run that a word for the run or for always holds in; none until the next one begins
    -- A question.
    fields_json    TEXT    CHECK (json_valid(fields_json)),
    answer_json    TEXT    CHECK (json_valid(answer_json)),
    answered_by    TEXT,
    answered_at_ms INTEGER,
    used_at_ms     INTEGER, -- when the agent got the answer, or made use of it for the first time
    CHECK ((kind = 'approval') = (tool IS NOT NULL AND input_json IS NOT NULL AND cwd IS NOT NULL
                                  AND subject IS NOT NULL AND rule IS NOT NULL AND reason IS NOT NULL)),
    CHECK ((kind = 'question') = (fields_json IS NOT NULL)),
    CHECK ((decision IS NULL) = (scope IS NULL)),
    CHECK ((state = 'answered') = (answered_at_ms IS NOT NULL AND answered_by IS NOT NULL
                                   AND (decision IS NOT NULL OR answer_json IS NOT NULL))),
    CHECK (decision IS NULL OR kind = 'approval'),
    CHECK (answer_json IS NULL OR kind = 'question')
) STRICT;

CREATE INDEX request_feature ON request (feature_id);

CREATE INDEX request_open ON request (id) WHERE state IN ('pending', 'expired');

CREATE INDEX request_word ON request (input_json) WHERE kind = 'approval' AND state = 'answered';

CREATE TRIGGER request_for_next_run AFTER INSERT ON run
BEGIN
    UPDATE request SET for_run = NEW.id
    WHERE kind = 'approval' AND state = 'answered' AND scope IN ('run', 'always') AND for_run IS NULL;
END;

CREATE TABLE run (
    id              INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    mode            TEXT    NOT NULL CHECK (mode IN ('auto', 'initialize', 'code', 'analyze', 'regression')),
    is_quick        INTEGER NOT NULL CHECK (is_quick IN (0, 1)),
    rehearsal       TEXT,
    state           TEXT    NOT NULL CHECK (state IN ('idle', 'initializing', 'analyzing', 'planning', 'coding', 'testing',
                                                      'verifying', 'waiting_approval', 'error', 'completed')),
    paused_until_ms INTEGER,
    end_json        TEXT    CHECK (json_valid(end_json)),
    cost_usd        REAL    NOT NULL DEFAULT 0,
    sandbox         TEXT    NOT NULL CHECK (sandbox IN ('policy_only', 'partial', 'full')),
    host_pid        INTEGER NOT NULL,
    host_started    INTEGER NOT NULL, -- the 64 bits of an unsigned number
    started_at_ms   INTEGER NOT NULL,
    ended_at_ms     INTEGER,
    CHECK ((end_json IS NULL) = (ended_at_ms IS NULL))
) STRICT;

CREATE INDEX run_unfinished ON run (id) WHERE end_json IS NULL;

CREATE TABLE run_transition (
    id         INTEGER PRIMARY KEY,
    run_id     INTEGER NOT NULL REFERENCES run (id),
    from_state TEXT    NOT NULL,
    to_state   TEXT    NOT NULL CHECK (to_state <> from_state),
    feature_id INTEGER, -- no reference: the trail outlives the card
    reason     TEXT    NOT NULL,
    at_ms      INTEGER NOT NULL
) STRICT;

CREATE INDEX run_transition_run ON run_transition (run_id);

CREATE TRIGGER card_seen_costing AFTER UPDATE OF feature_id, cost_usd ON session
BEGIN
    INSERT INTO card_seen VALUES (OLD.feature_id), (NEW.feature_id);
END;

CREATE TRIGGER card_seen_costing_less AFTER DELETE ON session
BEGIN
    INSERT INTO card_seen VALUES (OLD.feature_id);
END;

CREATE TRIGGER card_seen_worked_on AFTER INSERT ON session
BEGIN
    INSERT INTO card_seen VALUES (NEW.feature_id);
END;

CREATE TABLE session (
    key                INTEGER PRIMARY KEY, -- short, because every transcript row repeats it
    id                 TEXT    NOT NULL UNIQUE CHECK (id <> ''),
    run_id             INTEGER NOT NULL REFERENCES run (id),
    role               TEXT    NOT NULL CHECK (role IN ('initializer', 'coding', 'analyst', 'tester')),
    feature_id         INTEGER, -- no reference: the trail outlives the card
    process_pid        INTEGER,
    process_started    INTEGER, -- the 64 bits of an unsigned number
    outcome            TEXT    CHECK (json_valid(outcome)),
    turns              INTEGER NOT NULL DEFAULT 0,
    cost_usd           REAL    NOT NULL DEFAULT 0,
    input_tokens       INTEGER NOT NULL DEFAULT 0,
    output_tokens      INTEGER NOT NULL DEFAULT 0,
    cache_write_tokens INTEGER NOT NULL DEFAULT 0,
    cache_read_tokens  INTEGER NOT NULL DEFAULT 0,
    started_at_ms      INTEGER NOT NULL,
    ended_at_ms        INTEGER,
    CHECK ((process_pid IS NULL) = (process_started IS NULL)),
    CHECK ((outcome IS NULL) = (ended_at_ms IS NULL))
) STRICT;

CREATE INDEX session_run ON session (run_id);

CREATE TABLE spec (
    name   TEXT    NOT NULL PRIMARY KEY CHECK (name <> ''),
    file   TEXT    NOT NULL,
    text   TEXT    NOT NULL,
    sha256 TEXT    NOT NULL,
    at_ms  INTEGER NOT NULL
) STRICT;

CREATE TABLE spec_version (
    id    INTEGER PRIMARY KEY AUTOINCREMENT CHECK (id BETWEEN 1 AND 4294967295),
    name  TEXT    NOT NULL,
    text  TEXT    NOT NULL,
    at_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX spec_version_name ON spec_version (name, id);

CREATE TABLE status_count (
    status TEXT PRIMARY KEY,
    cards  INTEGER NOT NULL CHECK (cards >= 0)
) STRICT, WITHOUT ROWID;

CREATE TABLE transcript (
    id          INTEGER PRIMARY KEY,
    session_key INTEGER NOT NULL REFERENCES session (key),
    ordinal     INTEGER NOT NULL CHECK (ordinal > 0),
    at_ms       INTEGER NOT NULL,
    kind        TEXT    NOT NULL,
    search_text TEXT    NOT NULL,
    body        TEXT    NOT NULL,
    UNIQUE (session_key, ordinal)
) STRICT;

CREATE TABLE transcript_mention (
    session_key INTEGER NOT NULL REFERENCES session (key),
    name_key    INTEGER NOT NULL REFERENCES transcript_name (key),
    ordinal     INTEGER NOT NULL CHECK (ordinal > 0),
    PRIMARY KEY (session_key, name_key, ordinal)
) STRICT, WITHOUT ROWID;

CREATE TABLE transcript_mention_count (
    session_key INTEGER NOT NULL REFERENCES session (key),
    name_key    INTEGER NOT NULL REFERENCES transcript_name (key),
    rows        INTEGER NOT NULL CHECK (rows > 0),
    PRIMARY KEY (session_key, name_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE transcript_name (
    key  INTEGER PRIMARY KEY,
    kind TEXT    NOT NULL CHECK (kind IN ('tool', 'file')),
    name TEXT    NOT NULL CHECK (name <> ''),
    UNIQUE (kind, name)
) STRICT;

CREATE TABLE transcript_sort (
    session_key INTEGER NOT NULL REFERENCES session (key),
    stretch     INTEGER NOT NULL CHECK (stretch >= 0),
    sorts       BLOB    NOT NULL CHECK (length(sorts) BETWEEN 1 AND 1024),
    UNIQUE (session_key, stretch)
) STRICT;

CREATE VIRTUAL TABLE transcript_word USING fts5 (
    search_text, content = 'transcript', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);

