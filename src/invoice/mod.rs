//! The provider's invoice beside the ledger: which calls one of them knows and the other doesn't.

mod columns;
mod compare;
mod read;
mod times;

#[cfg(test)]
mod tests;

pub use compare::{Comparison, Difference, Period, Sums, What};
pub use read::{Invoice, InvoiceError};
