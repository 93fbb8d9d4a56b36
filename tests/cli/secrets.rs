//! No key and no person in anything that is not the result itself.

use crate::support::{Folder, Sandbox};

const KEY: &str = "k+/=%26 Zz";

/// The key as it is and as it may be encoded.
fn forms() -> [&'static str; 5] {
    [KEY, "k%2B%2F%3D%2526%20Zz", "k%2B%2F%3D%2526+Zz", "k+/=%2526%20Zz", "k+/=%26%20Zz"]
}

/// Every way to run, and what may go wrong with it.
#[test]
fn no_output_error_or_log_holds_the_key_or_names_a_person() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let faults = (1..=14).map(|n| format!("08001000{n:02}"));
    let codes = ["0800000301", "0800011340", "0800011350", "0812"].map(str::to_owned);
    let phones: Vec<String> = faults.chain(codes).collect();
    for phone in &phones {
        folder.write("a.csv", format!("nik,phone,name\n3310990101900123,{phone},Zulkarnaen\n"));
        let args = ["batch", "a.csv", "-vv", "--timeout", "1s", "--retries", "1", "-o", "r.jsonl"];
        let mut command = folder.command(&args);
        command.env("IDV_PARTNER_KEY", KEY).env("RUST_BACKTRACE", "1").env("RUST_LOG", "trace");
        let run = command.output().unwrap();
        let said = [run.stdout, run.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        let results = folder.read("r.jsonl");
        for form in forms() {
            assert!(!said.contains(form) && !results.contains(form), "{phone}: {said}");
        }
        for person in ["3310990101900123", "Zulkarnaen", phone.as_str()] {
            assert!(!said.contains(person), "{phone}: {said}");
        }
    }
    assert!(sandbox.charged() > 0);
}

#[test]
fn a_wrong_endpoint_or_a_refused_connection_does_not_show_the_key() {
    for endpoint in
        ["http://127.0.0.1:9/", "https://127.0.0.1:9/", "https://h.invalid/", "http://h/"]
    {
        let folder = Folder::at(endpoint);
        folder.write("a.csv", "nik,phone,name\n3310990101900123,081234567890,Zulkarnaen\n");
        let mut args = vec!["batch", "a.csv", "-vv", "--connect-timeout", "2s"];
        args.extend(["--retries", "0", "--give-up-after", "1s"]);
        let run = folder.command(&args).env("IDV_PARTNER_KEY", KEY).output().unwrap();
        let said = String::from_utf8([run.stdout, run.stderr].concat()).unwrap();
        assert!(!run.status.success(), "{endpoint}");
        for form in forms() {
            assert!(!said.contains(form), "{endpoint}: {said}");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn the_key_is_not_on_the_command_line() {
    let sandbox = Sandbox::with(&["--latency", "2s"]);
    let folder = Folder::at(&sandbox.url);
    let record = ["verify", "--nik", "3310990101900001", "--phone", "081234567890", "--name", "B"];
    let mut child = folder
        .command(&record)
        .env("IDV_PARTNER_KEY", KEY)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let line = std::fs::read(format!("/proc/{}/cmdline", child.id())).unwrap();
    assert!(!String::from_utf8_lossy(&line).contains("Zz"));
    assert!(child.wait().unwrap().success());
    assert_eq!(sandbox.charged(), 1);
}
