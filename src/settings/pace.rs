//! How fast a run may be, by the settings.

use crate::cli;
use crate::settings::{SettingSources, SettingsError};

/// Where the number of requests in flight is read from.
pub(crate) const CONCURRENCY: &str = "IDV_CONCURRENCY";
/// Where the number of requests a second is read from.
pub(crate) const RATE: &str = "IDV_RATE";

/// Requests in flight, where nothing else is said.
const DEFAULT_CONCURRENCY: u16 = 8;

impl SettingSources {
    /// Requests in flight at most.
    pub(super) fn concurrency(&self) -> Result<u16, SettingsError> {
        let Some(text) = self.get(CONCURRENCY) else { return Ok(DEFAULT_CONCURRENCY) };
        let wanted = "a number from 1 to 4096";
        cli::in_flight(text).map_err(|_| SettingsError::Number { name: CONCURRENCY, wanted })
    }

    /// Requests a second at most.
    pub(super) fn rate(&self) -> Result<Option<f64>, SettingsError> {
        let Some(text) = self.get(RATE) else { return Ok(None) };
        let wanted = "requests a second, as in 10 or 0.5";
        cli::rate(text).map(Some).map_err(|_| SettingsError::Number { name: RATE, wanted })
    }
}
