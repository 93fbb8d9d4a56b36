//! Signs of damage in a whole file, which no single row shows: identity numbers rounded to fifteen
//! digits, phone numbers without their 0, exchanged columns.

use crate::model::file_sign::FileSign;
use crate::model::record::{Field, Record};

/// The kind of a value, whatever its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ValueKind {
    IdNumber,
    Phone,
    Words,
    Other,
    Nothing,
}

impl ValueKind {
    /// The kinds that are counted.
    const COUNTED: [Self; 4] = [Self::IdNumber, Self::Phone, Self::Words, Self::Other];

    /// The field of such a value.
    const fn field(self) -> Option<Field> {
        match self {
            Self::IdNumber => Some(Field::IdNumber),
            Self::Phone => Some(Field::PhoneNumber),
            Self::Words => Some(Field::Name),
            Self::Other | Self::Nothing => None,
        }
    }
}

/// The columns that are compared.
const COMPARED: [Field; 3] = [Field::IdNumber, Field::PhoneNumber, Field::Name];

/// Counts over the rows of a file, in constant memory.
#[derive(Debug, Clone, Copy, Default)]
pub struct FileSigns {
    kinds: [[u64; ValueKind::COUNTED.len()]; COMPARED.len()],
    ending_in_zero: u64,
    without_zero: u64,
}

impl FileSigns {
    /// Counts one record as it was read, before it is normalised.
    pub fn observe(&mut self, read: &Record) {
        let kinds = COMPARED.map(|field| kind_of(read.get(field)));
        for (counts, kind) in self.kinds.iter_mut().zip(kinds) {
            if kind != ValueKind::Nothing {
                counts[kind as usize] += 1;
            }
        }
        let [id_number, phone, _] = kinds;
        let ends_in_zero =
            id_number == ValueKind::IdNumber && read.get(Field::IdNumber).trim_end().ends_with('0');
        self.ending_in_zero += u64::from(ends_in_zero);
        let without_zero =
            phone == ValueKind::Phone && read.get(Field::PhoneNumber).trim_start().starts_with('8');
        self.without_zero += u64::from(without_zero);
    }

    /// The signs found so far.
    pub fn found(&self) -> Vec<FileSign> {
        let mut found = self.misplaced();
        found.extend(self.rounded());
        found.extend(self.zero_lost());
        found
    }

    fn count(&self, field: Field, kind: ValueKind) -> u64 {
        self.kinds[field as usize][kind as usize]
    }

    fn total(&self, field: Field) -> u64 {
        self.kinds[field as usize].iter().sum()
    }

    /// Whether too many numbers end in 0. A tenth do by chance; four standard deviations more, and a
    /// quarter at least, is no chance.
    fn rounded(&self) -> Option<FileSign> {
        let total = self.count(Field::IdNumber, ValueKind::IdNumber);
        let excess = (u128::from(self.ending_in_zero) * 10).saturating_sub(u128::from(total));
        let by_chance = excess * excess <= 144 * u128::from(total);
        if by_chance || self.ending_in_zero * 4 < total {
            return None;
        }
        Some(FileSign::IdNumberRounded { rounded: self.ending_in_zero, of: total })
    }

    fn zero_lost(&self) -> Option<FileSign> {
        let total = self.total(Field::PhoneNumber);
        let many = self.without_zero > 0 && self.without_zero * 2 >= total;
        many.then_some(FileSign::PhoneNumberLeadingZero { without: self.without_zero, of: total })
    }

    /// Columns in which most values look like those of another field.
    fn misplaced(&self) -> Vec<FileSign> {
        let looks: Vec<(Field, Field)> = COMPARED
            .into_iter()
            .filter_map(|field| Some((field, self.looks_like(field)?)))
            .filter(|(field, looks)| field != looks)
            .collect();
        looks.iter().filter_map(|pair| misplaced_sign(*pair, &looks)).collect()
    }

    fn looks_like(&self, field: Field) -> Option<Field> {
        let total = self.total(field);
        let most =
            ValueKind::COUNTED.into_iter().find(|kind| self.count(field, *kind) * 2 > total)?;
        most.field()
    }
}

