//! Which column of an invoice holds the sequence ids, and which the times: by name, else by shape.

use csv::StringRecord;

use crate::ledger::reconcile::times::TimeParser;
use crate::model::record::plain_header;

/// The names of a column of sequence ids, the surest first, as `plain_header` leaves them.
const ID_NAMES: [&str; 10] = [
    "sequenceid",
    "sequenceno",
    "sequencenumber",
    "sequence",
    "seqid",
    "requestid",
    "transactionid",
    "trxid",
    "callid",
    "id",
];

/// What the name of a column of times holds.
const TIME_NAMES: [&str; 6] = ["time", "date", "waktu", "tanggal", "jam", "createdat"];

/// So many of a hundred filled cells must look alike for a column to be told by its shape.
const SHARE: usize = 80;

/// The columns of an invoice, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Columns {
    /// Whether the first record names the columns.
    pub header: bool,
    /// The sequence ids.
    pub id: usize,
    /// The times.
    pub time: Option<usize>,
}

/// Finds the columns from the first records.
pub(crate) fn find(sample: &[StringRecord], times: &TimeParser) -> Option<Columns> {
    let first = sample.first()?;
    let header = !first.iter().any(is_id);
    let rows = if header { &sample[1..] } else { sample };
    let names: Vec<String> = if header { first.iter().map(plain_header).collect() } else { vec![] };
    let named = |name: &str| names.iter().position(|column| column == name);
    let id = ID_NAMES.iter().find_map(|name| named(name)).or_else(|| shaped(rows, is_id))?;
    let mut times = times.clone();
    let mut is_time = |cell: &str| times.read(cell).is_some();
    let called = |at: usize| TIME_NAMES.iter().any(|name| names[at].contains(name));
    let by_name = (0..names.len()).filter(|at| *at != id && called(*at));
    let time = by_name.clone().find(|at| share(rows, *at, &mut is_time) >= SHARE);
    let time = time.or_else(|| shaped(rows, &mut is_time).filter(|at| *at != id));
    Some(Columns { header, id, time })
}

/// An id as the provider gives them: long, of letters and digits. A NIK or a phone is none.
fn is_id(cell: &str) -> bool {
    let cell = cell.trim();
    let sign = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'*');
    let letters = cell.bytes().any(|byte| byte.is_ascii_alphabetic());
    let digits = cell.bytes().any(|byte| byte.is_ascii_digit());
    cell.len() <= 64
        && cell.bytes().all(sign)
        && digits
        && cell.len() >= if letters { 16 } else { 20 }
}

/// The column that looks most like it.
fn shaped(rows: &[StringRecord], mut fits: impl FnMut(&str) -> bool) -> Option<usize> {
    let width = rows.iter().map(StringRecord::len).max()?;
    let shares = (0..width).map(|at| (share(rows, at, &mut fits), at));
    // Of equals the first counts.
    shares
        .rev()
        .max_by_key(|(share, _)| *share)
        .filter(|(share, _)| *share >= SHARE)
        .map(|(_, at)| at)
}

/// How many of a hundred filled cells of a column fit.
fn share(rows: &[StringRecord], at: usize, mut fits: impl FnMut(&str) -> bool) -> usize {
    let filled = rows.iter().filter_map(|row| row.get(at)).filter(|cell| !cell.trim().is_empty());
    let (mut cells, mut fit) = (0, 0_usize);
    for cell in filled {
        cells += 1;
        fit += usize::from(fits(cell));
    }
    (fit * 100_usize).checked_div(cells).unwrap_or_default()
}
