//! What is written as JSON is what `idv schema` says, whatever happened to a run.

use jsonschema::Validator;
use serde_json::{Value, json};

use crate::support::{Folder, NIK, PHONE, Sandbox, applicants, jsonl, lines, stdout, with_phones};

/// The schema of this name, as the program prints it.
fn schema(name: &str) -> Value {
    let run = Folder::bare().idv(&["schema", name]).code(0).stderr("");
    serde_json::from_str(&stdout(&run)).unwrap()
}

fn validator(name: &str) -> Validator {
    let schema = schema(name);
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[track_caller]
fn assert_valid(validator: &Validator, value: &Value) {
    let errors: Vec<_> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?} in {value:#}");
}

/// Runs a batch and holds its lines and its summary against the schemas.
fn check(folder: &Folder, args: &[&str], code: i32) -> (Vec<Value>, Value) {
    let args = [&["batch", "a.csv", "-f", "jsonl", "--summary", "s.json"], args].concat();
    let lines = lines(&folder.idv(&args).code(code));
    let result = validator("result");
    for line in &lines {
        assert_valid(&result, line);
    }
    let summary = serde_json::from_str(&folder.read("s.json")).unwrap();
    assert_valid(&validator("summary"), &summary);
    assert_eq!(summary["rows"], lines.len());
    (lines, summary)
}

/// Whether some line has this value in this field.
fn some(lines: &[Value], field: &str, value: &str) -> bool {
    lines.iter().any(|line| line[field] == value)
}

#[test]
fn every_outcome_and_every_source_is_as_the_schema_says() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let row = |nik: &str, phone: &str| format!("{nik},{phone},Contoh\n");
    let mut rows = "nik,phone,name\n".to_owned();
    for ending in ["0001", "9001", "9002", "9003", "9004", "9005"] {
        rows += &row(&format!("331099010190{ending}"), PHONE);
    }
    for phone in ["0800011340", "0800011350", "0800100012", "0800100004", "08123O"] {
        rows += &row(NIK, phone);
    }
    rows += &row("331099010190000", PHONE);
    rows += &row(NIK, PHONE);
    rows += "one cell\n";
    folder.write("a.csv", rows);
    let (first, summary) = check(&folder, &["--retries", "0", "--price", "0.25"], 4);
    for outcome in
        ["pass", "fail", "no_record", "unrecognised", "refused", "unavailable", "held", "unknown"]
    {
        assert!(some(&first, "outcome", outcome), "{outcome}: {first:#?}");
        assert!(summary["by_outcome"][outcome].as_u64() > Some(0), "{outcome}");
    }
    assert!(some(&first, "source", "duplicate"));
    assert_eq!(
        summary["price"],
        json!({"each": "0.25", "charged": "1.50", "unknown": "0.50", "saved": "0.25"})
    );
    assert_eq!(
        (&summary["sandbox"], &summary["by_source"]["duplicate"]),
        (&true.into(), &1.into())
    );
    let (again, summary) = check(&folder, &["--retries", "0", "--mask"], 4);
    assert!(some(&again, "source", "ledger"));
    assert_eq!((&summary["price"], &summary["saved"]), (&Value::Null, &7.into()));
    // One record by itself, of another name, is written in the same way.
    let verify = folder.verify(NIK, PHONE, &["-f", "jsonl"]).code(0);
    assert_valid(&validator("result"), &lines(&verify)[0]);
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
    assert_eq!(sandbox.charged(), 9);
}

#[test]
fn runs_that_stop_are_as_the_schema_says() {
    for (phone, more, code, reason) in [
        ("0800000305", &[][..], 5, "quota"),
        ("0800000301", &[], 5, "account"),
        ("0800100009", &[], 5, "endpoint"),
        (PHONE, &["--max-charges", "0"], 5, "budget"),
    ] {
        let sandbox = Sandbox::start();
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", with_phones(&[phone, PHONE, PHONE]));
        let (lines, summary) = check(&folder, &[&["-c", "1"], more].concat(), code);
        assert_eq!(summary["stopped"]["reason"], reason, "{summary:#}");
        assert_eq!(summary["exit_code"], code);
        assert!(some(&lines, "outcome", "skipped"), "{lines:#?}");
        assert_eq!(sandbox.charged(), 0, "{phone}");
    }
}

