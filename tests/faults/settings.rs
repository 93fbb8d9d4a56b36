//! Settings: what is missing or would leak is refused before anything is read or sent, and a run
//! costs no more than it may.

use crate::ledger_agreement::{calls, count};
use crate::support::{Folder, NAME, NIK, PHONE, Sandbox, applicants, lines, stderr, stdout};

const RECORD: [&str; 7] = ["verify", "--nik", NIK, "--phone", PHONE, "--name", NAME];

#[test]
fn fault_60_settings_that_are_missing_or_empty_are_each_named() {
    let sandbox = Sandbox::start();
    let all = ["IDV_ENDPOINT", "IDV_PARTNER_CODE", "IDV_PARTNER_KEY"];
    for missing in all {
        for value in [None, Some(""), Some("  ")] {
            let folder = Folder::at(&sandbox.url);
            // The file is not even looked for.
            let mut command = folder.command(&["batch", "absent.csv"]);
            match value {
                None => command.env_remove(missing),
                Some(value) => command.env(missing, value),
            };
            let run = assert_cmd::Command::from_std(command).assert().code(2).stdout("");
            let said = stderr(&run);
            for name in all {
                let is_named = said.contains(&format!("missing: {name}"));
                assert_eq!(is_named, name == missing, "{name} {value:?}: {said}");
            }
            assert!(said.contains(".env.example"), "{said}");
            assert!(!folder.path("state").exists(), "a ledger was made");
        }
    }
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
}

#[test]
fn fault_61_an_endpoint_that_would_show_the_key_to_others_is_refused() {
    for endpoint in [
        "http://h.example/",
        "http://192.0.2.1/",
        "ftp://h.example/",
        "http://127.0.0.1.h.example/",
    ] {
        let folder = Folder::at(endpoint);
        let run = folder.idv(&RECORD).code(2).stdout("");
        let said = stderr(&run);
        assert!(said.contains("https://") && !said.contains("demo-key"), "{endpoint}: {said}");
        assert!(!folder.path("state").exists(), "a ledger was made");
    }
    for endpoint in ["not a url", "https://h.example/?partner_key=demo-key"] {
        let folder = Folder::at("https://h.example/");
        let run = folder.idv(&[&RECORD[..], &["--endpoint", endpoint]].concat()).code(2).stdout("");
        let said = stderr(&run);
        assert!(said.contains("the endpoint") && !said.contains("demo-key"), "{endpoint}: {said}");
    }
}

#[test]
fn fault_62_the_key_has_no_flag_and_a_file_that_can_not_be_understood_never_shows_it() {
    let folder = Folder::bare();
    folder.idv(&[&RECORD[..], &["--partner-key", "s3cret"]].concat()).code(2).stdout("");
    for line in [
        "IDV_PARTNER_KEY=s3cret key",
        "IDV_PARTNER_KEY='s3cret",
        "s3cret",
        "IDV_PARTNER_KEY=a${s3cret",
    ] {
        folder.write(".env", format!("IDV_PARTNER_CODE='demo'\n{line}\n"));
        let run = folder.idv(&RECORD).code(2).stdout("");
        let said = stderr(&run);
        assert!(said.contains(".env") && !said.contains("s3cret"), "{line}: {said}");
    }
    assert!(!folder.path("state").exists(), "a ledger was made");
}

#[test]
fn fault_63_live_and_sandbox_are_never_mixed() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let named = ["--ledger", "mine.db"];
    folder.idv(&[&RECORD[..], &named].concat()).code(0);
    let live = ["--endpoint", "https://endpoint.invalid/"];
    let run = folder.idv(&[&RECORD[..], &named, &live].concat()).code(2).stdout("");
    assert!(stderr(&run).contains("is of kind sandbox, this run is live"), "{}", stderr(&run));
    // Without a name each has a file of its own.
    let path = |flags: &[&str]| stdout(&folder.idv(&[&["ledger", "path"], flags].concat()).code(0));
    assert_ne!(path(&[]), path(&["--sandbox"]));
    folder.idv(&RECORD).code(0);
    assert_eq!((calls(&folder).len(), sandbox.charged()), (1, 2));
}

#[test]
fn fault_64_the_budget_is_never_exceeded_and_unknowns_count_as_charged() {
    for concurrency in ["1", "8", "64"] {
        let sandbox = Sandbox::with(&["--latency", "2ms"]);
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", applicants(100));
        let args = ["batch", "a.csv", "-c", concurrency, "--max-charges", "20"];
        let run = folder.idv(&args).code(5);
        let rows = lines(&run);
        assert_eq!((count(&rows, "pass", "yes"), count(&rows, "skipped", "no")), (20, 80));
        assert!(stderr(&run).contains("the budget of 20 charges is used up"), "{}", stderr(&run));
        assert_eq!((sandbox.charged(), count(&calls(&folder), "pass", "yes")), (20, 20));
    }
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let phones = ["0800100002", "081234567801", "0800100004", "081234567802", "081234567803"];
    folder.write("a.csv", crate::support::with_phones(&phones));
    let run = folder.idv(&["batch", "a.csv", "-c", "1", "--max-charges", "3"]).code(5);
    let rows = lines(&run);
    assert_eq!((count(&rows, "unknown", "unknown"), count(&rows, "pass", "yes")), (2, 1));
    assert_eq!((count(&rows, "skipped", "no"), sandbox.charged()), (2, 3));
}