/// The sign of a misplaced column. Two exchanged columns give one sign.
fn misplaced_sign((field, looks): (Field, Field), all: &[(Field, Field)]) -> Option<FileSign> {
    let swapped = all.contains(&(looks, field));
    if swapped && looks as usize <= field as usize {
        return None;
    }
    let columns = [field, looks];
    Some(if swapped { FileSign::Swapped(columns) } else { FileSign::Misplaced(columns) })
}

fn kind_of(value: &str) -> ValueKind {
    let (mut digits, mut letters) = (0, 0);
    for byte in value.bytes() {
        digits += u32::from(byte.is_ascii_digit());
        letters += u32::from(byte.is_ascii_alphabetic() || !byte.is_ascii());
    }
    match (digits, letters) {
        (0, 0) if value.trim().is_empty() => ValueKind::Nothing,
        (0, 1..) => ValueKind::Words,
        (16, 0) if !value.trim_start().starts_with(['0', '+']) => ValueKind::IdNumber,
        (9..=15, 0) if begins_as_phone(value) => ValueKind::Phone,
        _ => ValueKind::Other,
    }
}

fn begins_as_phone(value: &str) -> bool {
    let digits = value.trim_start_matches([' ', '\'', '(', '+']);
    digits.starts_with(['0', '8']) || digits.starts_with("62")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(rows: impl IntoIterator<Item = [String; 3]>) -> Vec<FileSign> {
        let mut signs = FileSigns::default();
        for [id_number, phone_number, name] in rows {
            signs.observe(&Record::from_fields(|field| match field {
                Field::IdNumber => id_number.clone(),
                Field::PhoneNumber => phone_number.clone(),
                Field::Name => name.clone(),
                Field::IdType | Field::Country => String::new(),
            }));
        }
        signs.found()
    }

    fn rows(count: u32, row: impl Fn(u32) -> [String; 3]) -> Vec<FileSign> {
        seen((0..count).map(row))
    }

    fn codes(signs: &[FileSign]) -> Vec<&str> {
        signs.iter().map(FileSign::code).collect()
    }

    fn good(index: u32) -> [String; 3] {
        let serial = 9000 + index % 1000;
        [format!("331099010190{serial}"), format!("0812{index:08}"), "BUDI SANTOSO".to_owned()]
    }

    #[test]
    fn a_good_file_shows_no_sign() {
        for count in [0, 1, 2, 10, 1000] {
            assert_eq!(rows(count, good), [], "{count}");
        }
    }

    #[test]
    fn numbers_that_end_in_zero_more_often_than_by_chance_are_a_sign() {
        let rounded = |index| {
            let [_, phone, name] = good(index);
            [format!("3310990101{:05}0", index % 90_000), phone, name]
        };
        let signs = rows(50, rounded);
        assert_eq!(codes(&signs), ["id_number.rounded"]);
        assert_eq!(signs, [FileSign::IdNumberRounded { rounded: 50, of: 50 }]);
        assert_eq!(rows(1, rounded), [], "one number ends in 0 one time in ten");
    }

    #[test]
    fn a_third_of_rounded_numbers_in_a_long_file_is_a_sign() {
        let signs = rows(3000, |index| {
            let [id_number, phone, name] = good(index);
            let id_number =
                if index % 3 == 0 { format!("{}0", &id_number[..15]) } else { id_number };
            [id_number, phone, name]
        });
        assert_eq!(codes(&signs), ["id_number.rounded"]);
    }

    #[test]
    fn phone_numbers_without_their_zero_are_a_sign() {
        let signs = rows(4, |index| {
            let [id_number, phone, name] = good(index);
            [id_number, phone[1..].to_owned(), name]
        });
        assert_eq!(codes(&signs), ["phone_number.leading_zero"]);
    }

    #[test]
    fn columns_in_each_others_place_are_told_once() {
        let signs = rows(5, |index| {
            let [id_number, phone, name] = good(index);
            [phone, id_number, name]
        });
        assert_eq!(codes(&signs), ["columns.swapped"]);
        assert_eq!(signs[0].fields(), [Field::IdNumber, Field::PhoneNumber]);
    }

    #[test]
    fn a_column_of_another_kind_is_told() {
        let signs = rows(5, |index| {
            let [id_number, phone, _] = good(index);
            [id_number.clone(), phone, id_number]
        });
        assert_eq!(codes(&signs), ["columns.misplaced"]);
        assert_eq!(signs[0].fields(), [Field::Name, Field::IdNumber]);
    }
}
