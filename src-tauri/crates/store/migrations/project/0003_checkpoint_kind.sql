-- Why each checkpoint was made, and what it takes to put the repository back as well.
ALTER TABLE checkpoint ADD COLUMN kind TEXT NOT NULL DEFAULT 'manual'
    CHECK (kind IN ('manual', 'before_session', 'after_pass', 'before_restore'));
ALTER TABLE checkpoint ADD COLUMN run_id INTEGER; -- no reference, as for the card
ALTER TABLE checkpoint ADD COLUMN commit_oid TEXT NOT NULL DEFAULT '';
ALTER TABLE checkpoint ADD COLUMN record TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(record)); -- opaque here
