//! How fast a run may be, by the settings.

use crate::cli::{self, InFlight};
use crate::settings::{SettingSources, SettingsError};

/// Where the number of requests in flight is read from.
pub(crate) const CONCURRENCY: &str = "IDV_CONCURRENCY";
/// Where the number of requests a second is read from.
pub(crate) const RATE: &str = "IDV_RATE";

impl SettingSources {
    /// Requests in flight: as many as pay, by default.
    pub(super) fn concurrency(&self) -> Result<InFlight, SettingsError> {
        let Some(text) = self.get(CONCURRENCY) else { return Ok(InFlight::Auto) };
        let wanted = "auto, or a number from 1 to 4096";
        cli::in_flight(text).map_err(|_| SettingsError::Number { name: CONCURRENCY, wanted })
    }

    /// Requests a second at most.
    pub(super) fn rate(&self) -> Result<Option<f64>, SettingsError> {
        let Some(text) = self.get(RATE) else { return Ok(None) };
        let wanted = "requests a second, as in 10 or 0.5";
        cli::rate(text).map(Some).map_err(|_| SettingsError::Number { name: RATE, wanted })
    }
}
