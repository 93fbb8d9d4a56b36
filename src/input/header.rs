//! Maps columns to fields: by `--map` first, else by known header names.

use std::borrow::Cow;

use crate::input::cells::Cells;
use crate::input::error::InputError;
use crate::input::header_words::{self, Certainty};
use crate::model::characters::{trimmed, visible};
use crate::model::record::{Field, plain_header};

/// Prefix of the columns that idv adds. In an input they belong to a former result.
const OURS: &str = "idv_";

/// The position of a header, for messages.
#[derive(Clone, Copy)]
pub(crate) struct HeaderPosition<'a> {
    /// The name of the file.
    pub file: &'a str,
    /// The line of the header.
    pub line: u64,
}

/// The user's word about columns.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnChoice {
    /// The column of a field, by its name or its number from 1.
    pub map: Vec<(Field, String)>,
    /// Fields whose columns are not read.
    pub ignore: Vec<Field>,
}

/// The column of each field, as an index into the cells of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Mapping {
    of: [Option<usize>; Field::ALL.len()],
}

impl Mapping {
    /// The column of a field.
    pub(crate) fn column(&self, field: Field) -> Option<usize> {
        self.of[field as usize]
    }
}

/// Whether a column belongs to a former result.
pub(crate) fn is_result_column(header: &str) -> bool {
    header.get(..OURS.len()).is_some_and(|start| start.eq_ignore_ascii_case(OURS))
}

/// The names of the columns as they are shown: trimmed, and numbered if they are empty.
pub(crate) fn column_names(headers: impl Iterator<Item = String>) -> Vec<String> {
    headers
        .enumerate()
        .map(|(index, header)| match trimmed(&visible(&header)) {
            "" => format!("column_{}", index + 1),
            trimmed => trimmed.to_owned(),
        })
        .collect()
}

/// The names of the columns of a header. Without a header the columns are numbered.
pub(crate) fn names_of_header(cells: &Cells, no_header: bool) -> Vec<String> {
    let written = |cell| if no_header { Cow::Borrowed("") } else { String::from_utf8_lossy(cell) };
    column_names(cells.iter().map(|cell| written(cell).into_owned()))
}

/// Number of fields that these headers name.
pub(crate) fn fields_named(headers: &[String], choice: &ColumnChoice) -> usize {
    let by_user = |field: Field, header: &String| {
        choice.map.iter().any(|(mapped, column)| *mapped == field && column.trim() == header)
    };
    let named = |field: Field| {
        headers.iter().any(|header| by_user(field, header) || certainty(header, field).is_some())
    };
    Field::ALL.into_iter().filter(|field| named(*field)).count()
}

/// The fields that each table must have.
pub(crate) const REQUIRED: [Field; 3] = [Field::IdNumber, Field::PhoneNumber, Field::Name];

/// Number of required fields that these headers name, without `--map`.
pub(crate) fn required_named(headers: &[String]) -> usize {
    let named = |field: &Field| headers.iter().any(|header| certainty(header, *field).is_some());
    REQUIRED.iter().filter(|field| named(field)).count()
}

/// How certain a header means a field. `None` if it means another field or none.
fn certainty(header: &str, field: Field) -> Option<Certainty> {
    let (meant, certainty) =
        header_words::field_of(header).filter(|_| !is_result_column(header))?;
    (meant == field).then_some(certainty)
}

/// Maps every field to its column.
pub(crate) fn map_fields(
    headers: &[String],
    choice: &ColumnChoice,
    place: HeaderPosition<'_>,
) -> Result<Mapping, InputError> {
    let mut told = Mapping::default();
    for (field, column) in &choice.map {
        refuse_twice(*field, choice)?;
        let found = find(headers, *field, column, place)?;
        let index = found.ok_or_else(|| no_such_column(headers, *field, column, place))?;
        told.of[*field as usize] = Some(index);
    }
    refuse_shared(headers, &told)?;
    let mapping = complete(headers, choice, told, place)?;
    refuse_missing(headers, &mapping, place)?;
    Ok(mapping)
}

/// Maps the fields of one JSON object. Other objects may have other keys.
pub(crate) fn map_present_fields(
    headers: &[String],
    choice: &ColumnChoice,
    place: HeaderPosition<'_>,
) -> Result<Mapping, InputError> {
    let mut told = Mapping::default();
    for (field, column) in &choice.map {
        told.of[*field as usize] = find(headers, *field, column, place)?;
    }
    complete(headers, choice, told, place)
}

/// Completes `--map` by the names of the other columns.
fn complete(
    headers: &[String],
    choice: &ColumnChoice,
    told: Mapping,
    place: HeaderPosition<'_>,
) -> Result<Mapping, InputError> {
    let mut mapping = told;
    for field in Field::ALL {
        let is_told = choice.map.iter().any(|(mapped, _)| *mapped == field);
        if !is_told && !choice.ignore.contains(&field) {
            mapping.of[field as usize] = by_name(headers, field, &told, place)?;
        }
    }
    Ok(mapping)
}

