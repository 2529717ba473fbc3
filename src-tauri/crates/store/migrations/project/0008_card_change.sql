-- Which cards look different since when, so that whoever keeps a long list reads only those again. All that a board shows
-- of a card counts: its row, what it needs, its proof or its fixes', what it cost, and what is asked about it. When a card
-- that others need is done, `feature_done` changes their rows.
CREATE TABLE card_change (
    feature_id INTEGER PRIMARY KEY, -- no reference: a card that was removed changed too; 0 stands for all of them
    number     INTEGER NOT NULL
) STRICT;

CREATE INDEX card_change_number ON card_change (number);

-- Written to by the triggers below: each card, or nothing, gets the next number.
CREATE VIEW card_seen (feature_id) AS SELECT feature_id FROM card_change;

CREATE TRIGGER card_seen_anew INSTEAD OF INSERT ON card_seen
WHEN NEW.feature_id IS NOT NULL
BEGIN
    INSERT INTO card_change (feature_id, number)
    VALUES (NEW.feature_id, (SELECT ifnull(max(number), 0) + 1 FROM card_change))
    ON CONFLICT (feature_id) DO UPDATE SET number = excluded.number;
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

CREATE TRIGGER card_seen_needing AFTER INSERT ON feature_dependency
BEGIN
    INSERT INTO card_seen VALUES (NEW.feature_id);
END;

CREATE TRIGGER card_seen_needing_less AFTER DELETE ON feature_dependency
BEGIN
    INSERT INTO card_seen VALUES (OLD.feature_id);
END;

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

CREATE TRIGGER card_seen_worked_on AFTER INSERT ON session
BEGIN
    INSERT INTO card_seen VALUES (NEW.feature_id);
END;

CREATE TRIGGER card_seen_costing AFTER UPDATE OF feature_id, cost_usd ON session
BEGIN
    INSERT INTO card_seen VALUES (OLD.feature_id), (NEW.feature_id);
END;

CREATE TRIGGER card_seen_costing_less AFTER DELETE ON session
BEGIN
    INSERT INTO card_seen VALUES (OLD.feature_id);
END;

CREATE TRIGGER card_seen_asked_about AFTER INSERT ON request
BEGIN
    INSERT INTO card_seen VALUES (NEW.feature_id);
END;

CREATE TRIGGER card_seen_answered AFTER UPDATE OF feature_id, state ON request
BEGIN
    INSERT INTO card_seen VALUES (OLD.feature_id), (NEW.feature_id);
END;

CREATE TRIGGER card_seen_not_asked_about AFTER DELETE ON request
BEGIN
    INSERT INTO card_seen VALUES (OLD.feature_id);
END;
