//! The provider's invoice beside the ledger: which calls one of them knows and the other doesn't.

mod columns;
mod compare;
mod read;
mod times;

#[cfg(test)]
mod tests;

pub(crate) use crate::ledger::reconcile::compare::{
    Comparison, Difference, DifferenceKind, Period, Sums,
};
pub(crate) use crate::ledger::reconcile::read::Invoice;
