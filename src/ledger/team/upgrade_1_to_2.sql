-- Brings a team's ledger of version 1 to version 2: runs keep their part of the team's rate, and the time
-- after which a silent run is dead stands in one place.

ALTER TABLE idv.runs ADD COLUMN part double precision;

CREATE INDEX runs_open ON idv.runs (id) WHERE ended IS NULL;

CREATE FUNCTION idv.dead_after() RETURNS interval LANGUAGE sql IMMUTABLE AS $$
    SELECT interval '60 seconds'
$$;

CREATE OR REPLACE FUNCTION idv.is_alive(run idv.runs) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT run.ended IS NULL AND run.died IS NULL AND run.fenced IS NULL
       AND greatest(run.heartbeat, pg_postmaster_start_time()) > now() - idv.dead_after()
$$;

UPDATE idv.ledger SET version = 2;