#[test]
fn runs_over_a_faulty_endpoint_are_as_the_schema_says() {
    for dialect in ["guide", "reason", "detailed"] {
        let seed = "11";
        println!("seed {seed}, {dialect}");
        let flags = ["--fail-rate", "0.1", "--seed", seed, "--dialect", dialect];
        let sandbox = Sandbox::with(&flags);
        let folder = Folder::at(&sandbox.url);
        folder.write("a.csv", applicants(120));
        let args = ["batch", "a.csv", "-f", "jsonl", "--summary", "s.json", "-c", "16"];
        let run = folder.idv(&[&args[..], &["--timeout", "1s"]].concat());
        let result = validator("result");
        let lines = lines(&run);
        for line in &lines {
            assert_valid(&result, line);
        }
        let summary = serde_json::from_str(&folder.read("s.json")).unwrap();
        assert_valid(&validator("summary"), &summary);
        assert_eq!(lines.len(), 120);
        let paid = summary["charged"]["yes"].as_u64().unwrap();
        let open = summary["charged"]["unknown"].as_u64().unwrap();
        assert!(paid <= sandbox.charged() && sandbox.charged() <= paid + open, "{summary:#}");
        assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
    }
}

#[test]
fn an_empty_run_is_as_the_schema_says() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", "nik,phone,name\n");
    let (_, summary) = check(&folder, &[], 0);
    assert_eq!(summary["latency_ms"]["p50"], Value::Null);
    assert_eq!(sandbox.requests(), 0);
}

#[test]
fn a_plan_and_its_rows_are_as_the_schemas_say() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", with_phones(&[PHONE, "08123O", "6281234567890"]));
    for flags in [&[][..], &["--price", "1000"]] {
        let args = ["check", "a.csv", "-f", "jsonl"];
        let plan = lines(&folder.idv(&[&args, flags].concat()).code(3));
        assert_valid(&validator("plan"), &plan[0]);
    }
    let bare = Folder::bare();
    bare.write("a.csv", "nik,phone,name,idv_row\n,,x,\n");
    let plan = lines(&bare.idv(&["check", "a.csv", "-f", "jsonl"]).code(3));
    assert_valid(&validator("plan"), &plan[0]);
    assert_eq!(plan[0]["answered"], Value::Null);
    folder.idv(&["check", "a.csv", "-o", "rows.jsonl"]).code(3);
    let rows = jsonl(&folder.read("rows.jsonl"));
    assert_eq!(rows.len(), 3);
    let checked = validator("checked");
    for row in &rows {
        assert_valid(&checked, row);
    }
    assert_eq!(sandbox.requests(), 0);
}

/// A value with one thing wrong: a field less, a field more, or one of another type.
fn mistakes(right: &Value) -> Vec<Value> {
    let mut wrong = Vec::new();
    let Value::Object(fields) = right else { return wrong };
    for (key, value) in fields {
        let mut less = fields.clone();
        less.shift_remove(key);
        wrong.push(Value::Object(less));
        let other = if value.is_boolean() { json!("no") } else { json!(true) };
        let mut typed = fields.clone();
        typed.insert(key.clone(), other);
        wrong.push(Value::Object(typed));
    }
    let mut more = fields.clone();
    more.insert("unheard_of".to_owned(), json!(1));
    wrong.push(Value::Object(more));
    wrong
}

#[test]
fn a_mistake_in_any_field_is_found() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", with_phones(&[PHONE]));
    let plan = lines(&folder.idv(&["check", "a.csv", "-f", "jsonl"]).code(0));
    let (lines, summary) = check(&folder, &[], 0);
    for (name, right) in [("result", &lines[0]), ("summary", &summary), ("plan", &plan[0])] {
        let validator = validator(name);
        for wrong in mistakes(right) {
            assert!(!validator.is_valid(&wrong), "{name} takes {wrong:#}");
        }
    }
    // What contradicts itself is no result either.
    for (field, value) in [
        ("source", json!("ledger")),
        ("outcome", json!("held")),
        ("charged", json!("unknown")),
        ("code", json!(302)),
        ("sent", Value::Null),
    ] {
        let mut wrong = lines[0].clone();
        wrong[field] = value;
        assert!(!validator("result").is_valid(&wrong), "{wrong:#}");
    }
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn all_schemas_together_take_what_each_of_them_takes() {
    let run = Folder::bare().idv(&["schema"]).code(0);
    let all = jsonschema::draft202012::new(&serde_json::from_str(&stdout(&run)).unwrap()).unwrap();
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", with_phones(&[PHONE]));
    let (lines, summary) = check(&folder, &[], 0);
    assert_valid(&all, &lines[0]);
    assert_valid(&all, &summary);
    assert!(!all.is_valid(&json!({ "row": 1 })));
    assert_eq!(sandbox.charged(), 1);
}
