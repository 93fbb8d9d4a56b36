//! What is refused before anything is sent, each with a sentence of its own.

use std::process::Command;

use crate::cluster::Cluster;
use crate::machine::{Machine, end};
use crate::support::{Sandbox, applicants};

const PASSWORD: &str = "k+Zz%26geheim";

/// A batch that is refused: its exit code and words, without any request.
#[track_caller]
fn refused(cluster: &Cluster, url: &str, code: i32, words: &str) {
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, url);
    let (ended, said) = end(&mut machine.batch(&applicants(3), &[]));
    assert_eq!(ended, code, "{said}");
    assert!(said.contains(words), "{said}");
    assert!(!said.contains(PASSWORD), "{said}");
    assert_eq!(sandbox.requests(), 0);
    let _ = cluster;
}

#[test]
fn a_database_in_which_a_claim_would_not_hold_is_refused() {
    let Some(cluster) = Cluster::own() else { return };
    let url = cluster.url();
    refused(&cluster, &url, 2, "idv ledger init");
    refused(&cluster, &url.replace(cluster.database(), "nothing"), 2, "no such database");
    cluster.init(&[]);
    let database = cluster.database();
    cluster.sql(&format!("ALTER DATABASE {database} SET default_transaction_read_only = on"));
    refused(&cluster, &url, 2, "read-only");
    let reset = format!("ALTER DATABASE {database} RESET default_transaction_read_only");
    cluster.sql_in("postgres", &reset);
    cluster.sql("UPDATE idv.ledger SET version = 99");
    refused(&cluster, &url, 2, "schema 99");
    cluster.sql("UPDATE idv.ledger SET version = 2, kind = 'live'");
    refused(&cluster, &url, 2, "of kind live");
    cluster.sql("UPDATE idv.ledger SET kind = 'sandbox'");
    cluster.make_standby();
    refused(&cluster, &url, 2, "is a standby");
    // It answers queries.
    crate::support::Folder::bare().idv(&["ledger", "show", "--ledger", &url]).success();
    cluster.control(&["-w", "promote"]);
    cluster.sql("ALTER SYSTEM SET fsync = off");
    cluster.sql("SELECT pg_reload_conf()");
    refused(&cluster, &url, 2, "fsync");
    let folder = crate::support::Folder::bare();
    folder.idv(&["ledger", "doctor", "--ledger", &url]).code(2);
}

#[test]
fn rights_that_are_missing_name_the_role() {
    let Some(cluster) = Cluster::own_with_ledger() else { return };
    cluster.sql("CREATE ROLE reader LOGIN; CREATE ROLE asker LOGIN; CREATE ROLE nobody LOGIN");
    cluster.sql("GRANT idv_reader TO reader; GRANT idv_asker TO asker");
    refused(&cluster, &cluster.url_as("nobody"), 2, "GRANT idv_asker TO");
    refused(&cluster, &cluster.url_as("reader"), 2, "GRANT idv_asker TO");
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, &cluster.url_as("asker"));
    let (code, said) = end(&mut machine.batch(&applicants(30), &[]));
    assert_eq!(code, 0, "{said}");
    assert_eq!(cluster.sql("SELECT DISTINCT db_user FROM idv.runs"), "asker");
    // A plan needs no more than to read.
    let url = cluster.url_as("reader");
    machine.folder.idv(&["check", "a.csv", "--ledger", &url]).success();
    // Nor does a query; a search for a person is noted all the same.
    for words in
        [&["runs"] as &[&str], &["show"], &["bill"], &["find", "--nik", "3310990101900002"]]
    {
        machine.folder.idv(&[&["ledger"], words, &["--ledger", &url]].concat()).success();
    }
    assert_eq!(cluster.sql("SELECT db_user FROM idv.runs WHERE command = 'find'"), "reader");
    machine.folder.idv(&["ledger", "purge", "--older-than", "0s", "--ledger", &url]).failure();
    assert_eq!(sandbox.charged(), 30);
}

