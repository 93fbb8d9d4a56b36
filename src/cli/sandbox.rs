//! The flags of `idv sandbox`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::cli::values::{
    Burst, FailKind, burst, duration, fail_kind, lang, outage, port, share, whole,
};
use crate::model::limits::parse_rate;
use crate::platform::ShellSyntax;
use crate::words::Lang;

/// The text after the flags' help, with commands for the shell in use.
pub(super) fn after_help() -> String {
    let credentials = [("IDV_PARTNER_CODE", "demo"), ("IDV_PARTNER_KEY", "demo")];
    format!(
        "\
Examples:
  idv sandbox --port 8080 --latency 50ms
  idv sandbox --fail-rate 0.05 --seed 7 --charges charges.tsv

Then, in another terminal (any credentials will do):
  {}
  idv batch applicants.csv --endpoint http://127.0.0.1:8080/",
        ShellSyntax::current().set_variables(&credentials)
    )
}

/// The shape in which the sandbox answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dialect {
    /// As in the provider's guide
    Guide,
    /// An older version: a reason in words
    Reason,
    /// A detailed version: with further_info
    Detailed,
}

/// `idv sandbox`.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// The port on 127.0.0.1; 0 takes a free one
    #[arg(long, default_value_t = 0, value_parser = port)]
    pub port: u16,
    /// Wait so long before each answer; a refusal beyond a limit comes at once
    #[arg(long, value_name = "TIME", default_value = "0ms", value_parser = duration)]
    pub latency: Duration,
    /// Let that wait vary by this share, up and down
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub jitter: f64,
    /// Answer 302 to more than N requests in the last second
    #[arg(long, value_name = "N", value_parser = whole::<u32>)]
    pub rate_limit: Option<u32>,
    /// Answer 302 to more than N requests in this second of the clock
    #[arg(long, value_name = "N", value_parser = whole::<u32>)]
    pub window: Option<u32>,
    /// Answer 600 to more than N requests at once
    #[arg(long, value_name = "N", value_parser = whole::<u32>)]
    pub max_in_flight: Option<u32>,
    /// Answer N requests a second and let the others wait
    #[arg(long, value_name = "N", value_parser = parse_rate)]
    pub queue: Option<f64>,
    /// Answer 305 after N charges
    #[arg(long, value_name = "N", value_parser = whole::<u64>)]
    pub daily_limit: Option<u64>,
    /// Let this share of all requests meet a fault, from 0 to 1
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub fail_rate: f64,
    /// What goes wrong then: a code, close (no answer), or mixed (11350, 600, 302, closed or HTTP
    /// 500); without it, one of the faults of the test values
    #[arg(long, value_name = "CODE|close|mixed", value_parser = fail_kind)]
    pub fail_kind: Option<FailKind>,
    /// Let a further share of requests meet a fault now and then: 10s:1s:0.6 is 60% in the first
    /// second of each ten
    #[arg(long, value_name = "EVERY:LENGTH:SHARE", value_parser = burst)]
    pub burst: Option<Burst>,
    /// Answer 600 to all between these moments after the first request, as in 10s:20s
    #[arg(long, value_name = "FROM:TO", value_parser = outage)]
    pub outage: Option<(Duration, Duration)>,
    /// Makes the faults come out the same each time
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<u64>)]
    pub seed: u64,
    /// Close the first N connections on accept
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<u64>)]
    pub drop_connections: u64,
    /// The shape of the answers
    #[arg(long, value_enum, default_value = "guide")]
    pub dialect: Dialect,
    /// Append one line a charge to FILE: sequence_id, tab, SHA-256 of the body
    #[arg(long, value_name = "FILE")]
    pub charges: Option<PathBuf>,
    /// Accept only IDV_PARTNER_CODE and IDV_PARTNER_KEY of this environment
    #[arg(long)]
    pub check_partner: bool,
    /// The language for people: id or en; by default that of IDV_LANG or of the system
    #[arg(long, value_name = "LANG", value_parser = lang)]
    pub lang: Option<Lang>,
}
