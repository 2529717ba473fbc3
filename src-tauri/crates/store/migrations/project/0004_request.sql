-- Approvals and questions are one thing: what waits for a person's word. Questions keep their numbers.
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

INSERT INTO request (id, kind, state, session, feature_id, asked_at_ms, fields_json, answer_json, answered_by, answered_at_ms)
SELECT question.id, 'question',
       CASE WHEN answer_json IS NOT NULL THEN 'answered' WHEN status = 'needs_input' THEN 'pending' ELSE 'withdrawn' END,
       session, feature_id, asked_at_ms, fields_json, answer_json,
       CASE WHEN answer_json IS NOT NULL THEN 'person' END, answered_at_ms
FROM question JOIN feature ON feature.id = feature_id ORDER BY question.id;

DROP TABLE question;

CREATE INDEX request_feature ON request (feature_id);
CREATE INDEX request_open ON request (id) WHERE state IN ('pending', 'expired');
CREATE INDEX request_word ON request (input_json) WHERE kind = 'approval' AND state = 'answered';

-- A word for the run, given while none went on, holds in the one that begins next.
CREATE TRIGGER request_for_next_run AFTER INSERT ON run
BEGIN
    UPDATE request SET for_run = NEW.id
    WHERE kind = 'approval' AND state = 'answered' AND scope IN ('run', 'always') AND for_run IS NULL;
END;

-- A card that a person takes up again, or that is done, waits for nothing any more; and no word on it is left lying about.
CREATE TRIGGER request_moot AFTER UPDATE OF status ON feature
WHEN OLD.status <> NEW.status AND (OLD.status = 'needs_input' OR NEW.status IN ('passing', 'resolved'))
BEGIN
    UPDATE request SET state = 'withdrawn' WHERE feature_id = NEW.id AND state IN ('pending', 'expired');
    UPDATE request SET used_at_ms = NEW.updated_at_ms
    WHERE feature_id = NEW.id AND scope = 'once' AND used_at_ms IS NULL AND NEW.status IN ('passing', 'resolved');
END;
