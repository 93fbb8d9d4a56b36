//! Compares the result of a run with the ledger and with the next run: after a fault all must agree.

use serde_json::Value;

use crate::support::{Folder, NIK, Sandbox, jsonl, lines, stderr, stdout};

/// The result and the calls of one record.
pub struct FaultResult {
    /// Its result.
    pub line: Value,
    /// The text on stderr.
    pub said: String,
    /// Its calls, as the ledger shows them, oldest first.
    pub calls: Vec<Value>,
}

/// Verifies one record that meets a fault, and compares the result with the last call in the ledger.
#[track_caller]
pub fn verify(folder: &Folder, phone: &str, flags: &[&str], exit: i32) -> FaultResult {
    let timeout: &[&str] = if flags.contains(&"--timeout") { &[] } else { &["--timeout", "1s"] };
    let run = folder.verify(NIK, phone, &[&["-f", "jsonl"], timeout, flags].concat()).code(exit);
    let (line, calls) = (lines(&run).remove(0), calls(folder));
    let last = calls.last().expect("the ledger has no call");
    for field in ["outcome", "charged", "code"] {
        assert_eq!(line[field], last[field], "{field}: {line} {last}");
    }
    FaultResult { line, said: stderr(&run), calls }
}

impl FaultResult {
    /// Checks the outcome, the charge, and words of the message.
    #[track_caller]
    pub fn is(&self, outcome: &str, charged: &str, words: &str) {
        let Value::String(message) = &self.line["message"] else { panic!("{}", self.line) };
        assert_eq!(
            (&self.line["outcome"], &self.line["charged"]),
            (&outcome.into(), &charged.into())
        );
        assert!(message.contains(words), "{message}");
    }

    /// Checks that the call may have been charged, and that the next run sends nothing.
    #[track_caller]
    pub fn is_held(&self, folder: &Folder, phone: &str, words: &str) {
        self.is("unknown", "unknown", words);
        assert_eq!(
            (self.line["attempts"].as_u64(), self.calls.len()),
            (Some(1), 1),
            "{}",
            self.line
        );
        stays_held(folder, phone);
    }
}

/// Checks that the record stays unknown in the next run, and that no call is added.
#[track_caller]
pub fn stays_held(folder: &Folder, phone: &str) {
    let before = calls(folder).len();
    let again = folder.verify(NIK, phone, &["-f", "jsonl"]).code(4);
    let line = &lines(&again)[0];
    assert_eq!((&line["outcome"], &line["charged"]), (&"unknown".into(), &"no".into()), "{line}");
    assert_eq!(calls(folder).len(), before, "it was sent again");
}

/// The calls in the ledger of the folder's one endpoint, oldest first.
#[track_caller]
pub fn calls(folder: &Folder) -> Vec<Value> {
    let sandbox = folder.path("state/idv/ledger.sandbox.db").exists();
    let flag: &[&str] = if sandbox { &["--sandbox"] } else { &[] };
    let run = folder.idv(&[&["ledger", "show", "-f", "jsonl"], flag].concat()).code(0);
    jsonl(&stdout(&run))
}

/// How many of these rows or calls have this outcome and this charge.
pub fn count(lines: &[Value], outcome: &str, charged: &str) -> usize {
    let is = |line: &&Value| line["outcome"] == outcome && line["charged"] == charged;
    lines.iter().filter(is).count()
}

/// How many calls the sandbox charged.
pub fn charged(sandbox: &Sandbox) -> usize {
    usize::try_from(sandbox.charged()).unwrap()
}
