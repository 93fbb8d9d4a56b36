-- Adds calls that were never made to the ledger of a run that is over, for benches/all.sh: up to
-- 10,000,000 in 1,000 runs, with the pages, the look-up table and the sums that real runs leave. Their records'
-- keys are random, and so are the links of their chain. All times are set anew, a tenth of a second
-- from call to call, the newest just now.
--
-- usage: sqlite3 ledger.db < benches/ledger.sql

PRAGMA synchronous = OFF;
PRAGMA cache_size = -200000;
BEGIN;
CREATE TEMP TABLE size AS SELECT 10000000 AS calls, 1000 AS runs, max(id) AS made,
    (SELECT max(id) FROM runs) AS made_runs, unixepoch() * 1000 - 10000000 * 100 AS begun,
    ifnull((SELECT max(link) FROM chain), 0) AS links FROM calls;

-- The added calls stand in runs of equal length after the real ones.
CREATE TEMP TABLE added AS
    WITH RECURSIVE run(number) AS (SELECT made_runs + 1 FROM size UNION ALL
        SELECT number + 1 FROM run, size WHERE number < runs)
    SELECT number, made + (number - made_runs - 1) * (calls - made) / (runs - made_runs) + 1 AS first,
           made + (number - made_runs) * (calls - made) / (runs - made_runs) AS last FROM run, size;

INSERT INTO runs (id, token, command, pid, started, ended, ending, operator, host, version, arguments, first_call,
                  last_call, calls, charged, unknown)
    SELECT number, hex(randomblob(8)), 'batch', 1, begun + first * 100, begun + last * 100, 'done', 'bench', 'bench',
           (SELECT version FROM runs WHERE id = 1), 'batch in.csv', first, last, last - first + 1, last - first + 1, 0
    FROM added, size;

UPDATE calls SET started = (SELECT begun FROM size) + id * 100;
INSERT INTO calls (id, run, started, slot, rest, person)
    WITH RECURSIVE n(id) AS (SELECT first FROM added WHERE number = (SELECT min(number) FROM added) UNION ALL
        SELECT id + 1 FROM n, size WHERE id < calls)
    SELECT id, (SELECT made_runs FROM size) + 1
               + (id - (SELECT made FROM size) - 1) * ((SELECT runs - made_runs FROM size))
                 / (SELECT calls - made FROM size),
           (SELECT begun FROM size) + id * 100, random(), randomblob(24), randomblob(24) FROM n;

UPDATE answers SET ended = (SELECT begun FROM size) + call * 100 + 50;
INSERT INTO answers
    SELECT c.id, c.started + 50, a.outcome, a.charged, a.code, a.message, a.sequence_id, a.result, a.id_phone_match,
           a.id_name_match, a.reason, a.attempts
    FROM calls c, size, answers a WHERE c.id > made AND a.call = 1;

INSERT INTO slots SELECT slot, id FROM calls, size WHERE id > made ORDER BY slot, id;
INSERT INTO chain (link, call, hash) SELECT links + id - made, id, randomblob(32) FROM calls, size WHERE id > made;
UPDATE ledger SET indexed = (SELECT calls FROM size), chained_since = 0;
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
