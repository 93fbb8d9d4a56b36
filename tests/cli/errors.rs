//! Whatever goes wrong, the message says what to do next; and a slip of the pen is understood.

use crate::support::{Folder, NIK, PHONE, Sandbox, applicants, stderr};

/// A way to fail, and the end of what is said: what to do.
const WAYS: [(&[&str], &str); 39] = [
    (&[], "Try it without an account"),
    (&["batch"], "--help"),
    (&["batch", "absent.csv"], "check the name"),
    (&["batch", "."], "name a file in it"),
    (&["batch", "empty.csv"], "id_number,phone_number,name"),
    (&["batch", "data.csv"], "--no-header --map id_number=1"),
    (&["batch", "other.csv"], "--map"),
    (&["batch", "two.csv"], "--map"),
    (&["batch", "a.csv", "--map", "name=Nama"], "--map"),
    (&["batch", "a.csv", "--map", "nik=nik"], "id_number"),
    (&["batch", "a.csv", "--delimiter", "x"], "say one of"),
    (&["batch", "a.csv", "--encoding", "utf-7"], "say one of"),
    (&["batch", "a.csv", "--input-format", "doc"], "say one of"),
    (&["batch", "a.csv", "--timeout", "soon"], "as in 30s"),
    (&["batch", "a.csv", "--max-age", "old"], "as in 90d"),
    (&["batch", "a.csv", "--price", "1,000"], "as in 1000"),
    (&["batch", "a.csv", "-c", "0"], "1..=4096"),
    (&["batch", "a.csv", "-c", "many"], "say auto, or a whole number"),
    (&["batch", "a.csv", "--max-charges", "1,000"], "say a whole number"),
    (&["sandbox", "--seed", "luck"], "say a whole number"),
    (&["batch", "a.csv", "-o", "a.csv"], "a file of their own"),
    (&["batch", "a.csv", "-o", "other.csv"], "--force"),
    (&["batch", "a.csv", "-o", "absent/r.csv"], "choose a file in a folder"),
    (&["batch", "a.csv", "-o", "r.doc"], "-f csv"),
    (&["batch", "a.csv", "-o", "r.csv", "--summary", "r.csv"], "a file of its own"),
    (&["batch", "a.csv", "--env-file", "absent.env"], "check its name"),
    (&["batch", "a.csv", "--env-file", "bad.env"], "single quotes"),
    (&["batch", "a.csv", "--partner-key-file", "absent.key"], "check its name"),
    (&["batch", "a.csv", "--endpoint", "http://h.example/"], "write https://"),
    (&["batch", "a.csv", "--endpoint", "h.example"], "https://host.example/path"),
    (&["batch", "a.csv", "--ledger", "other.csv"], "--ledger"),
    (&["verify", "--nik", NIK], "--phone"),
    (&["ledger", "runs", "--ledger", "absent.db"], "first verify or batch"),
    (&["ledger", "show", "--outcome", "passed"], "the outcomes are pass"),
    (&["ledger", "purge"], "--older-than"),
    (&["codes", "12223"], "idv codes"),
    (&["codes", "x"], "idv codes"),
    (&["man", "bach"], "verify, batch"),
    (&["man", "--output-dir", "a.csv"], "choose another name"),
];

#[test]
fn every_error_ends_with_what_to_do_and_sends_nothing() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    folder.write("empty.csv", "");
    folder.write("data.csv", format!("{NIK},{PHONE},Budi\n"));
    folder.write("other.csv", "a,b,c\n1,2,3\n");
    folder.write("two.csv", "nik,no_ktp,phone,name\n1,2,3,4\n");
    folder.write("bad.env", "IDV_PARTNER_KEY=a b $c\n");
    for (args, next) in WAYS {
        let run = folder.idv(args).code(2).stdout("");
        let said = stderr(&run);
        assert!(said.contains(next), "{args:?}: {said}");
    }
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn who_has_asked_the_sandbox_alone_is_told_where_its_calls_are() {
    let folder = Folder::bare();
    let said = |code| stderr(&folder.idv(&["ledger", "runs"]).code(code).stdout(""));
    assert!(!said(2).contains("--sandbox"), "there is nothing to be seen there yet");
    let args = ["verify", "--sandbox", "--nik", NIK, "--phone", PHONE, "--name", "Budi"];
    folder.idv(&args).code(0);
    assert!(said(2).contains("add --sandbox"), "{}", said(2));
    folder.idv(&["ledger", "runs", "--sandbox"]).code(0);
}

#[test]
fn missing_settings_are_named_with_the_file_that_has_them_all() {
    let run = Folder::bare().verify(NIK, PHONE, &[]).code(2).stdout("");
    let said = stderr(&run);
    for name in ["IDV_ENDPOINT", "IDV_PARTNER_CODE", "IDV_PARTNER_KEY", ".env.example", "--sandbox"]
    {
        assert!(said.contains(name), "{name}: {said}");
    }
}

#[test]
fn a_slip_of_the_pen_is_answered_with_the_near_word() {
    let folder = Folder::bare();
    let ways: [(&[&str], &str); 10] = [
        (&["bach", "x"], "'batch'"),
        (&["verfy"], "'verify'"),
        (&["ledger", "bil"], "'bill'"),
        (&["verify", "--nam", "x"], "'--name'"),
        (&["verify", "--colour", "always"], "'--color'"),
        (&["batch", "x", "--concurency", "3"], "'--concurrency'"),
        (&["batch", "x", "--format", "tabel"], "'table'"),
        (&["batch", "x", "--suspect", "sent"], "'send'"),
        (&["ledger", "bill", "--invoise", "x"], "'--invoice'"),
        (&["sandbox", "--latencey", "1s"], "'--latency'"),
    ];
    for (args, near) in ways {
        let run = folder.idv(args).code(2).stdout("");
        let said = stderr(&run);
        assert!(said.contains("similar") && said.contains(near), "{args:?}: {said}");
    }
}

#[test]
fn a_port_that_is_taken_names_the_flag() {
    let sandbox = Sandbox::start();
    let port = sandbox.url.trim_end_matches('/').rsplit(':').next().unwrap();
    let run = Folder::bare().idv(&["sandbox", "--port", port]).code(2).stdout("");
    assert!(stderr(&run).contains("another --port"), "{}", stderr(&run));
    assert_eq!(sandbox.requests(), 0);
}
