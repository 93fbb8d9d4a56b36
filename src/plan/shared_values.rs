//! Signs of fraud in a file: one phone number at three or more identity numbers, and one identity number
//! with several names, or with three or more phone numbers. It takes at most 32 bytes a row.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::model::problem::{IdNumberProblem, PhoneNumberProblem, Problem};
use crate::model::record::Field;
use crate::model::row::Row;
use crate::plan::problems::ProblemCount;
use crate::plan::{NAMED, RowPosition};

/// Identity numbers of one phone, and phones of one identity number, from which on it is a sign.
const MANY: usize = 3;

/// Entries of one run. A single growing list would need twice the memory while it grows.
const RUN: usize = 1 << 18;

/// The values of one row. The high bits hold a value, the low bits a part of the row's place:
/// 54 bits for the identity number, 40 for the phone and 40 for the hash of the name; 10 and 24 for the
/// row's number, 24 for the lines by which its line is ahead of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    id_number: u64,
    phone: u64,
    name: u64,
}

impl Entry {
    fn new(row: &Row) -> Option<Self> {
        let id_number = digits(row.record.get(Field::IdNumber), 16..=16)?;
        let phone = digits(row.record.get(Field::PhoneNumber), 10..=13)?;
        let ahead = row.line.saturating_sub(row.number).min((1 << 24) - 1);
        Some(Self {
            id_number: id_number << 10 | (row.number >> 24 & 0x3ff),
            phone: phone << 24 | (row.number & 0xff_ffff),
            name: hash_of_name(row.record.get(Field::Name)) >> 24 << 24 | ahead,
        })
    }

    const fn id_number(self) -> u64 {
        self.id_number >> 10
    }

    const fn phone(self) -> u64 {
        self.phone >> 24
    }

    const fn name(self) -> u64 {
        self.name >> 24
    }

    const fn row(self) -> u64 {
        (self.id_number & 0x3ff) << 24 | (self.phone & 0xff_ffff)
    }

    /// The row's number, and above it the lines by which its line is ahead.
    const fn place(self) -> u64 {
        (self.name & 0xff_ffff) << 34 | self.row()
    }
}

/// A number of so many digits, of which there are at least eight.
fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u64> {
    let bytes = text.as_bytes();
    let (first, rest) = bytes.split_first_chunk().filter(|_| lengths.contains(&bytes.len()))?;
    let mut number = eight_digits(*first)?;
    let (pairs, single) = rest.as_chunks();
    for eight in pairs {
        number = number * 100_000_000 + eight_digits(*eight)?;
    }
    single.iter().try_fold(number, |number, byte| {
        byte.is_ascii_digit().then(|| number * 10 + u64::from(byte - b'0'))
    })
}

/// The high halves of eight digits.
const DIGITS: u64 = 0x3030_3030_3030_3030;

/// The number of eight digits, all of them at once: pairs of digits, then pairs of these, then both.
fn eight_digits(digits: [u8; 8]) -> Option<u64> {
    let number = u64::from_le_bytes(digits);
    let high = |number: u64| number & 0xf0f0_f0f0_f0f0_f0f0;
    // Six more than nine has another high half.
    if high(number) != DIGITS || high(number.wrapping_add(0x0606_0606_0606_0606)) != DIGITS {
        return None;
    }
    let number = (number & 0x0f0f_0f0f_0f0f_0f0f).wrapping_mul(2561) >> 8;
    let number = (number & 0x00ff_00ff_00ff_00ff).wrapping_mul(6_553_601) >> 16;
    Some((number & 0x0000_ffff_0000_ffff).wrapping_mul(42_949_672_960_001) >> 32)
}

/// A hash of the letters of a name, whatever their case.
fn hash_of_name(name: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    if name.is_ascii() {
        name.bytes().filter(u8::is_ascii_alphabetic).for_each(|byte| add(byte | 0x20));
    } else {
        let letters = name.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase);
        letters.for_each(|c| u32::from(c).to_le_bytes().into_iter().for_each(&mut add));
    }
    mixed(hash)
}

