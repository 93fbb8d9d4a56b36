-- Version 4: a file that is the journal of a machine before a team's ledger keeps, for each call, the
-- claim under which it was sent, and for each run whether the team's ledger has all its answers.

ALTER TABLE calls ADD COLUMN claim INTEGER; -- NULL in a ledger of its own

-- The number of the run's claims once all its answers are there, -1 before; NULL in a ledger of its own.
ALTER TABLE runs ADD COLUMN delivered INTEGER;

-- The newest erasure of a person in the team's ledger that this file has followed.
ALTER TABLE ledger ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
