//! `idv ledger bill`: the price, and the invoice held against the ledger.

use std::fs;

use predicates::prelude::*;
use serde_json::Value;

use crate::support::{Folder, Sandbox, applicants, lines, stderr, stdout, with_phones};

/// A ledger with 5 charged calls, one charged call that was lost, and one that was lost uncharged;
/// with what the endpoint charged, as it would bill it.
fn month() -> (Folder, Sandbox, Vec<String>) {
    let outside = Folder::bare();
    let charges = outside.path("charges.tsv");
    let sandbox = Sandbox::with(&["--charges", charges.to_str().unwrap()]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(5));
    folder.idv(&["batch", "a.csv", "-c", "1"]).code(0);
    folder.write("lost.csv", with_phones(&["0800100002", "0800100003"]));
    folder.idv(&["batch", "lost.csv", "-c", "1"]).code(4);
    let charges = fs::read_to_string(charges).unwrap();
    let ids = charges.lines().map(|line| line.split('\t').next().unwrap().to_owned());
    (folder, sandbox, ids.collect())
}

/// The invoice of these ids: now, in UTC, and a last line of later.
fn invoice(ids: &[String]) -> String {
    let now = jiff::Timestamp::now();
    let later = now + jiff::SignedDuration::from_mins(10);
    let line = |(i, id): (usize, &String)| format!("{},{id},{now:.0}\n", i + 1);
    let lines = ids.iter().enumerate().map(line).collect::<String>();
    format!("No,Sequence No,Request Time\n{lines}{},{},{later:.0}\n", ids.len() + 1, foreign(9))
}

fn foreign(n: u32) -> String {
    format!("16487771657{n}0866F82AC7F326307055")
}

/// Runs the command that a difference names.
fn settle(folder: &Folder, difference: &Value, found: &str) {
    let next = difference["next"].as_str().unwrap();
    let command = &next[next.find("idv ").unwrap() + 4..];
    assert!(command.ends_with(found), "{command}");
    folder.idv(&command.split(' ').collect::<Vec<_>>()).code(0);
}

fn told(differences: &[Value]) -> Vec<(String, Value, Value)> {
    let word = |d: &Value| d["difference"].as_str().unwrap().to_owned();
    differences.iter().map(|d| (word(d), d["line"].clone(), d["call"].clone())).collect()
}

#[test]
fn the_invoice_and_the_ledger_are_held_against_each_other() {
    let (folder, sandbox, ids) = month();
    assert_eq!(ids.len(), 6);
    // One call is not on the invoice, one is on it twice.
    let billed = [&ids[1..], &ids[2..3]].concat();
    folder.write("november.csv", invoice(&billed));
    let bill = ["ledger", "bill", "--sandbox", "--invoice", "november.csv"];
    let run = folder.idv(&bill).code(0);
    let differences = lines(&run);
    assert_eq!(
        told(&differences),
        [
            ("not_on_invoice".to_owned(), Value::Null, 1.into()),
            ("twice".to_owned(), 7.into(), Value::Null),
            ("unknown_here".to_owned(), 6.into(), 6.into()),
            ("unknown_here".to_owned(), 8.into(), Value::Null),
            ("in_doubt".to_owned(), Value::Null, 7.into()),
        ],
        "{}",
        stderr(&run)
    );
    assert_eq!(differences[2]["sequence_id"], *ids.last().unwrap());
    let said = stderr(&run);
    assert!(said.contains("sequence ids = \"Sequence No\", times = \"Request Time\""), "{said}");

    // The line may be either's of two calls of the same minutes: nothing is said of the other one
    // before the first is settled.
    let whose = differences[4]["next"].as_str().unwrap();
    assert!(whose.contains("ask TrustDecision whose it is"), "{whose}");
    settle(&folder, &differences[2], "--charged");
    let differences = lines(&folder.idv(&bill).code(0));
    settle(&folder, &differences[3], "--not-charged");
    let left = told(&lines(&folder.idv(&bill).code(0)));
    let words: Vec<_> = left.iter().map(|(word, ..)| word.as_str()).collect();
    assert_eq!(words, ["not_on_invoice", "twice", "unknown_here"]);
    assert_eq!(sandbox.charged(), 6);
}

#[test]
fn differences_come_as_a_table_for_people_and_as_csv() {
    let (folder, sandbox, ids) = month();
    folder.write("november.csv", invoice(&ids[1..]));
    let bill =
        ["ledger", "bill", "--sandbox", "--price", "1000", "--invoice", "november.csv", "-f"];
    let table = stdout(&folder.idv(&[&bill[..], &["table"]].concat()).code(0));
    for said in [
        "not on invoice  call 1, ",
        "unknown here    line 6, beside call 6, ",
        "                perhaps call 6, in doubt: idv ledger resolve --sandbox 6 --charged\n",
        "          6           6,000  on the invoice\n",
        "          4           4,000  known here as charged too\n",
    ] {
        assert!(table.contains(said), "{said}: {table}");
    }
    assert!(table.lines().all(|line| line.len() <= 100), "{table}");
    let csv = folder.idv(&[&bill[..], &["csv"]].concat()).code(0);
    let text = stdout(&csv);
    assert!(text.starts_with("difference,line,time,sequence_id,call,code,next\n"), "{text}");
    assert_eq!(text.lines().count(), 5, "{text}");
    assert!(stderr(&csv).contains("known here as charged too"), "{}", stderr(&csv));
    assert_eq!(sandbox.charged(), 6);
}

#[test]
fn a_price_makes_amounts_to_the_last_cent() {
    let (folder, sandbox, _) = month();
    let bill = ["ledger", "bill", "--sandbox", "--price", "0.35", "-f"];
    let table = stdout(&folder.idv(&[&bill[..], &["table"]].concat()).code(0));
    assert!(predicate::str::is_match(r"all +5 +2 +0 +1\.75\n").unwrap().eval(&table), "{table}");
    assert!(table.contains("what is unknown may cost up to 0.70 more"), "{table}");
    let calls = lines(&folder.idv(&[&bill[..], &["jsonl"]].concat()).code(0));
    let prices: Vec<_> = calls.iter().map(|call| call["price"].clone()).collect();
    assert_eq!(prices, [&vec![Value::from("0.35"); 5][..], &[Value::Null, Value::Null]].concat());
    let csv = stdout(&folder.idv(&[&bill[..], &["csv"]].concat()).code(0));
    assert_eq!(csv.lines().filter(|line| line.ends_with(",0.35,")).count(), 5, "{csv}");
    for wrong in ["1,000", "1.000", "-1", "Rp1000"] {
        let price = format!("--price={wrong}");
        let run = folder.idv(&["ledger", "bill", "--sandbox", &price]).code(2).stdout("");
        run.stderr(predicate::str::contains("1000"));
    }
    assert_eq!(sandbox.charged(), 6);
}

#[test]
fn an_invoice_that_cannot_be_read_says_what_to_do() {
    let (folder, sandbox, _) = month();
    folder.write("no-ids.csv", "no,amount\n1,1000\n");
    for (file, said) in [("no-ids.csv", "sequence_id"), ("absent.csv", "no such file")] {
        let args = ["ledger", "bill", "--sandbox", "--invoice", file];
        let run = folder.idv(&args).code(2).stdout("");
        assert!(stderr(&run).contains(said), "{}", stderr(&run));
    }
    assert_eq!(sandbox.charged(), 6);
}
