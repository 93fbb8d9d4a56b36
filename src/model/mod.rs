//! The values that all rooms share: a record and its row, a problem, a sign of a file, an answer and
//! its code, the outcome and the verdict, why there is no answer, a warning, a price, a shard, the limits of a run, the characters that
//! nobody sees.

pub(crate) mod answer;
pub(crate) mod characters;
pub(crate) mod code;
pub(crate) mod explanation;
pub(crate) mod field_match;
pub(crate) mod file_sign;
pub(crate) mod left_out;
pub(crate) mod limits;
pub(crate) mod outcome;
pub(crate) mod price;
pub(crate) mod problem;
pub(crate) mod record;
pub(crate) mod redaction;
pub(crate) mod row;
pub(crate) mod send_error;
pub(crate) mod shard;
pub(crate) mod stop_reason;
pub(crate) mod verdict;
pub(crate) mod warning;
