//! The names of the variables that hold settings.

/// Variable of the endpoint's URL.
pub(crate) const ENDPOINT: &str = "IDV_ENDPOINT";
/// Variable of the partner code.
pub(crate) const PARTNER_CODE: &str = "IDV_PARTNER_CODE";
/// Variable of the partner key.
pub(crate) const PARTNER_KEY: &str = "IDV_PARTNER_KEY";
/// Variable of the file that holds the partner key.
pub(crate) const PARTNER_KEY_FILE: &str = "IDV_PARTNER_KEY_FILE";
/// Variable of the command that prints the partner key.
pub(crate) const PARTNER_KEY_COMMAND: &str = "IDV_PARTNER_KEY_COMMAND";
/// Variable of the ledger's file.
pub(crate) const LEDGER: &str = "IDV_LEDGER";
/// Variable of the price of a call.
pub(crate) const PRICE: &str = "IDV_PRICE";
/// Variable of the language for people.
pub(crate) const LANG: &str = "IDV_LANG";
/// Variable of the operator.
pub(crate) const OPERATOR: &str = "IDV_OPERATOR";
/// Variable of the purpose.
pub(crate) const PURPOSE: &str = "IDV_PURPOSE";
/// Variable that makes a purpose required.
pub(crate) const REQUIRE_PURPOSE: &str = "IDV_REQUIRE_PURPOSE";
/// Variable of the requests in flight.
pub(crate) const CONCURRENCY: &str = "IDV_CONCURRENCY";
/// Variable of the requests a second.
pub(crate) const RATE: &str = "IDV_RATE";
/// Variable of the age at which a run purges calls.
pub(crate) const RETENTION: &str = "IDV_RETENTION";
