//! Makes a plan: reads the input to its end, checks each row and looks it up in the ledger. It
//! never creates a ledger.

use crate::commands::options::FileOptions;
use crate::input::{self, DetectedFormat, InputError};
use crate::ledger::{Kind, LedgerError, LedgerPlace, LookUpParameters, Reader, ReuseRules};
use crate::model::price::Price;
use crate::model::problem::Level;
use crate::model::row::Row;
use crate::model::shard::Shard;
use crate::output::{Consultation, PlanView};
use crate::plan::{Plan, Planner};

/// The ledger that a plan consults, if there is one and the partner code is known.
pub(crate) struct PlanLedger {
    /// Where the ledger is.
    pub ledger: LedgerPlace,
    /// Whether it is consulted.
    pub consulted: Consultation,
    look_up: Option<(Reader, LookUpParameters)>,
}

/// The reason why there is no plan.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlanError {
    /// The input can't be read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The ledger can't be read.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The rows can't be written.
    #[error("the rows can't be written: {0}")]
    Output(#[from] std::io::Error),
}

impl PlanError {
    /// Returns the error of the ledger, if it is one.
    pub(crate) fn ledger(&self) -> Option<&LedgerError> {
        match self {
            Self::Ledger(error) => Some(error),
            _ => None,
        }
    }
}

impl PlanLedger {
    /// Opens the ledger for reading. Without a partner code no record has a key to look up.
    pub(crate) fn open(
        ledger: LedgerPlace,
        kind: Kind,
        partner_code: Option<&str>,
        reuse: ReuseRules,
    ) -> Result<Self, LedgerError> {
        let Some(partner_code) = partner_code else {
            return Ok(Self { ledger, consulted: Consultation::NoPartnerCode, look_up: None });
        };
        match ledger.read(Some(kind)) {
            Ok(reader) => {
                let parameters = reader.look_up_parameters(kind, partner_code, reuse);
                Ok(Self {
                    ledger,
                    consulted: Consultation::Done,
                    look_up: Some((reader, parameters)),
                })
            }
            Err(LedgerError::Missing(_)) => {
                Ok(Self { ledger, consulted: Consultation::NoLedgerYet, look_up: None })
            }
            Err(error) => Err(error),
        }
    }

    /// Makes the plan of the shard. `show` gets each checked row, and whether it would be held.
    pub(crate) fn plan(
        &mut self,
        rows: input::Reader,
        hold: Level,
        shard: Option<Shard>,
        mut show: impl FnMut(&Row, bool) -> std::io::Result<()>,
    ) -> Result<Plan, PlanError> {
        let left_out = rows.left_out();
        let is_file = rows.stamp().is_some();
        let planner = Planner::new(hold, shard, self.look_up.take())?;
        let mut planner = if is_file { planner.with_signs_of_fraud() } else { planner };
        for row in rows {
            let mut row = row?;
            if let Some(held) = planner.take(&mut row) {
                show(&row, held)?;
            }
        }
        let plan = Plan { left_out: left_out.get(), ..planner.finish()? };
        let empty = self.consulted == Consultation::NoLedgerYet;
        Ok(if empty { plan.with_empty_ledger() } else { plan })
    }
}

/// A file that was read to its end, with its plan.
pub(crate) struct PlannedFile<'a> {
    /// The file, and which of its records are sent.
    pub source: &'a FileOptions,
    /// The plan.
    pub plan: Plan,
    /// What the file was taken for.
    pub detected: DetectedFormat,
    /// The ledger that was consulted.
    pub ledger: PlanLedger,
    /// The price of a call, if it is known.
    pub price: Option<Price>,
}

impl PlannedFile<'_> {
    /// What is shown of the plan.
    pub(crate) fn view(&self) -> PlanView<'_> {
        PlanView {
            plan: &self.plan,
            file: self.source.file.display().to_string(),
            detected: &self.detected,
            ledger: self.ledger.ledger.to_string(),
            consulted: self.ledger.consulted,
            price: self.price,
            max_charges: self.source.max_charges,
            lang: self.source.messages.lang,
        }
    }
}
