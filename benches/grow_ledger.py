"""Grows a ledger that idv made to so many calls in so many runs, by SQL: grow_ledger.py FILE CALLS RUNS

The calls that are added are answered and charged, about records that nobody has, each in every table as idv
would have it (calls, slots, answers, the chain, the sums of their runs). Half of them are 100 days old, the
others two. The file must not be in use.
"""

import sqlite3
import sys
import time

file, calls, runs = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
database = sqlite3.connect(file, isolation_level=None)
for sql in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = OFF", "PRAGMA cache_size = -400000", "BEGIN"):
    database.execute(sql)
one = lambda sql: database.execute(sql).fetchone()[0]
first = one("SELECT max(id) FROM calls") + 1
run = one("SELECT max(id) FROM runs") + 1
link = one("SELECT ifnull(max(link), 0) FROM chain") + 1
added, now = calls - first + 1, int(time.time() * 1000)
each = -(-added // (runs - run + 1))
day = 24 * 60 * 60 * 1000
# The run and the time of call i, counted from 0.
of_run, at = f"{run} + i / {each}", f"{now} - CASE WHEN i < {added // 2} THEN {100 * day} ELSE {2 * day} END + i"
numbers = f"WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {added - 1})"
database.execute(
    f"""{numbers} INSERT INTO calls (id, run, started, slot, rest, person)
        SELECT {first} + i, {of_run}, {at}, random(), randomblob(24), randomblob(24) FROM n"""
)
database.execute(f"INSERT INTO slots SELECT slot, id FROM calls WHERE id >= {first} ORDER BY slot, id")
# A call that is not in the table of slots yet stays to be found by its number.
database.execute(f"INSERT OR IGNORE INTO slots SELECT slot, id FROM calls WHERE id < {first} ORDER BY slot, id")
database.execute(
    f"""{numbers} INSERT INTO answers
        SELECT {first} + i, {at} + 50, 'pass', 1, 200, 'success', printf('1719485838404-%016x', i), 'pass', 'pass',
               'pass', NULL, 1 FROM n"""
)
database.execute(
    f"{numbers} INSERT INTO chain (link, call, hash) SELECT {link} + i, {first} + i, randomblob(20) FROM n"
)
columns = [row[1] for row in database.execute("PRAGMA table_info(runs)")]
kept = ", ".join(c for c in columns if c not in ("id", "started", "ended", "first_call", "last_call", "calls",
                                                 "charged", "unknown"))
database.execute(
    f"""INSERT INTO runs (id, started, ended, first_call, last_call, calls, charged, unknown, {kept})
        SELECT s.run, s.started, s.started + 60000, s.first, s.last, s.calls, s.calls, 0, {kept}
        FROM (SELECT run, min(started) AS started, min(id) AS first, max(id) AS last, count(*) AS calls
              FROM calls WHERE id >= {first} GROUP BY run) s, (SELECT * FROM runs WHERE id = {run - 1}) t"""
)
database.execute("UPDATE ledger SET indexed = (SELECT max(id) FROM calls)")
database.execute("COMMIT")
database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
print(f"{one('SELECT count(*) FROM calls')} calls in {one('SELECT count(*) FROM runs')} runs")
