-- Version 4: a run that has ended keeps the sums of its calls, so that a list of runs need not read all
-- calls (run_sums.rs). And a file that is the journal of a machine before a team's ledger keeps, for each call, the
-- claim under which it was sent, and for each run whether the team's ledger has all its answers.

ALTER TABLE calls ADD COLUMN claim INTEGER; -- NULL in a ledger of its own

-- The number of the run's claims once all its answers are there, -1 before; NULL in a ledger of its own.
ALTER TABLE runs ADD COLUMN delivered INTEGER;

-- The newest erasure of a person in the team's ledger that this file has followed.
ALTER TABLE ledger ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;

-- The calls of a run are among those of these numbers; last_call is NULL while it runs.
ALTER TABLE runs ADD COLUMN first_call INTEGER NOT NULL DEFAULT 1;
ALTER TABLE runs ADD COLUMN last_call INTEGER;

-- The sums of a run that has ended; NULL while it runs.
ALTER TABLE runs ADD COLUMN calls INTEGER;
ALTER TABLE runs ADD COLUMN charged INTEGER;
ALTER TABLE runs ADD COLUMN unknown INTEGER;

UPDATE runs SET first_call = s.first, last_call = s.last, calls = s.calls, charged = s.charged,
                unknown = s.unknown
FROM (SELECT c.run, min(c.id) AS first, max(c.id) AS last, count(*) AS calls,
             sum(coalesce(r.charged, a.charged, 2) = 1) AS charged,
             sum(coalesce(r.charged, a.charged, 2) = 2) AS unknown
      FROM calls c LEFT JOIN answers a ON a.call = c.id
      LEFT JOIN (SELECT call, charged, max(id) FROM resolutions GROUP BY call) r ON r.call = c.id
      GROUP BY c.run) s
WHERE s.run = runs.id AND runs.ended IS NOT NULL;

UPDATE runs SET last_call = 0, calls = 0, charged = 0, unknown = 0
WHERE ended IS NOT NULL AND calls IS NULL;
