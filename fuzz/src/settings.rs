//! Any bytes as a settings file or a key's file, with a key in it that nobody may see.

use std::cell::OnceCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use idv::internal::text::bare;
use idv::internal::{EndpointOptions, PlanSettings, Settings, SettingsError};
use tempfile::TempDir;

/// Letters alone, so that it also fits where a name is read.
const KEY: &str = "QzKxWvPartnerSecretJgYu";
const ENDPOINT: &str = "https://h.example/verify";

thread_local! {
    static FOLDER: OnceCell<TempDir> = const { OnceCell::new() };
}

/// The first byte says as what the others are read.
pub fn run(bytes: &[u8]) {
    let Some((kind, rest)) = bytes.split_first() else { return };
    // Nobody wants to run what a fuzzer writes as the command that prints the key.
    if bytes.windows(11).any(|name| name == b"KEY_COMMAND") {
        return;
    }
    match kind % 4 {
        0 => a_settings_file(&with_key(rest), None),
        1 => a_settings_file(&with_key(rest), Some(ENDPOINT)),
        2 => a_value(rest),
        _ => a_key_file(rest),
    }
}

/// A NUL stands for the key.
fn with_key(bytes: &[u8]) -> Vec<u8> {
    let byte = |byte: &u8| if *byte == 0 { KEY.as_bytes().to_vec() } else { vec![*byte] };
    bytes.iter().flat_map(byte).collect()
}

fn a_settings_file(text: &[u8], endpoint: Option<&str>) {
    let file = write("env", text);
    let options = options(endpoint, Some(&file), None);
    let ledger = file.with_extension("db");
    let options = EndpointOptions { ledger: Some(ledger), ..options };
    let settings = Settings::resolve(&options, None);
    shows_nothing(settings.as_ref().err(), KEY);
    if let Ok(settings) = settings {
        assert!(!format!("{settings:?}").contains(KEY) || endpoint.is_none());
        assert!(
            endpoint.is_none_or(|endpoint| endpoint == settings.shown_endpoint),
            "{}",
            settings.shown_endpoint
        );
        assert!((1..=4096).contains(&settings.concurrency.most()));
        assert!(settings.rate.is_none_or(|rate| (0.001..=1e6).contains(&rate)));
        let secure = settings.client.url.scheme() == "https" || settings.client.loopback;
        assert!(secure, "the key would go unencrypted");
    }
    let plan = PlanSettings::resolve(&options);
    shows_nothing(plan.as_ref().err(), KEY);
}

/// What stands between single quotes is the key, to the letter; but for marks, and blanks at its end.
fn a_value(bytes: &[u8]) {
    let Ok(key) = std::str::from_utf8(bytes) else { return };
    if key.contains('\'') {
        return;
    }
    let text = format!("IDV_PARTNER_CODE='c'\nIDV_PARTNER_KEY='{key}'\n");
    let file = write("env", text.as_bytes());
    let settings = resolve(options(Some(ENDPOINT), Some(&file), None));
    let key = key.replace("\r\n", "\n").replace(['\u{feff}', '\r'], "");
    is_key(settings, bare(&key));
}

fn a_key_file(bytes: &[u8]) {
    let env = write("env", b"IDV_PARTNER_CODE='c'\n");
    let file = write("key", bytes);
    let settings = resolve(options(Some(ENDPOINT), Some(&env), Some(&file)));
    match std::str::from_utf8(bytes) {
        Ok(key) => is_key(settings, bare(key)),
        Err(_) => assert!(settings.is_err()),
    }
}

fn resolve(options: EndpointOptions) -> Result<Settings, SettingsError> {
    let options = EndpointOptions { ledger: Some("ledger.db".into()), ..options };
    Settings::resolve(&options, None)
}

/// Either it is used as it is, or nothing is; and it is not shown.
#[track_caller]
fn is_key(settings: Result<Settings, SettingsError>, key: &str) {
    // Of a short key each letter stands in any message.
    if key.len() >= 8 {
        shows_nothing(settings.as_ref().err(), key);
    }
    let Ok(settings) = settings else { return };
    let pairs: Vec<_> = settings.client.url.query_pairs().collect();
    assert_eq!(pairs.len(), 2);
    assert_eq!((&*pairs[0].0, &*pairs[0].1), ("partner_code", "c"));
    assert_eq!((&*pairs[1].0, &*pairs[1].1), ("partner_key", key));
    assert_eq!(settings.shown_endpoint, ENDPOINT);
    assert_eq!(format!("{settings:?}"), format!("Settings {{ endpoint: {ENDPOINT:?}, .. }}"));
}

#[track_caller]
fn shows_nothing(error: Option<&SettingsError>, key: &str) {
    let Some(error) = error else { return };
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(!shown.contains(key), "the key is shown: {shown}");
    }
}

fn options(endpoint: Option<&str>, env: Option<&Path>, key: Option<&Path>) -> EndpointOptions {
    EndpointOptions {
        endpoint: endpoint.map(str::to_owned),
        timeout: Duration::from_secs(1),
        connect_timeout: Duration::from_secs(1),
        env_file: env.map(Path::to_owned),
        partner_key_file: key.map(Path::to_owned),
        ..EndpointOptions::default()
    }
}

/// Where files cost least.
fn write(name: &str, bytes: &[u8]) -> PathBuf {
    let in_memory = || tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    let path = FOLDER.with(|folder| {
        folder.get_or_init(|| in_memory().expect("a folder can be made")).path().join(name)
    });
    fs::write(&path, bytes).expect("a file can be written");
    path
}
