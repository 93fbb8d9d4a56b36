//! The sources of settings: a file named by a flag, the environment, `.env`.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use encoding_rs::UTF_8;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use crate::model::characters::{bare, shows_nothing};
use crate::platform;
use crate::settings::{
    CONCURRENCY, ENDPOINT, EndpointOptions, LANG, LEDGER, OPERATOR, PARTNER_CODE, PARTNER_KEY,
    PARTNER_KEY_COMMAND, PARTNER_KEY_FILE, PRICE, PURPOSE, RATE, REQUIRE_PURPOSE, RETENTION,
    SettingsError, key_command,
};

/// The variables of idv. Messages show no other name of a file: it may be the key in a wrong place.
const VARIABLES: [&str; 14] = [
    ENDPOINT,
    LANG,
    PARTNER_CODE,
    PARTNER_KEY,
    PARTNER_KEY_FILE,
    PARTNER_KEY_COMMAND,
    LEDGER,
    PRICE,
    CONCURRENCY,
    RATE,
    OPERATOR,
    PURPOSE,
    REQUIRE_PURPOSE,
    RETENTION,
];

/// One source of settings.
struct SettingSource {
    name: String,
    /// The file. `None` is the environment.
    file: Option<PathBuf>,
    values: HashMap<String, String>,
}

/// The sources of settings, the strongest first.
pub(super) struct SettingSources(Vec<SettingSource>);

impl SettingSources {
    /// Reads all sources. `env_file` goes before the environment and replaces `.env`.
    pub(super) fn read(env_file: Option<&Path>) -> Result<Self, SettingsError> {
        let mut sources = Vec::new();
        if let Some(file) = env_file {
            sources.push(SettingSource::from_file(file)?);
        }
        let idv_variable = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            let name = name.into_string().ok().filter(|name| name.starts_with("IDV_"))?;
            Some((name, value.into_string().ok()?))
        };
        let values = std::env::vars_os().filter_map(idv_variable).collect();
        sources.push(SettingSource { name: "the environment".to_owned(), file: None, values });
        let dot_env = Path::new(".env");
        if env_file.is_none() && dot_env.is_file() {
            sources.push(SettingSource::from_file(dot_env)?);
        }
        Ok(Self(sources))
    }

    /// Returns the strongest value that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|source| source.get(name))
    }

    /// Reads the partner key: from the file or the command of a flag, or from the strongest source
    /// that has one.
    pub(super) fn key(
        &self,
        options: &EndpointOptions,
    ) -> Result<Option<SecretString>, SettingsError> {
        if let Some(file) = &options.partner_key_file {
            let unusable = |why| SettingsError::File { file: file.clone(), why };
            return read_key(file).map(Some).map_err(unusable);
        }
        if let Some(command) = &options.partner_key_command {
            return key_command::run(command).map(Some);
        }
        self.0.iter().find_map(|source| source.key().transpose()).transpose()
    }
}

impl SettingSource {
    fn from_file(file: &Path) -> Result<Self, SettingsError> {
        let unreadable = |error: &dyn ToString| SettingsError::File {
            file: file.to_owned(),
            why: error.to_string(),
        };
        let text = read_text(file).map_err(|error| unreadable(&error))?;
        // A mark in the middle comes from joined files, and would be part of a name.
        let text = Zeroizing::new(text.replace("\r\n", "\n").replace(['\u{feff}', '\r'], ""));
        let entries = dotenvy::from_read_iter(text.as_bytes());
        let mut values = HashMap::new();
        let mut after = "at its beginning".to_owned();
        for (number, entry) in (1..).zip(entries) {
            let syntax = || SettingsError::Syntax { file: file.to_owned(), after: after.clone() };
            let (name, value) = entry.map_err(|_| syntax())?;
            let known = VARIABLES.contains(&name.as_str());
            after = if known { format!("after {name}") } else { format!("after entry {number}") };
            values.insert(name, value);
        }
        Ok(Self { name: file.display().to_string(), file: Some(file.to_owned()), values })
    }

    /// Reads the key of this source, if it has one.
    fn key(&self) -> Result<Option<SecretString>, SettingsError> {
        let ways = [PARTNER_KEY, PARTNER_KEY_FILE, PARTNER_KEY_COMMAND];
        let mut set = ways.into_iter().filter_map(|way| Some((way, self.get(way)?)));
        let Some((way, value)) = set.next() else { return Ok(None) };
        if let Some((other, _)) = set.next() {
            let both = (way, other);
            return Err(SettingsError::TwoKeys { source_name: self.name.clone(), both });
        }
        let key = match way {
            PARTNER_KEY => Ok(SecretString::from(value)),
            PARTNER_KEY_FILE => read_key(Path::new(value)).map_err(SettingsError::KeyFile),
            _ => self.check_trust().and_then(|()| key_command::run(value)),
        };
        key.map(Some)
    }

    /// Refuses a command from a file that another user can have written.
    fn check_trust(&self) -> Result<(), SettingsError> {
        if self.file.as_deref().is_none_or(platform::is_own_file) {
            return Ok(());
        }
        let why = format!("is not run: others can write {}, which names it", self.name);
        Err(SettingsError::KeyCommand(why))
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| bare(value)).filter(|value| !shows_nothing(value))
    }
}

/// Reads a key: the file's text without the blanks and the line break at its end.
fn read_key(file: &Path) -> Result<SecretString, String> {
    let text = read_text(file).map_err(|error| error.to_string())?;
    let key = bare(&text);
    if shows_nothing(key) {
        return Err("the file is empty; it must hold the partner key".to_owned());
    }
    Ok(SecretString::from(key))
}

/// Reads a text in UTF-8, or in UTF-16 with a byte order mark, as Notepad and PowerShell write it.
/// The byte order mark is left out. The error does not quote the text.
fn read_text(file: &Path) -> io::Result<Zeroizing<String>> {
    let bytes = Zeroizing::new(fs::read(file)?);
    match UTF_8.decode(&bytes) {
        (text, _, false) => Ok(Zeroizing::new(text.into_owned())),
        (_, encoding, true) => {
            let why = format!("the file is not valid {}", encoding.name());
            Err(io::Error::new(io::ErrorKind::InvalidData, why))
        }
    }
}
