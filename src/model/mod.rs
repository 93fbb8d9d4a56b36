//! The values that all rooms share: a record and its row, a problem, an answer and its code, the
//! outcome and the verdict, a price.

pub mod answer;
pub mod code;
pub mod outcome;
pub mod price;
pub mod problem;
pub mod record;
pub mod redaction;
pub mod row;
pub mod verdict;
