//! The settings of a plan: what it has to know of a run that it does not make.

use std::path::PathBuf;

use crate::client::endpoint_url;
use crate::ledger::Kind;
use crate::model::price::Price;
use crate::settings::{
    ENDPOINT, EndpointOptions, PARTNER_CODE, SANDBOX_CODE, SettingSources, SettingsError,
};

/// What a plan has to know: neither endpoint nor key need be set.
#[derive(Debug)]
pub struct PlanSettings {
    /// Whose calls they would be; without it no record is known.
    pub partner_code: Option<String>,
    /// What is behind the endpoint.
    pub kind: Kind,
    /// The file that remembers the calls, if there is one yet.
    pub ledger: PathBuf,
    /// What one call costs, where that is known.
    pub price: Option<Price>,
}

impl PlanSettings {
    /// Resolves what flags, files and environment say. Without an endpoint the run would be live.
    pub fn resolve(options: &EndpointOptions) -> Result<Self, SettingsError> {
        let sources = SettingSources::read(options.env_file.as_deref())?;
        let ledger = options.ledger.as_deref();
        let price = sources.price()?;
        if options.sandbox {
            let ledger = sources.ledger(ledger, true, Kind::Sandbox)?;
            let partner_code = Some(SANDBOX_CODE.to_owned());
            return Ok(Self { partner_code, kind: Kind::Sandbox, ledger, price });
        }
        let endpoint = options.endpoint.as_deref();
        let endpoint =
            endpoint.or_else(|| sources.get(ENDPOINT)).map(endpoint_url::parse).transpose()?;
        let loopback = endpoint.as_ref().is_some_and(endpoint_url::is_loopback);
        let kind = Kind::of_endpoint(loopback);
        let ledger = sources.ledger(ledger, false, kind)?;
        let partner_code = sources.get(PARTNER_CODE).map(str::to_owned);
        Ok(Self { partner_code, kind, ledger, price })
    }
}
