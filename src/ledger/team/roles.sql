-- The roles of a team's ledger: idv_reader asks about it, idv_asker runs, idv_keeper maintains it.
DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['idv_reader', 'idv_asker', 'idv_keeper'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', name);
        END IF;
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA idv TO idv_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA idv TO idv_reader;
-- A search for a person is noted.
GRANT INSERT ON idv.runs TO idv_reader;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA idv TO idv_reader;
GRANT idv_reader TO idv_asker;
GRANT INSERT, UPDATE ON idv.runs TO idv_asker;
GRANT INSERT ON idv.calls, idv.answers TO idv_asker;
GRANT UPDATE (ended, outcome, charged, code, message, sequence_id, result, id_phone_match, id_name_match, reason, attempts)
    ON idv.answers TO idv_asker;
GRANT UPDATE (day, day_used, month_used) ON idv.budget TO idv_asker;
GRANT idv_asker TO idv_keeper;
GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA idv TO idv_keeper;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA idv TO idv_keeper;
