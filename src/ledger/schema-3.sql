-- Version 3: each run keeps who ran it and why; each call keeps keyed hashes of its NIK and its phone
-- number, by which the calls about one person are found; each settled call is a link of a chain of
-- hashes.

ALTER TABLE runs ADD COLUMN operator TEXT;
ALTER TABLE runs ADD COLUMN host TEXT;
ALTER TABLE runs ADD COLUMN version TEXT;
ALTER TABLE runs ADD COLUMN reference TEXT;
ALTER TABLE runs ADD COLUMN purpose TEXT;
ALTER TABLE runs ADD COLUMN arguments TEXT; -- the command line, without personal data

-- 12 bytes of the NIK's hash, then 12 of the phone number's (person.rs). NULL in a call of an earlier
-- version, and in one whose person was erased.
ALTER TABLE calls ADD COLUMN person BLOB;

-- A link without a call stands for one or more erased calls (chain.rs).
CREATE TABLE chain (
    link INTEGER PRIMARY KEY,
    call INTEGER,
    hash BLOB NOT NULL
) STRICT;

-- Answers that ended before this moment are of an earlier version, and in no chain.
ALTER TABLE ledger ADD COLUMN chained_since INTEGER NOT NULL DEFAULT 0;

UPDATE ledger SET chained_since = ifnull((SELECT max(ended) FROM answers), -1) + 1;
