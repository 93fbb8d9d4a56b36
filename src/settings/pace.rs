//! Reads the limits of a run's speed from the settings.

use crate::model::limits::{MaxInFlight, parse_rate};
use crate::settings::variables::{CONCURRENCY, RATE};
use crate::settings::{SettingSources, SettingsError};

impl SettingSources {
    /// Reads the requests in flight at most.
    pub(super) fn concurrency(&self) -> Result<MaxInFlight, SettingsError> {
        let Some(text) = self.get(CONCURRENCY) else { return Ok(MaxInFlight::Auto) };
        let wanted = "auto, or a number from 1 to 4096";
        text.parse().map_err(|_| SettingsError::Number { name: CONCURRENCY, wanted })
    }

    /// Reads the requests a second at most.
    pub(super) fn rate(&self) -> Result<Option<f64>, SettingsError> {
        let Some(text) = self.get(RATE) else { return Ok(None) };
        let wanted = "requests a second, as in 10 or 0.5";
        parse_rate(text).map(Some).map_err(|_| SettingsError::Number { name: RATE, wanted })
    }
}
