//! `--report`: a page that stands alone, names nobody, and reads well in a real browser.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use predicates::prelude::*;
use serde_json::Value;

use crate::support::{Folder, NAME, NIK, PHONE, Sandbox, applicants, has_dev_full, stderr, stdout};

/// Applicants of whom something becomes of every kind.
const MIXED: &str = "nik,phone,name\n\
    3310990101900001,081234567890,Budi Contoh\n\
    3310990101909001,081234567891,Siti Contoh\n\
    3310990101909002,081234567892,Agus Misal\n\
    3310990101909005,081234567893,Dewi <Misal>\n\
    3310990101900006,0800011340,Eko Umpama\n\
    3310990101900007,0800100012,Fitri Umpama\n\
    3310990101900008,0800100002,Gilang Andai\n\
    3310990101900009,08123O,Hana Andai\n\
    331099010190,081234567899,Indra Contoh\n\
    3310990101900001,081234567890,Budi Contoh\n";

/// The report of a run over these applicants.
fn report(sandbox: &Sandbox, folder: &Folder, more: &[&str]) -> String {
    folder.write("a.csv", MIXED);
    let args = ["batch", "a.csv", "--report", "r.html", "-q", "-o", "r.csv", "--price", "1000"];
    folder.idv(&[&args, more].concat()).code(4);
    assert_eq!(sandbox.charges()["most_charges_for_one_record"], 1);
    folder.read("r.html")
}

#[test]
#[cfg(unix)]
fn a_report_is_private_and_names_no_applicant_and_no_key() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let page = report(&sandbox, &folder, &[]);
    assert_eq!(crate::support::mode(&folder.path("r.html")), 0o600);
    assert!(!folder.path("r.html.part").exists());
    let words = ["Contoh", "Misal", "Umpama", "Andai", "33109901", "0812345", "demo-key"];
    for secret in [&[NIK, PHONE, NAME], &words[..]].concat() {
        assert!(!page.contains(secret), "{secret}: {page}");
    }
    for said in ["idv ledger show", "phone_number.format", "12223", ">4,000<"] {
        let plain = page.replace("<span>", "").replace("</span>", "");
        assert!(plain.contains(said), "{said}: {plain}");
    }
    assert_eq!(sandbox.charged(), 6);
}

#[test]
fn a_report_of_ours_is_replaced_and_nothing_else_is() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    let run = |report: &str, more: &[&str]| {
        folder.idv(&[&["batch", "a.csv", "-o", "r.csv", "--report", report], more].concat())
    };
    run("r.html", &[]).code(0);
    run("r.html", &[]).code(0);
    folder.write("mine.html", "<!doctype html><title>Mine</title>");
    run("mine.html", &[]).code(2).stderr(predicate::str::contains("--force"));
    assert!(folder.read("mine.html").contains("Mine"));
    run("mine.html", &["--force"]).code(0);
    assert!(folder.read("mine.html").contains("Verdicts"));
    run("a.csv", &["--force"]).code(2).stderr(predicate::str::contains("is the input"));
    run("r.csv", &["--force"]).code(2).stderr(predicate::str::contains("two outputs"));
    let twice = ["--summary", "s.json"];
    run("s.json", &twice).code(2).stderr(predicate::str::contains("two outputs"));
    assert!(!folder.path("s.json.part").exists());
    // A run that does not take place has nothing to report.
    run("dry.html", &["--dry-run"]).code(2).stderr(predicate::str::contains("--dry-run"));
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn stdout_takes_one_of_results_summary_and_report() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(2));
    let run = |args: &[&str]| folder.idv(&[&["batch", "a.csv"], args].concat());
    for args in [
        &["--summary", "-"][..],
        &["--report", "-"],
        &["-o", "-", "-f", "csv", "--summary", "-"],
        &["-o", "r.csv", "--summary", "-", "--report", "-"],
    ] {
        run(args).code(2).stdout("").stderr(predicate::str::contains("written to stdout already"));
    }
    assert_eq!(sandbox.requests(), 0);
    let page = stdout(&run(&["-o", "r.csv", "--report", "-", "--summary", "s.json"]).code(0));
    assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{page}");
    let summary: Value = serde_json::from_str(&folder.read("s.json")).unwrap();
    assert_eq!(summary["slowed"], serde_json::json!({"times": 0, "paused_s": 0.0}));
    let said = stdout(&run(&["-o", "r.csv", "--summary", "-"]).code(0));
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap()["rows"], 2);
    assert!(!folder.path("-").exists() && !folder.path("-.part").exists());
    assert_eq!(sandbox.charged(), 2);
}

#[test]
fn a_stopped_run_has_a_report_that_says_why() {
    let sandbox = Sandbox::with(&["--daily-limit", "3"]);
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(20));
    folder.idv(&["batch", "a.csv", "-c", "1", "-q", "--report", "r.html"]).code(5);
    let page = folder.read("r.html");
    assert!(page.contains("Stopped before its end:</b> the account can&#39;t go on: code 305."));
    assert!(page.contains("Not asked about: 16 rows."), "{page}");
    assert_eq!(sandbox.charged(), 3);
}

#[test]
fn a_report_that_cannot_be_written_is_said_and_the_run_is_not_lost() {
    if !has_dev_full() {
        return;
    }
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", applicants(3));
    let run = folder.idv(&["batch", "a.csv", "-o", "r.csv", "--report", "/dev/full"]).code(6);
    assert!(stderr(&run).contains("the report can't be written"), "{}", stderr(&run));
    assert_eq!(folder.read("r.csv").lines().count(), 4);
    assert_eq!(sandbox.charged(), 3);
}

