-- Version 2: which calls a record has is told by a table of its own, to which many calls are added
-- at once, in its order: an index of `calls` would write a page for each of them (index.rs).

DROP INDEX calls_by_slot;

CREATE TABLE slots (
    slot INTEGER NOT NULL,
    call INTEGER NOT NULL,
    PRIMARY KEY (slot, call)
) STRICT, WITHOUT ROWID;

INSERT INTO slots SELECT slot, id FROM calls ORDER BY slot, id;

-- Calls up to this one are in `slots`; those after it are found by their numbers.
ALTER TABLE ledger ADD COLUMN indexed INTEGER NOT NULL DEFAULT 0;

UPDATE ledger SET indexed = ifnull((SELECT max(id) FROM calls), 0);
