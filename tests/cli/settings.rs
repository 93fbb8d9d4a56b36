//! Settings: which one counts, and what is said of those that are missing or wrong.

use predicates::prelude::*;
use std::time::Duration;

use crate::support::server::{Server, json};
use crate::support::{Folder, NAME, NIK, PHONE, Sandbox, stderr};

const PASS: &str = r#"{"code":200,"result":"pass"}"#;

fn record() -> Vec<&'static str> {
    vec!["verify", "--nik", NIK, "--phone", PHONE, "--name", NAME]
}

/// The credentials with which a run asked.
fn asked(server: &Server) -> String {
    let head = server.requests().remove(0).head;
    head.split_whitespace().nth(1).unwrap().to_owned()
}

#[test]
fn missing_settings_are_each_named_and_so_is_the_example() {
    let folder = Folder::bare();
    let run = folder.idv(&record()).code(2).stdout("");
    let text = stderr(&run);
    for name in ["IDV_ENDPOINT", "IDV_PARTNER_CODE", "IDV_PARTNER_KEY", ".env.example"] {
        assert!(text.contains(name), "{name}: {text}");
    }
    let mut command = folder.command(&record());
    command.env("IDV_ENDPOINT", "https://h.example/").env("IDV_PARTNER_CODE", "  ");
    let run = assert_cmd::Command::from_std(command).assert().code(2);
    let text = stderr(&run);
    assert!(!text.contains("IDV_ENDPOINT") && text.contains("IDV_PARTNER_CODE"), "{text}");
}

#[test]
fn a_flag_beats_an_env_file_beats_the_environment_beats_dot_env() {
    let server = Server::start(json(PASS), Duration::ZERO);
    let folder = Folder::bare();
    let here =
        format!("IDV_ENDPOINT='{}'\nIDV_PARTNER_CODE='dot'\nIDV_PARTNER_KEY='dot'\n", server.url);
    folder.write(".env", here);
    folder.idv(&record()).code(0);
    assert!(asked(&server).ends_with("partner_code=dot&partner_key=dot"));

    let server = Server::start(json(PASS), Duration::ZERO);
    let mut command = folder.command(&record());
    command.env("IDV_ENDPOINT", &server.url).env("IDV_PARTNER_CODE", "environment");
    assert_cmd::Command::from_std(command).assert().code(0);
    assert!(asked(&server).ends_with("partner_code=environment&partner_key=dot"));

    let server = Server::start(json(PASS), Duration::ZERO);
    folder.write("my.env", "IDV_PARTNER_CODE='file'\nIDV_PARTNER_KEY='file'\n");
    let mut command = folder
        .command(&[record(), vec!["--env-file", "my.env", "--endpoint", &server.url]].concat());
    command.env("IDV_ENDPOINT", "https://h.example/").env("IDV_PARTNER_CODE", "environment");
    assert_cmd::Command::from_std(command).assert().code(0);
    assert!(asked(&server).ends_with("partner_code=file&partner_key=file"));
}

#[test]
fn the_key_may_stand_in_a_file_of_its_own() {
    let server = Server::start(json(PASS), Duration::ZERO);
    let folder = Folder::at(&server.url);
    folder.write("key", "from a file\n");
    folder.idv(&[record(), vec!["--partner-key-file", "key"]].concat()).code(0);
    assert!(asked(&server).ends_with("partner_key=from%20a%20file"));
    for (file, text) in [("absent", None), ("empty", Some("\n"))] {
        if let Some(text) = text {
            folder.write(file, text);
        }
        let run = folder.idv(&[record(), vec!["--partner-key-file", file]].concat()).code(2);
        run.stderr(predicate::str::contains(file));
    }
    let mut command = folder.command(&record());
    command.env("IDV_PARTNER_KEY_FILE", "key");
    let run = assert_cmd::Command::from_std(command).assert().code(2);
    run.stderr(predicate::str::contains("keep one of them"));
    assert_eq!(server.requests().len(), 1);
}

