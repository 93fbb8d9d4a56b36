//! Making a plan: reads the input to its end, checks each row, asks the ledger, and makes none.

use std::path::PathBuf;

use crate::cli::{InputArgs, LedgerArgs, Suspect, Unknown};
use crate::input::{self, InputError, Options};
use crate::ledger::{Kind, LedgerError, LookUpParameters, Reader, ReuseRules};
use crate::model::problem::Level;
use crate::model::row::Row;
use crate::output::Consulted;
use crate::plan::{Plan, Planner};

/// What is known of the past: a ledger, if there is one and it may be asked.
pub(crate) struct Past {
    /// The ledger's file.
    pub ledger: PathBuf,
    /// Whether it can be asked.
    pub consulted: Consulted,
    known: Option<(Reader, LookUpParameters)>,
}

/// Why no plan came about.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    /// The input can't be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The ledger can't be asked.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The rows can't be written.
    #[error("the rows can't be written: {0}")]
    Output(#[from] std::io::Error),
}

impl Past {
    /// Opens the ledger for reading, where there is one and it is known whose answers count.
    pub(crate) fn open(
        ledger: PathBuf,
        kind: Kind,
        partner_code: Option<&str>,
        options: ReuseRules,
    ) -> Result<Self, LedgerError> {
        let Some(partner_code) = partner_code else {
            return Ok(Self { ledger, consulted: Consulted::NoPartnerCode, known: None });
        };
        match Reader::open(&ledger, Some(kind)) {
            Ok(reader) => {
                let look_up = reader.look_up_parameters(kind, partner_code, options);
                Ok(Self { ledger, consulted: Consulted::Yes, known: Some((reader, look_up)) })
            }
            Err(LedgerError::Missing(_)) => {
                Ok(Self { ledger, consulted: Consulted::NotYet, known: None })
            }
            Err(error) => Err(error),
        }
    }

    /// Makes the plan, and shows each row that was checked with whether it would be held.
    pub(crate) fn plan(
        &mut self,
        rows: input::Reader,
        hold: Level,
        mut show: impl FnMut(&Row, bool) -> std::io::Result<()>,
    ) -> Result<Plan, PlanError> {
        let mut planner = Planner::new(hold, self.known.take())?;
        for row in rows {
            let mut row = row?;
            let held = planner.take(&mut row);
            show(&row, held)?;
        }
        let plan = planner.finish()?;
        // Where there is no ledger yet, it knows of nothing.
        let empty = self.consulted == Consulted::NotYet;
        Ok(if empty { plan.with_empty_ledger() } else { plan })
    }
}

/// How the flags say that the input is read.
pub(crate) fn options(args: &InputArgs) -> Options {
    Options {
        delimiter: args.delimiter,
        map: args.map.clone(),
        no_header: args.no_header,
        encoding: args.encoding,
        format: args.input_format.0,
        sheet: args.sheet.clone(),
    }
}

/// What a run holds.
pub(crate) const fn hold(suspect: Suspect) -> Level {
    match suspect {
        Suspect::Hold => Level::Suspect,
        Suspect::Send => Level::Malformed,
    }
}

/// On which terms a run that began now would ask.
pub(crate) fn claim_options(args: &LedgerArgs) -> ReuseRules {
    let fresh_since = if args.fresh { Some(jiff::Timestamp::now()) } else { args.max_age };
    ReuseRules { fresh_since, resend_unknown: args.unknown == Unknown::Resend }
}