/// A browser of the Chromium family, if this machine has one.
fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut folders = std::env::split_paths(&path);
    folders.find_map(|folder| {
        names.iter().map(|name| folder.join(name)).find(|program| program.is_file())
    })
}

/// The page as the browser has it when it is done, and what its console said.
fn open(browser: &Path, folder: &Folder, page: &str) -> (String, Vec<String>) {
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"]);
    command.args(["--no-first-run", "--disable-background-networking"]);
    command.args(["--disable-component-update", "--disable-sync", "--virtual-time-budget=5000"]);
    command.args(["--enable-blink-features=ComputedAccessibilityInfo"]);
    command.args(["--enable-logging=stderr", "--v=0", "--dump-dom"]);
    command.arg(format!("--user-data-dir={}", folder.path("browser").display()));
    command.arg(format!("file://{}", folder.path(page).display()));
    command.env("HOME", folder.dir.path());
    // A browser that hangs must not hold up the tests.
    let mut command = assert_cmd::Command::from_std(command);
    let output = command.timeout(Duration::from_secs(120)).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8_lossy(&output.stderr);
    let console = said.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned);
    (String::from_utf8(output.stdout).unwrap(), console.collect())
}

/// Puts the page into frames of several widths, without the policy that forbids it a script, and
/// writes what the browser makes of it for a screen reader.
fn probe(page: &str) -> String {
    let policy = page.split("<meta http-equiv").nth(1).unwrap().split('>').next().unwrap();
    let page = page.replace(policy, " content=\"\" ").replace("<details>", "<details open>");
    let page = serde_json::to_string(&page).unwrap().replace("</", "<\\/");
    format!(
        "<!doctype html><meta charset=utf-8><body><pre></pre><script>
        const frames = [360, 768, 1280].map(width => {{
            const frame = document.createElement('iframe');
            frame.width = width; frame.height = 800; frame.srcdoc = {page};
            document.body.append(frame); return frame;
        }});
        addEventListener('load', () => {{
            const inside = frames[2].contentDocument;
            const all = [...inside.querySelectorAll('svg, table, section, h1, h2, th')];
            const found = {{
                wide: frames.map(f => [f.contentDocument.documentElement.scrollWidth,
                    f.contentDocument.documentElement.clientWidth]),
                parts: all.filter(e => !e.closest('[aria-hidden]')).map(e =>
                    ({{ tag: e.tagName.toLowerCase(), role: e.computedRole, name: e.computedName }})),
            }};
            document.querySelector('pre').textContent = JSON.stringify(found);
            frames.forEach(f => f.remove());
        }});
        </script>"
    )
}

#[test]
fn in_a_browser_it_renders_without_a_complaint() {
    let Some(browser) = browser() else {
        println!("skipped: no chromium, chromium-browser or google-chrome in PATH");
        return;
    };
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    report(&sandbox, &folder, &[]);
    let (page, console) = open(&browser, &folder, "r.html");
    assert_eq!(console, [""; 0]);
    assert!(page.contains("Time to answer") && page.trim_end().ends_with("</html>"), "{page}");
    // A page that does complain is heard.
    folder.write("bad.html", folder.read("r.html").replace("<main>", "<main><img src=\"x.png\">"));
    let (_, console) = open(&browser, &folder, "bad.html");
    assert!(console.iter().any(|line| line.contains("Content Security Policy")), "{console:?}");
    assert_eq!(sandbox.charged(), 6);
}

#[test]
fn in_a_browser_each_part_has_a_name_for_screen_readers_and_fits_its_width() {
    let Some(browser) = browser() else {
        println!("skipped: no chromium, chromium-browser or google-chrome in PATH");
        return;
    };
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let page = report(&sandbox, &folder, &[]);
    folder.write("probe.html", probe(&page));
    let (dom, console) = open(&browser, &folder, "probe.html");
    assert_eq!(console, [""; 0]);
    let found = dom.split("<pre>").nth(1).unwrap().split("</pre>").next().unwrap();
    let found: Value = serde_json::from_str(&found.replace("&amp;", "&")).unwrap();
    for wide in found["wide"].as_array().unwrap() {
        assert!(wide[0].as_u64() <= wide[1].as_u64() && wide[1].as_u64() > Some(300), "{found}");
    }
    let parts = found["parts"].as_array().unwrap();
    let role = |tag: &str, role: &str| {
        let parts = parts.iter().filter(|part| part["tag"] == tag);
        let named = parts.inspect(|part| {
            assert_eq!(part["role"], role, "{part}");
            assert!(part["name"].as_str().is_some_and(|name| name.len() > 1), "{part}");
        });
        named.count()
    };
    for heading in parts.iter().filter(|part| part["tag"] == "th") {
        assert!(heading["name"].as_str().is_some_and(|name| !name.is_empty()), "{found}");
    }
    assert_eq!(role("svg", "image"), 3, "{found}");
    assert_eq!(role("table", "table"), 7, "{found}");
    assert_eq!(role("section", "region"), 9, "{found}");
    assert_eq!(role("h1", "heading") + role("h2", "heading"), 10, "{found}");
    assert_eq!(sandbox.charged(), 6);
}
