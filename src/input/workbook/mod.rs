//! Rows from a workbook.

pub(crate) mod xlsx;