/// A text as Notepad or PowerShell 5 saves it.
fn utf16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

#[test]
fn settings_and_keys_are_read_as_editors_on_windows_save_them() {
    let env = "IDV_PARTNER_CODE='demo'\r\nIDV_PARTNER_KEY_FILE='key.txt'\r\n";
    let key = "s3cret\r\n";
    let utf8 = |text: &str| format!("\u{feff}{text}").into_bytes();
    for (env, key) in [(utf8(env), utf8(key)), (utf16(env), utf16(key))] {
        let server = Server::start(json(PASS), Duration::ZERO);
        let folder = Folder::bare();
        folder.write(".env", env);
        folder.write("key.txt", key);
        folder.idv(&[record(), vec!["--endpoint", &server.url]].concat()).code(0);
        assert!(asked(&server).ends_with("partner_code=demo&partner_key=s3cret"));
    }
}

#[test]
fn a_key_that_is_no_text_is_refused_and_not_shown() {
    let folder = Folder::at("https://h.example/");
    folder.write("key", b"s3cr\xe9t");
    let run = folder.idv(&[record(), vec!["--partner-key-file", "key"]].concat()).code(2);
    let text = stderr(&run);
    assert!(text.contains("the file is not valid UTF-8") && !text.contains("s3cr"), "{text}");
}

#[test]
fn a_settings_file_that_cannot_be_understood_never_shows_its_line() {
    let folder = Folder::bare();
    folder.write(".env", "IDV_PARTNER_CODE='demo'\nIDV_PARTNER_KEY=s3cret key\n");
    let run = folder.idv(&record()).code(2);
    let text = stderr(&run);
    assert!(text.contains(".env") && text.contains("IDV_PARTNER_CODE"), "{text}");
    assert!(text.contains("single quotes"), "{text}");
    assert!(!text.contains("s3cret"), "{text}");
    let run = folder.idv(&[record(), vec!["--env-file", "absent.env"]].concat()).code(2);
    run.stderr(predicate::str::contains("absent.env"));
}

#[test]
fn no_parent_folder_is_searched_for_settings() {
    let folder = Folder::bare();
    folder.write(".env", "IDV_ENDPOINT='https://h.example/'\n");
    std::fs::create_dir(folder.path("sub")).unwrap();
    let mut command = folder.command(&record());
    command.current_dir(folder.path("sub"));
    let run = assert_cmd::Command::from_std(command).assert().code(2);
    run.stderr(predicate::str::contains("IDV_ENDPOINT"));
}

#[test]
fn a_proxy_in_the_environment_does_not_catch_this_machine() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    let mut command = folder.command(&record());
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        command.env(name, "http://127.0.0.1:9/");
    }
    assert_cmd::Command::from_std(command).assert().code(0);
    assert_eq!(sandbox.charged(), 1);
}

#[test]
fn the_sandbox_flag_ignores_settings_and_excludes_an_endpoint() {
    let folder = Folder::at("https://h.example/");
    folder.idv(&[record(), vec!["--sandbox"]].concat()).code(0);
    let both = [record(), vec!["--sandbox", "--endpoint", "https://h.example/"]].concat();
    folder.idv(&both).code(2);
}

#[test]
fn a_rate_that_is_none_is_refused_before_anything_is_sent() {
    let sandbox = Sandbox::start();
    let folder = Folder::at(&sandbox.url);
    folder.write("a.csv", crate::support::applicants(2));
    for rate in ["0", "-1", "fast", "inf"] {
        let mut command = folder.command(&["batch", "a.csv"]);
        command.env("IDV_RATE", rate);
        let run = assert_cmd::Command::from_std(command).assert().code(2);
        assert!(stderr(&run).contains("IDV_RATE must be requests a second"), "{}", stderr(&run));
        folder.idv(&["batch", "a.csv", "--rate", rate]).code(2);
    }
    assert_eq!((sandbox.requests(), sandbox.charged()), (0, 0));
}
