//! Verifies Indonesian identities: does this KTP number belong to this name and this phone?
//!
//! The program `idv` is a thin layer over this library. Its ledger is the reason to use it: an intent
//! is on disk before a record is sent, and its answer before you see it. So no record is paid for
//! twice, and no paid answer is lost, even if your process is killed.
//!
//! - [`Verifier`] sends records to the endpoint, one by one or as a stream.
//! - [`Record`] is what it takes, [`Verdict`] what it gives: an [`Outcome`], the provider's [`Answer`],
//!   the [`Charge`](code::Charge), the [`Source`] of the answer.
//! - [`Sandbox`] plays the endpoint on this machine, so that you can try all of it without an account.
//! - [`nik::Nik`] reads a NIK, and [`code::find`] explains a status code, both without a network.
//!
//! ```
//! use idv::{Outcome, Record, Sandbox, Verifier};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = std::env::temp_dir().join(format!("idv-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let file = folder.join("ledger.db");
//! let sandbox = Sandbox::start()?;
//! let builder = Verifier::builder(&sandbox.url()).account("my-code", "my-key").ledger(&file);
//! let verifier = builder.start().await?;
//! let record = Record::new("3310990101909001", "+62 812-3456-7890", "Budi Contoh");
//! for _ in 0..2 {
//!     let verdict = verifier.verify(&record).await;
//!     assert_eq!(verdict.outcome, Outcome::Fail);
//! }
//! assert_eq!(sandbox.charged(), 1); // the second answer came from the ledger
//! verifier.finish().await?;
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok(())
//! # }
//! ```

#![warn(unreachable_pub)]

mod checks;
mod cli;
mod client;
mod commands;
mod crash;
mod exit;
mod input;
mod ledger;
mod model;
mod output;
mod plan;
mod platform;
mod run;
mod sandbox;
mod settings;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser as _;

use crate::cli::Cli;
use crate::exit::Exit;

pub use crate::client::endpoint_url::EndpointError;
pub use crate::ledger::{LedgerError, TeamError};
pub use crate::model::answer::{Answer, Unreadable};
pub use crate::model::explanation::{DoubtReason, Explanation};
pub use crate::model::outcome::{Outcome, Source};
pub use crate::model::problem::{
    IdNumberProblem, Level, NameProblem, PhoneNumberProblem, Problem, RowProblem,
};
pub use crate::model::record::{Field, Record};
pub use crate::model::send_error::{SendError, Trouble};
pub use crate::model::stop_reason::StopReason;
pub use crate::model::verdict::Verdict;
pub use crate::run::{Verdicts, Verified, Verifier, VerifierBuilder, VerifierError};
pub use crate::sandbox::Sandbox;
pub use crate::words::Lang;

/// Reads a NIK: the number of an Indonesian identity card.
pub mod nik {
    pub use crate::checks::nik::{Nik, Sex};
}

/// The documented status codes: what each means and costs.
pub mod code {
    pub use crate::model::code::{CODES, Charge, Class, Code, CodeName, find};
}

/// Runs the program `idv` with these arguments, the first of which is its name, and returns its exit
/// code. To be called once in a process, before anything else: it also keeps core files and panic
/// messages free of the key and of personal data.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    crash::prepare();
    match Cli::try_parse_from(args) {
        Ok(cli) => commands::run(cli.command).into(),
        Err(usage) => {
            // Help goes to stdout, a complaint to stderr; nobody can be told when both are closed.
            let _ = usage.print();
            if usage.use_stderr() { Exit::Usage.into() } else { Exit::Ok.into() }
        }
    }
}

/// Parts that this package's own tests, benches and fuzz targets drive. No stable interface.
#[doc(hidden)]
pub mod internal {
    pub use crate::crash::prepare as prepare_crash;
    pub use crate::settings::{
        EndpointOptions, OriginOptions, PlanSettings, Settings, SettingsError,
    };

    pub mod checks {
        pub use crate::checks::file_signs::FileSigns;
        pub use crate::checks::prepare;
        pub use crate::model::file_sign::FileSign;
    }
    pub mod client {
        pub use crate::client::{Client, Options};
        pub use crate::model::send_error::SendError;
    }
    pub mod input {
        pub use crate::input::{Encoding, Format, InputError, Options, Reader};
    }
    pub mod ledger {
        pub use crate::ledger::{
            Claim, ClaimReply, Kind, Ledger, LedgerError, LookUpParameters, LookUpResult,
            PendingClaim, PendingWrite, Reader, ReuseRules, Run, RunEnd, WriteStatus,
        };
    }
    pub mod model {
        pub use crate::model::answer::{Answer, Unreadable};
        pub use crate::model::code::Charge;
        pub use crate::model::left_out::LeftOut;
        pub use crate::model::outcome::{Outcome, Source};
        pub use crate::model::problem::{
            IdNumberProblem, Level, NameProblem, PhoneNumberProblem, Problem, RowProblem,
        };
        pub use crate::model::record::{Field, Record};
        pub use crate::model::row::Row;
        pub use crate::model::verdict::Verdict;
    }
    pub mod output {
        pub use crate::output::{
            AddedColumns, CardDetails, Layout, Mask, PaceSummary, Sink, Summary, SummaryOrigin,
            TerminalStyle, Totals, WorkbookContents, Writer, card, csv, jsonl, report,
            rows_of_workbook, table, write_line,
        };
    }
    pub mod redaction {
        pub use crate::model::redaction::{mask_digits, mask_name};
    }
    pub mod text {
        pub use crate::model::characters::bare;
        pub use crate::output::text::{escape, message, quoted, shown};
        pub use crate::output::text_layout::{columns, cut, fit, lines, wrap};
    }
    pub mod run {
        pub use crate::model::stop_reason::StopReason;
        pub use crate::run::tally::Tally;
    }
    pub mod words {
        pub use crate::words::{FormatProblem, Lang, NextStep};
    }
    pub mod plan {
        pub use crate::plan::{Plan, Planner};
    }
}
