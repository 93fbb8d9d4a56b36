//! Rows from a workbook.

pub mod xlsx;
