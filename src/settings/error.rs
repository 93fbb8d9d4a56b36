//! A setting that is missing or can't be used.

use std::path::PathBuf;

use crate::client::endpoint_url::EndpointError;
use crate::client::proxy::ProxyError;
use crate::ledger::TeamError;
use crate::model::price::PriceError;
use crate::settings::variables::{PARTNER_KEY, PARTNER_KEY_FILE, PRICE, PURPOSE, REQUIRE_PURPOSE};
use crate::words::{Lang, Words};

/// A setting that is missing or can't be used. The message shows no value.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// Required settings are missing.
    #[error("{}", Lang::En.words().missing_settings(&.0.join(", ")))]
    Missing(Vec<&'static str>),
    /// A settings file that can't be read.
    #[error(
        "can't read {}: {why}\n\n  hint: check its name, and that you may read it",
        file.display()
    )]
    File {
        /// The file.
        file: PathBuf,
        /// The system's message.
        why: String,
    },
    /// The file of the key can't be read. Its name is not shown: a user may have set the key itself
    /// there.
    #[error(
        "can't read the file that {PARTNER_KEY_FILE} names: {0}\n\n  \
         hint: write the name of a file there; the key itself goes into {PARTNER_KEY}"
    )]
    KeyFile(String),
    /// A settings file has a line that can't be parsed. dotenvy's message quotes the line, which
    /// may hold the key. This message names the variable before the line instead.
    #[error(
        "{}: can't read the line {after}\n\n  \
         hint: write NAME='value', with single quotes: an unquoted space, $ or # is misread",
        file.display()
    )]
    Syntax {
        /// The file.
        file: PathBuf,
        /// The place of the line: the variable before it.
        after: String,
    },
    /// The command of the key gives none. Neither the command nor its output is shown.
    #[error(
        "the command that prints the partner key {0}\n\n  \
         hint: run it by hand: it must print the key to stdout, as one line and nothing else"
    )]
    KeyCommand(String),
    /// One source has the key in more than one way.
    #[error("both {} and {} are set in {source_name}: keep one of them", both.0, both.1)]
    TwoKeys {
        /// The source.
        source_name: String,
        /// The two variables.
        both: (&'static str, &'static str),
    },
    /// The endpoint can't be used.
    #[error(transparent)]
    Endpoint(#[from] EndpointError),
    /// The proxy can't be used. Its URL is not shown, since it may hold a password.
    #[error("{0}\n\n  hint: write it as in http://proxy.example:3128")]
    Proxy(ProxyError),
    /// A file of certificates can't be used.
    #[error(
        "--ca-cert {}: {why}\n\n  \
         hint: it must hold certificates in PEM form, each from -----BEGIN CERTIFICATE----- to \
         -----END CERTIFICATE-----",
        file.display()
    )]
    Certificates {
        /// The file.
        file: PathBuf,
        /// The reason.
        why: String,
    },
    /// The client's certificate or its key can't be used.
    #[error("{flag} {}: {why}\n\n  hint: {hint}", file.display())]
    ClientIdentity {
        /// The flag of the file.
        flag: &'static str,
        /// The file.
        file: PathBuf,
        /// The reason.
        why: String,
        /// What the file must hold.
        hint: &'static str,
    },
    /// The home folder is unknown, so that the ledger has no default place.
    #[error("no home folder is known for the ledger: name a file with --ledger")]
    NoHome,
    /// A value is not the number that it must be.
    #[error("{name} must be {wanted}")]
    Number {
        /// The variable.
        name: &'static str,
        /// The values that are allowed.
        wanted: &'static str,
    },
    /// A text that can't be kept with a run.
    #[error("{name} can't be kept: {why}")]
    Text {
        /// The variable.
        name: &'static str,
        /// The reason.
        why: &'static str,
    },
    /// A purpose is required, and none is given.
    #[error("{}", Lang::En.words().no_purpose(REQUIRE_PURPOSE, PURPOSE))]
    NoPurpose,
    /// The address of a team's ledger can't be used.
    #[error(transparent)]
    Team(#[from] TeamError),
    /// A value is not a price.
    #[error("{PRICE} is no price: {0}")]
    Price(PriceError),
}

impl SettingsError {
    /// Explains an error that clerks meet: an account that is not set up, a purpose that is missing.
    /// The others are for the person who sets idv up, and English.
    pub(crate) fn in_words(&self, words: &dyn Words) -> String {
        match self {
            Self::Missing(names) => words.missing_settings(&names.join(", ")),
            Self::NoPurpose => words.no_purpose(REQUIRE_PURPOSE, PURPOSE),
            _ => self.to_string(),
        }
    }
}