#[test]
fn a_password_is_taken_from_everywhere_but_the_command_line_and_shown_nowhere() {
    let Some(cluster) = Cluster::own_with_ledger() else { return };
    cluster.sql(&format!("ALTER ROLE idv PASSWORD '{PASSWORD}'"));
    let rules = cluster.sql("SHOW hba_file");
    std::fs::write(&rules, "local all all scram-sha-256\n").unwrap();
    cluster.control(&["reload"]);
    let sandbox = Sandbox::start();
    let machine = Machine::new(&sandbox, "unused");
    let encoded = "k%2BZz%2526geheim";
    let place = cluster.folder().display().to_string();
    let with_password = format!("postgres://idv:{encoded}@/{}?host={place}", cluster.database());
    let without = cluster.url();
    machine.folder.write("a.csv", applicants(3));
    let run = |ledger: Option<&str>, environment: &[(&str, &str)]| {
        let mut words = vec!["batch", "a.csv", "-o", "r.jsonl", "--no-progress", "-vv", "--force"];
        words.extend(ledger.iter().flat_map(|ledger| ["--ledger", ledger]));
        let mut command: Command = machine.folder.command(&words);
        command.env_remove("HOME").env("HOME", machine.folder.dir.path());
        command.env_remove("PGPASSWORD").envs(environment.iter().copied());
        command.stderr(std::process::Stdio::piped()).stdout(std::process::Stdio::null());
        let (code, said) = end(&mut command);
        assert!(!said.contains(PASSWORD) && !said.contains(encoded), "{said}");
        (code, said)
    };
    let (code, said) = run(Some(&with_password), &[]);
    assert!(code == 2 && said.contains("process list"), "{code}: {said}");
    let (code, said) = run(Some(&format!("{without}&password={encoded}")), &[]);
    assert!(code == 2 && said.contains("process list"), "{code}: {said}");
    let (code, said) = run(Some(&without), &[("PGPASSWORD", "wrong")]);
    assert!(code == 2 && said.contains("refuses the login"), "{code}: {said}");
    let (code, said) = run(Some(&without), &[]);
    assert!(code == 2 && said.contains("refuses the login"), "{code}: {said}");
    assert_eq!(sandbox.requests(), 0);
    assert_eq!(run(Some(&without), &[("PGPASSWORD", PASSWORD)]).0, 0);
    assert_eq!(run(None, &[("IDV_LEDGER", &with_password)]).0, 0);
    let file = machine.folder.write(".pgpass", format!("*:*:*:idv:{PASSWORD}\n"));
    let mode = |mode| {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    mode(0o644);
    assert_eq!(run(Some(&without), &[]).0, 2);
    mode(0o600);
    assert_eq!(run(Some(&without), &[]).0, 0);
    // Not in the journal either.
    let mut files = vec![machine.folder.path("state")];
    while let Some(path) = files.pop() {
        if path.is_dir() {
            files.extend(std::fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else {
            let bytes = std::fs::read(&path).unwrap();
            let found = bytes.windows(PASSWORD.len()).any(|part| part == PASSWORD.as_bytes());
            assert!(!found, "{}", path.display());
        }
    }
    assert_eq!(sandbox.charged(), 3);
}

#[test]
fn a_certificate_that_is_not_trusted_is_refused_and_its_authority_is_named_by_a_setting() {
    let authority = crate::support::tls::Authority::new();
    let (certificate, key) = authority.certificate(&["localhost"]);
    let cluster = Cluster::with_tls(&certificate.pem(), &key.serialize_pem());
    let Some(cluster) = cluster else { return };
    cluster.init(&[]);
    let sandbox = Sandbox::start();
    let run = |url: &str, authorities: Option<&std::path::Path>| {
        let machine = Machine::new(&sandbox, url);
        let mut command = machine.batch(&applicants(3), &[]);
        command.env_remove("PGSSLROOTCERT");
        command.envs(authorities.map(|file| ("PGSSLROOTCERT", file)));
        end(&mut command)
    };
    let folder = crate::support::Folder::bare();
    let file = authority.file(&folder);
    let full = cluster.tls_url("localhost", "verify-full");
    let (code, said) = run(&full, None);
    assert!(code == 2 && said.contains("no trusted TLS connection"), "{code}: {said}");
    // The certificate is not for this name.
    let other_name = cluster.tls_url("127.0.0.1", "verify-full");
    let (code, said) = run(&other_name, Some(&file));
    assert!(code == 2 && said.contains("no trusted TLS connection"), "{code}: {said}");
    assert_eq!(sandbox.requests(), 0);
    assert_eq!(run(&full, Some(&file)).0, 0);
    assert_eq!(run(&cluster.tls_url("127.0.0.1", "verify-ca"), Some(&file)).0, 0);
    assert_eq!(run(&cluster.tls_url("127.0.0.1", "verify-ca"), None).0, 2);
    assert_eq!(run(&cluster.tls_url("127.0.0.1", "require"), None).0, 0);
    assert_eq!(sandbox.charged(), 3);
}

#[test]
fn init_keeps_what_is_there_and_doctor_looks_at_it_line_by_line() {
    let Some(cluster) = Cluster::own() else { return };
    let folder = crate::support::Folder::bare();
    let url = cluster.url();
    let idv = |words: &[&str]| folder.idv(&[&["ledger"], words, &["--ledger", &url]].concat());
    idv(&["doctor"]).code(2);
    idv(&["init", "--sandbox"]).success();
    let id = cluster.sql("SELECT id, secret FROM idv.ledger");
    let again = idv(&["init", "--sandbox"]).success();
    assert!(crate::support::stderr(&again).contains("as it was"));
    assert_eq!(cluster.sql("SELECT id, secret FROM idv.ledger"), id);
    idv(&["init"]).code(2);
    let report = crate::support::stdout(&idv(&["doctor"]).success());
    assert!(report.lines().count() >= 7, "{report}");
    assert!(report.lines().all(|line| line.starts_with("ok ")), "{report}");
    let file = folder.idv(&["ledger", "doctor", "--ledger", "x.db"]).code(2);
    assert!(crate::support::stderr(&file).contains("is a file"));
    cluster.control(&["-m", "fast", "-w", "stop"]);
    idv(&["doctor"]).code(6);
}
