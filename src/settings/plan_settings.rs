//! The settings of a plan. Neither an endpoint nor a key is required, since nothing is sent.

use crate::client::endpoint_url;
use crate::ledger::{Kind, LedgerPlace};
use crate::model::price::Price;
use crate::settings::{
    ENDPOINT, EndpointOptions, PARTNER_CODE, SANDBOX_PARTNER_CODE, SettingSources, SettingsError,
};

/// The settings of a plan.
#[derive(Debug)]
pub struct PlanSettings {
    /// Partner code. Without it no record can be looked up in the ledger.
    pub partner_code: Option<String>,
    /// Live or sandbox.
    pub kind: Kind,
    /// Where the ledger is. Its file may not exist yet.
    pub(crate) ledger: LedgerPlace,
    /// The price of a call, if it is known.
    pub price: Option<Price>,
}

impl PlanSettings {
    /// Resolves command line, settings files and environment. Without an endpoint the kind is live.
    pub fn resolve(options: &EndpointOptions) -> Result<Self, SettingsError> {
        let sources = SettingSources::read(options.env_file.as_deref())?;
        let ledger = options.ledger.as_deref();
        let price = sources.price()?;
        if options.sandbox {
            let ledger = sources.ledger(ledger, true, Kind::Sandbox)?;
            let partner_code = Some(SANDBOX_PARTNER_CODE.to_owned());
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
