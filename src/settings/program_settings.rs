//! Settings that a program gives itself, for those who call the library.

use std::path::Path;
use std::time::Duration;

use secrecy::SecretString;

use crate::client;
use crate::settings::{
    Settings, SettingsError, is_loopback, kind_of, parse_endpoint, shown, with_credentials,
};

impl Settings {
    /// Settings that read neither flags nor files nor the environment: the endpoint, the account,
    /// and the file that remembers the calls. One request at a time, 30 seconds each.
    #[expect(clippy::needless_pass_by_value, reason = "the key is wiped when this returns")]
    pub fn of(
        endpoint: &str,
        partner_code: &str,
        partner_key: SecretString,
        ledger: &Path,
    ) -> Result<Self, SettingsError> {
        let url = parse_endpoint(endpoint)?;
        let (shown, kind, loopback) = (shown(&url), kind_of(&url), is_loopback(&url));
        let client = client::Options {
            url: with_credentials(url, partner_code, &partner_key),
            loopback,
            proxy: None,
            roots: None,
            timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            connections: 1,
        };
        Ok(Self {
            client,
            shown,
            concurrency: 1,
            rate: None,
            partner_code: partner_code.to_owned(),
            kind,
            ledger: ledger.to_owned(),
            price: None,
        })
    }
}
