//! Resolves the language for people: the flag, `IDV_LANG`, the locale, or English.

use crate::platform;
use crate::settings::{LANG, SettingSources, SettingsError};
use crate::words::Lang;

/// Resolves the language. Settings files that can't be read are left to the command, which says so.
pub(crate) fn lang(flag: Option<Lang>) -> Result<Lang, SettingsError> {
    if let Some(lang) = flag {
        return Ok(lang);
    }
    let sources = SettingSources::read(None).ok();
    match sources.as_ref().and_then(|sources| sources.get(LANG)) {
        Some(name) => Lang::of_name(name.trim())
            .ok_or(SettingsError::Number { name: LANG, wanted: "id or en" }),
        None => Ok(platform::locale().map_or(Lang::En, |locale| Lang::of_locale(&locale))),
    }
}
