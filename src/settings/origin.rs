//! The origin of a run: its operator, reference and purpose, from flags, settings and the system.

use crate::ledger::RunOrigin;
use crate::model::limits::check_text;
use crate::platform;
use crate::settings::variables::{OPERATOR, PURPOSE, REQUIRE_PURPOSE};
use crate::settings::{SettingSources, SettingsError};

/// What the command line says about the origin of a run.
#[derive(Debug, Clone, Default)]
pub struct OriginOptions {
    /// Who runs it.
    pub operator: Option<String>,
    /// The user's own reference.
    pub reference: Option<String>,
    /// Why the records are checked.
    pub purpose: Option<String>,
}

/// Resolves the origin of a command that sends nothing, such as `ledger forget`.
pub(crate) fn origin(options: &OriginOptions) -> Result<RunOrigin, SettingsError> {
    SettingSources::read(None)?.origin(options)
}

impl SettingSources {
    /// Resolves the origin of a run. Its command and arguments are still empty.
    pub(super) fn origin(&self, options: &OriginOptions) -> Result<RunOrigin, SettingsError> {
        let operator = self.text(options.operator.as_ref(), OPERATOR)?;
        let purpose = self.text(options.purpose.as_ref(), PURPOSE)?;
        let required = self.get(REQUIRE_PURPOSE).is_some_and(|value| value.trim() != "0");
        if required && purpose.is_none() {
            return Err(SettingsError::NoPurpose);
        }
        Ok(RunOrigin {
            operator: operator.or_else(|| from_system(platform::user_name())),
            host: from_system(platform::host_name()),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            reference: options.reference.clone(),
            purpose,
            ..RunOrigin::default()
        })
    }

    fn text(
        &self,
        flag: Option<&String>,
        name: &'static str,
    ) -> Result<Option<String>, SettingsError> {
        let Some(text) = flag.map(String::as_str).or_else(|| self.get(name)) else {
            return Ok(None);
        };
        check_text(text).map_err(|why| SettingsError::Text { name, why })?;
        Ok(Some(text.to_owned()))
    }
}

/// Keeps a name that the system gives, if it can be kept.
fn from_system(name: Option<String>) -> Option<String> {
    name.filter(|name| check_text(name).is_ok())
}
