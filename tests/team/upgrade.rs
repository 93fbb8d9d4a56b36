//! A ledger of an earlier idv, and of a later one.

use std::path::Path;

use crate::cluster::Cluster;
use crate::machine::{Machine, assert_paid_once, end};
use crate::support::{Sandbox, applicants, stderr};

/// The first version, as an idv of that time made it.
const FIRST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/team/schemas/version_1.sql");

fn schema(cluster: &Cluster) -> Vec<String> {
    let dump = cluster.dump(&["--schema-only", "--schema", "idv"]);
    let lines = dump.lines().filter(|line| !line.starts_with(['-', '\\']) && !line.is_empty());
    let mut lines: Vec<_> = lines.map(|line| line.trim_end_matches(',').to_owned()).collect();
    lines.sort();
    lines
}

#[test]
fn init_brings_a_ledger_of_an_earlier_idv_up_to_date_and_its_records_stay_known() {
    let Some(cluster) = Cluster::with_ledger() else { return };
    let Some(old) = Cluster::empty() else { return };
    let sandbox = Sandbox::start();
    let first = Machine::new(&sandbox, &cluster.url());
    let rows = applicants(30);
    end(&mut first.batch(&rows, &[]));
    // The same ledger as the first version had it.
    old.sql("CREATE SCHEMA idv");
    old.sql_file(Path::new(FIRST));
    for table in ["ledger", "calls", "answers"] {
        let columns = old.sql(&format!(
            "SELECT string_agg(attname, ', ') FROM pg_attribute
             WHERE attrelid = 'idv.{table}'::regclass AND attnum > 0"
        ));
        let copy = format!("COPY (SELECT {columns} FROM idv.{table}) TO STDOUT");
        let rows = cluster.sql(&copy);
        old.sql_file_text(&format!("COPY idv.{table} ({columns}) FROM STDIN;\n{rows}\n\\.\n"));
    }
    old.sql("UPDATE idv.ledger SET version = 1");
    old.sql("INSERT INTO idv.runs (token, command, pid, claimed, ended) VALUES ('x', 'batch', 1, 30, now())");
    let machine = Machine::new(&sandbox, &old.url());
    let (code, said) = end(&mut machine.batch(&rows, &[]));
    assert!(code == 2 && said.contains("schema 1 of an earlier idv"), "{code}: {said}");
    let url = old.url();
    let init = ["ledger", "init", "--sandbox", "--ledger", &url];
    let said = stderr(&machine.folder.idv(&init).success());
    assert!(said.contains("is up to date now"), "{said}");
    assert_eq!(schema(&old), schema(&cluster));
    assert_eq!(old.sql("SELECT idv.dead_after()"), "00:01:00");
    let (code, said) = end(&mut machine.batch(&rows, &[]));
    assert_eq!(code, 0, "{said}");
    assert_eq!(machine.outcomes("pass"), 30);
    assert_paid_once(&sandbox);
    assert_eq!(sandbox.charged(), 30);
}

#[test]
fn an_upgrade_that_fails_half_way_leaves_the_ledger_as_it_was() {
    let Some(old) = Cluster::empty() else { return };
    old.sql("CREATE SCHEMA idv");
    old.sql_file(Path::new(FIRST));
    old.sql("INSERT INTO idv.ledger VALUES (true, 1, 'abcd', 'sandbox', decode(repeat('ab', 32), 'hex'))");
    // The last statement but one of the step finds its place taken.
    old.sql("CREATE FUNCTION idv.dead_after() RETURNS interval LANGUAGE sql AS $$ SELECT interval '1 s' $$");
    let before = schema(&old);
    let folder = crate::support::Folder::bare();
    folder.idv(&["ledger", "init", "--sandbox", "--ledger", &old.url()]).failure();
    assert_eq!(schema(&old), before);
    assert_eq!(old.sql("SELECT version FROM idv.ledger"), "1");
}
