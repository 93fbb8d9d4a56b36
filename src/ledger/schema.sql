-- The ledger's file, version 1. Every change of it is a new version with its own step (open.rs).
--
-- A call is two rows: `calls` before the request goes out, `answers` when it is over. Both are only
-- ever appended to, under rising numbers, because that is what a disk is fast at; what a call is
-- now follows from which rows there are. No row is overwritten, and none holds a NIK, a phone
-- number or a name: a record is known by an HMAC under `secret`, cut in two (`slot`, `rest`) so
-- that the index stays small.
--
-- Times are milliseconds since 1970, UTC. Charged: 0 no, 1 yes, 2 unknown.

CREATE TABLE ledger (
    one              INTEGER PRIMARY KEY CHECK (one = 1),
    secret           BLOB NOT NULL,
    kind             TEXT CHECK (kind IN ('sandbox', 'live')), -- stamped by the first run
    created          INTEGER NOT NULL,
    last_purged_call INTEGER NOT NULL DEFAULT 0                -- numbers are never used twice
) STRICT;

CREATE TABLE runs (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    token   TEXT NOT NULL,   -- names the lock file that shows whether the run lives
    command TEXT NOT NULL,
    pid     INTEGER NOT NULL,
    started INTEGER NOT NULL,
    ended   INTEGER,
    ending  TEXT             -- how it ended; NULL while it runs
) STRICT;

CREATE TABLE calls (
    id      INTEGER PRIMARY KEY,
    run     INTEGER NOT NULL,
    started INTEGER NOT NULL,
    slot    INTEGER NOT NULL, -- the first 8 bytes of the record's key
    rest    BLOB NOT NULL     -- the other 24
) STRICT;

CREATE INDEX calls_by_slot ON calls (slot);

CREATE TABLE answers (
    call           INTEGER PRIMARY KEY,
    ended          INTEGER NOT NULL,
    outcome        TEXT NOT NULL,
    charged        INTEGER NOT NULL,
    code           INTEGER,
    message        TEXT,
    sequence_id    TEXT,
    result         TEXT,
    id_phone_match TEXT,
    id_name_match  TEXT,
    reason         TEXT,
    attempts       INTEGER NOT NULL
) STRICT;

-- What a person found on the invoice about a call in doubt; the last word on a call counts.
CREATE TABLE resolutions (
    id      INTEGER PRIMARY KEY,
    call    INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    charged INTEGER NOT NULL
) STRICT;

CREATE INDEX resolutions_by_call ON resolutions (call);