const fn mixed(value: u64) -> u64 {
    let value = (value ^ value >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (value ^ value >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// The values of the rows so far.
#[derive(Debug, Default)]
pub(crate) struct SharedValues {
    runs: Vec<Vec<Entry>>,
    rows: u64,
}

/// The rows with a sign of fraud, two bits a row. The bits are by the row's number.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SharedRows {
    phone: Vec<u64>,
    id_number: Vec<u64>,
}

impl SharedRows {
    /// Whether no row has a sign.
    pub(crate) fn is_empty(&self) -> bool {
        self.phone.is_empty() && self.id_number.is_empty()
    }

    /// The signs of a row.
    pub(crate) fn problems(&self, row: u64) -> impl Iterator<Item = Problem> {
        let phone = has(&self.phone, row).then(|| PhoneNumberProblem::Shared.into());
        let id_number = has(&self.id_number, row).then(|| IdNumberProblem::Shared.into());
        [phone, id_number].into_iter().flatten()
    }
}

fn has(bits: &[u64], row: u64) -> bool {
    let word = usize::try_from(row / 64).ok().and_then(|at| bits.get(at));
    word.is_some_and(|word| word >> (row % 64) & 1 == 1)
}

impl SharedValues {
    /// Adds a checked row.
    pub(crate) fn add(&mut self, row: &Row) {
        self.rows = self.rows.max(row.number);
        // The cells of a damaged row may be in the wrong columns.
        let Some(entry) = (if row.is_held() { None } else { Entry::new(row) }) else { return };
        match self.runs.last_mut() {
            Some(run) if run.len() < RUN => run.push(entry),
            _ => {
                let mut run = Vec::with_capacity(RUN);
                run.push(entry);
                self.runs.push(run);
            }
        }
    }

    /// Finds the rows with a sign, and counts them.
    pub(crate) fn find(mut self) -> (SharedRows, Vec<ProblemCount>) {
        self.keep_repeated();
        let mut phone = Marks::new(self.rows);
        self.groups(Entry::phone, Entry::id_number, |group| {
            if group.id_numbers.count >= MANY {
                phone.add(&group.places);
            }
        });
        let mut id_number = Marks::new(self.rows);
        self.groups(Entry::id_number, Entry::name, |group| {
            if group.names.count >= 2 || group.phones.count >= MANY {
                id_number.add(&group.places);
            }
        });
        let (phone, phones) = phone.end(PhoneNumberProblem::Shared.into());
        let (id_number, id_numbers) = id_number.end(IdNumberProblem::Shared.into());
        let counts = phones.into_iter().chain(id_numbers).collect();
        (SharedRows { phone, id_number }, counts)
    }

    /// Drops the rows whose phone and identity number both occur once, as those of most rows do.
    fn keep_repeated(&mut self) {
        let entries: usize = self.runs.iter().map(Vec::len).sum();
        let (mut phones, mut id_numbers) = (Repeated::new(entries), Repeated::new(entries));
        for entry in self.runs.iter().flatten() {
            phones.add(entry.phone());
            id_numbers.add(entry.id_number());
        }
        for run in &mut self.runs {
            run.retain(|entry| phones.has(entry.phone()) || id_numbers.has(entry.id_number()));
        }
    }

    /// Hands on the rows that share a value, in the order of another one.
    fn groups(
        &mut self,
        value: impl Fn(Entry) -> u64,
        order: impl Fn(Entry) -> u64,
        mut take: impl FnMut(&Group),
    ) {
        let key = |entry: &Entry| (value(*entry), order(*entry), entry.row());
        let mut heads = BinaryHeap::new();
        for (at, run) in self.runs.iter_mut().enumerate() {
            run.sort_unstable_by_key(key);
            heads.extend(run.first().map(|entry| Reverse((key(entry), at, 0))));
        }
        let (mut group, mut shared) = (Group::default(), None);
        while let Some(Reverse((_, run, at))) = heads.pop() {
            let entry = self.runs[run][at];
            let next = self.runs[run].get(at + 1);
            heads.extend(next.map(|next| Reverse((key(next), run, at + 1))));
            if shared != Some(value(entry)) {
                take(&group);
                group.clear();
                shared = Some(value(entry));
            }
            group.add(entry);
        }
        take(&group);
    }
}

/// Rows that share a value.
#[derive(Default)]
struct Group {
    places: Vec<u64>,
    id_numbers: Distinct,
    phones: Distinct,
    names: Distinct,
}

impl Group {
    fn clear(&mut self) {
        self.places.clear();
        for values in [&mut self.id_numbers, &mut self.phones, &mut self.names] {
            values.count = 0;
        }
    }

    fn add(&mut self, entry: Entry) {
        self.places.push(entry.place());
        self.id_numbers.add(entry.id_number());
        self.phones.add(entry.phone());
        self.names.add(entry.name());
    }
}

/// Counts different values, up to the number that matters.
#[derive(Default)]
struct Distinct {
    seen: [u64; MANY],
    count: usize,
}

impl Distinct {
    fn add(&mut self, value: u64) {
        if self.count < MANY && !self.seen[..self.count].contains(&value) {
            self.seen[self.count] = value;
            self.count += 1;
        }
    }
}

/// Tells which values may occur twice, in two bytes a value: a value that occurs twice is always told.
struct Repeated {
    once: Vec<u64>,
    twice: Vec<u64>,
    mask: u64,
}

impl Repeated {
    fn new(values: usize) -> Self {
        // At most 8 bits a value in each.
        let bits = (values.next_power_of_two() * 4).max(64);
        let words = vec![0; bits / 64];
        Self { once: words.clone(), twice: words, mask: bits as u64 - 1 }
    }

    fn place(&self, value: u64) -> (usize, u64) {
        let bit = mixed(value) & self.mask;
        (usize::try_from(bit / 64).unwrap_or_default(), 1 << (bit % 64))
    }

    fn add(&mut self, value: u64) {
        let (word, bit) = self.place(value);
        self.twice[word] |= self.once[word] & bit;
        self.once[word] |= bit;
    }

    fn has(&self, value: u64) -> bool {
        let (word, bit) = self.place(value);
        self.twice[word] & bit != 0
    }
}

/// The rows with one sign.
struct Marks {
    bits: Vec<u64>,
    most: u64,
    count: u64,
    first: Vec<RowPosition>,
}

impl Marks {
    fn new(rows: u64) -> Self {
        Self { bits: Vec::new(), most: rows, count: 0, first: Vec::new() }
    }

    fn add(&mut self, places: &[u64]) {
        if self.bits.is_empty() {
            self.bits = vec![0; usize::try_from(self.most / 64 + 1).unwrap_or_default()];
        }
        for place in places {
            let row = place & ((1 << 34) - 1);
            if let Some(word) = usize::try_from(row / 64).ok().and_then(|at| self.bits.get_mut(at))
            {
                *word |= 1 << (row % 64);
            }
            self.count += 1;
            let at = self.first.partition_point(|place| place.row < row);
            if at < NAMED {
                self.first.insert(at, RowPosition { row, line: row + (place >> 34) });
                self.first.truncate(NAMED);
            }
        }
    }

    fn end(self, problem: Problem) -> (Vec<u64>, Option<ProblemCount>) {
        let Self { bits, count, first, .. } = self;
        (bits, (count > 0).then_some(ProblemCount { problem, rows: count, first }))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::model::record::Record;

    fn row(number: u64, id: u64, phone: u64, name: &str) -> Row {
        let record =
            Record::new(&format!("331099010190{id:04}"), &format!("08123456{phone:04}"), name);
        let (columns, cells): (Arc<[String]>, _) = (Arc::new([]), csv::StringRecord::new());
        Row { number, line: number + 1, columns, cells, record, problems: Vec::new() }
    }

    type Codes = Vec<Vec<&'static str>>;

    fn codes(rows: &[(u64, u64, &str)]) -> Codes {
        let mut values = SharedValues::default();
        for (number, (id, phone, name)) in (1..).zip(rows) {
            values.add(&row(number, *id, *phone, name));
        }
        let (shared, _) = values.find();
        let of = |number| shared.problems(number).map(|problem| problem.code()).collect();
        (1..=rows.len() as u64).map(of).collect()
    }

    #[test]
    fn digits_are_read_eight_at_once() {
        for text in
            ["3310990101900001", "0812345678", "08123456789", "9999999999999999", "0000000000"]
        {
            assert_eq!(digits(text, 10..=16), text.parse().ok(), "{text}");
        }
        for at in 0..16 {
            for byte in ['/', ':', 'a', ' ', '\0', '@', '\u{7f}'] {
                let mut text: Vec<_> = "3310990101900001".chars().collect();
                text[at] = byte;
                assert_eq!(digits(&text.iter().collect::<String>(), 16..=16), None, "{text:?}");
            }
        }
        assert_eq!((digits("331099010190000", 16..=16), digits("", 0..=16)), (None, None));
    }

    #[test]
    fn a_phone_of_three_people_is_a_sign_and_of_two_is_none() {
        let sign = vec!["phone_number.shared"];
        assert_eq!(
            codes(&[(1, 1, "A"), (2, 1, "B"), (3, 2, "C")]),
            Codes::from([vec![], vec![], vec![]])
        );
        let found = codes(&[(1, 1, "A"), (2, 1, "B"), (3, 1, "C"), (4, 2, "D")]);
        assert_eq!(found, [sign.clone(), sign.clone(), sign, vec![]]);
    }

    #[test]
    fn a_number_with_two_names_or_three_phones_is_a_sign() {
        let sign = vec!["id_number.shared"];
        assert_eq!(codes(&[(1, 1, "Budi S"), (1, 2, "BUDI s.")]), Codes::from([vec![], vec![]]));
        assert_eq!(codes(&[(1, 1, "Budi"), (1, 1, "Siti")]), [sign.clone(), sign.clone()]);
        let found = codes(&[(1, 1, "Budi"), (1, 2, "Budi"), (1, 3, "Budi"), (2, 4, "Siti")]);
        assert_eq!(found, [sign.clone(), sign.clone(), sign, vec![]]);
    }

    #[test]
    fn the_first_rows_are_named_with_their_lines() {
        let mut values = SharedValues::default();
        for number in 1..=9 {
            values.add(&row(number, number, 1, "A"));
        }
        let (_, counts) = values.find();
        assert_eq!((counts.len(), counts[0].rows), (1, 9));
        let first: Vec<_> = counts[0].first.iter().map(|place| (place.row, place.line)).collect();
        assert_eq!(first, [(1, 2), (2, 3), (3, 4), (4, 5), (5, 6)]);
    }

    #[test]
    fn an_entry_takes_24_bytes_and_the_rest_of_a_row_8_at_most() {
        assert_eq!(size_of::<Entry>(), 24);
        let rows = 1 << 20;
        let [one, other] = [(); 2].map(|()| Repeated::new(rows));
        let bytes = [&one.once, &one.twice, &other.once, &other.twice].map(|bits| bits.len() * 8);
        assert!(bytes.iter().sum::<usize>() <= 8 * rows);
    }

    proptest! {
        #[test]
        fn the_signs_are_exact(rows in prop::collection::vec((0_u64..30, 0_u64..30, 0_u8..4), 0..80)) {
            let names = ["Ani", "Budi", "Citra", "Dewi"];
            let rows: Vec<_> = rows.iter().map(|(id, phone, name)| (*id, *phone, names[usize::from(*name)])).collect();
            let mut ids_of: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
            let mut names_of: BTreeMap<u64, BTreeSet<&str>> = BTreeMap::new();
            let mut phones_of: BTreeMap<u64, BTreeSet<u64>> = BTreeMap::new();
            for (id, phone, name) in &rows {
                ids_of.entry(*phone).or_default().insert(*id);
                names_of.entry(*id).or_default().insert(*name);
                phones_of.entry(*id).or_default().insert(*phone);
            }
            let expected = rows.iter().map(|(id, phone, _)| {
                let mut codes = Vec::new();
                if ids_of[phone].len() >= 3 {
                    codes.push("phone_number.shared");
                }
                if names_of[id].len() >= 2 || phones_of[id].len() >= 3 {
                    codes.push("id_number.shared");
                }
                codes
            });
            prop_assert_eq!(codes(&rows), expected.collect::<Vec<_>>());
        }
    }
}
