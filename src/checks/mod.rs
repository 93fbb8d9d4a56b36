//! Checks one row before it is paid for: normalises its values for the endpoint, and finds problems.

mod constants;
mod damaged_name;
pub(crate) mod file_signs;
mod name;
pub(crate) mod nik;
mod phone;
mod provinces;
mod punctuation;

use crate::model::problem::Problem;
use crate::model::record::Field;
use crate::model::row::Row;

/// Normalises the record of a row and adds its problems. The cells stay as they were read.
///
/// A damaged row is left as it is, since its cells may be in the wrong columns.
pub fn prepare(row: &mut Row) {
    if row.is_held() {
        return;
    }
    id_number(row);
    phone_number(row);
    full_name(row);
    constants::check(row);
}

fn id_number(row: &mut Row) {
    if nik::is_clean(row.record.get(Field::IdNumber)) {
        return;
    }
    if let Some(value) = nik::normalised(row.record.get(Field::IdNumber)) {
        row.record.set(Field::IdNumber, value);
    }
    row.problems.extend(nik::problem(row.record.get(Field::IdNumber)).map(Problem::from));
}

fn phone_number(row: &mut Row) {
    if phone::is_clean(row.record.get(Field::PhoneNumber)) {
        return;
    }
    if let Some(value) = phone::normalised(row.record.get(Field::PhoneNumber)) {
        row.record.set(Field::PhoneNumber, value);
    }
    row.problems.extend(phone::problem(row.record.get(Field::PhoneNumber)).map(Problem::from));
}

fn full_name(row: &mut Row) {
    if name::is_clean(row.record.get(Field::Name)) {
        return;
    }
    if let Some(value) = name::normalised(row.record.get(Field::Name)) {
        row.record.set(Field::Name, value);
    }
    row.problems.extend(name::problem(row.record.get(Field::Name)));
}

#[cfg(test)]
mod tests;