fn refuse_twice(field: Field, choice: &ColumnChoice) -> Result<(), InputError> {
    let columns =
        choice.map.iter().filter(|(other, _)| *other == field).map(|(_, column)| column.clone());
    let columns: Vec<String> = columns.collect();
    if columns.len() > 1 {
        return Err(InputError::MappedTwice { field, columns });
    }
    Ok(())
}

fn refuse_shared(headers: &[String], mapping: &Mapping) -> Result<(), InputError> {
    for (index, field) in Field::ALL.into_iter().enumerate() {
        let same = |other: &Field| {
            mapping.column(field).is_some() && mapping.column(*other) == mapping.column(field)
        };
        if let (Some(other), Some(column)) =
            (Field::ALL[..index].iter().find(|other| same(other)), mapping.column(field))
        {
            let column = headers[column].clone();
            return Err(InputError::SharedColumn { column, fields: [*other, field] });
        }
    }
    Ok(())
}

fn refuse_missing(
    headers: &[String],
    mapping: &Mapping,
    place: HeaderPosition<'_>,
) -> Result<(), InputError> {
    let missing =
        |field: &Field| field.spec().default.is_none() && mapping.column(*field).is_none();
    let fields: Vec<Field> = Field::ALL.into_iter().filter(missing).collect();
    if fields.is_empty() {
        return Ok(());
    }
    Err(InputError::MissingField {
        file: place.file.to_owned(),
        line: place.line,
        fields,
        columns: input_columns(headers),
        rows: Vec::new(),
    })
}

/// Refuses JSON Lines in which no object has a required field.
pub(crate) fn refuse_unmapped(
    headers: &[String],
    choice: &ColumnChoice,
    fields: &[Option<String>; Field::ALL.len()],
    place: HeaderPosition<'_>,
) -> Result<(), InputError> {
    for (field, column) in &choice.map {
        refuse_twice(*field, choice)?;
        if fields[*field as usize].is_none() {
            return Err(no_such_column(headers, *field, column, place));
        }
    }
    let of = Field::ALL.map(|field| fields[field as usize].as_ref().map(|_| 0));
    refuse_missing(headers, &Mapping { of }, place)
}

/// The columns without those of a former result.
fn input_columns(headers: &[String]) -> Vec<String> {
    headers.iter().filter(|header| !is_result_column(header)).cloned().collect()
}

/// Finds the column that the user names: by its exact name, by its normalised name, or by its number.
fn find(
    headers: &[String],
    field: Field,
    column: &str,
    place: HeaderPosition<'_>,
) -> Result<Option<usize>, InputError> {
    let column = column.trim();
    let plain = plain_header(column);
    let exact = indices(headers, |header| header == column);
    let alike = indices(headers, |header| plain_header(header) == plain);
    let found = if exact.is_empty() { alike } else { exact };
    match found[..] {
        [only] => Ok(Some(only)),
        [] => Ok(numbered(headers, column)),
        _ => Err(ambiguous(headers, field, &found, place)),
    }
}

fn no_such_column(
    headers: &[String],
    field: Field,
    column: &str,
    place: HeaderPosition<'_>,
) -> InputError {
    InputError::NoSuchColumn {
        file: place.file.to_owned(),
        line: place.line,
        field,
        column: column.to_owned(),
        columns: input_columns(headers),
    }
}

fn numbered(headers: &[String], column: &str) -> Option<usize> {
    let number: usize = column.parse().ok()?;
    (1..=headers.len()).contains(&number).then(|| number - 1)
}

/// Finds the most certain column of a field that `--map` does not use for another field. Two columns
/// that are equally certain are refused.
fn by_name(
    headers: &[String],
    field: Field,
    taken: &Mapping,
    place: HeaderPosition<'_>,
) -> Result<Option<usize>, InputError> {
    let of = |index: &usize| certainty(&headers[*index], field);
    let mut found: Vec<usize> = (0..headers.len()).filter(|index| of(index).is_some()).collect();
    found.retain(|index| !taken.of.contains(&Some(*index)));
    let most = found.iter().filter_map(of).max();
    found.retain(|index| of(index) == most);
    match found[..] {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        _ => Err(ambiguous(headers, field, &found, place)),
    }
}

fn indices(headers: &[String], is_it: impl Fn(&str) -> bool) -> Vec<usize> {
    let candidate = |(_, header): &(usize, &String)| !is_result_column(header) && is_it(header);
    headers.iter().enumerate().filter(candidate).map(|(index, _)| index).collect()
}

fn ambiguous(
    headers: &[String],
    field: Field,
    found: &[usize],
    place: HeaderPosition<'_>,
) -> InputError {
    let unique = |name: &String| headers.iter().filter(|other| *other == name).count() == 1;
    let key = |index: &usize| match &headers[*index] {
        name if unique(name) => name.clone(),
        _ => (index + 1).to_string(),
    };
    InputError::AmbiguousField {
        file: place.file.to_owned(),
        line: place.line,
        field,
        columns: found.iter().map(|index| headers[*index].clone()).collect(),
        keys: found.iter().map(key).collect(),
    }
}
