//! Which column is which field: by the user's word first, else by the names that are known.

use std::borrow::Cow;

use crate::input::cells::Cells;
use crate::input::error::InputError;
use crate::model::record::{Field, plain_header};

/// The beginning of the names of our own columns; such columns in an input are a former result.
const OURS: &str = "idv_";

/// Where a header stood, for the messages.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    /// What the file is called.
    pub file: &'a str,
    /// The line of the header.
    pub line: u64,
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

/// Whether a column is a former result's.
pub(crate) fn is_ours(header: &str) -> bool {
    header.get(..OURS.len()).is_some_and(|start| start.eq_ignore_ascii_case(OURS))
}

/// The names of the columns as we show them: trimmed, and numbered where there is none.
pub(crate) fn named(headers: impl Iterator<Item = String>) -> Vec<String> {
    let invisible = |c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}');
    headers
        .enumerate()
        .map(|(index, header)| match header.trim_matches(invisible) {
            "" => format!("column_{}", index + 1),
            trimmed => trimmed.to_owned(),
        })
        .collect()
}

/// The names of the columns of a header; by number alone where the cells are no header.
pub(crate) fn of_cells(cells: &Cells, no_header: bool) -> Vec<String> {
    let written = |cell| if no_header { Cow::Borrowed("") } else { String::from_utf8_lossy(cell) };
    named(cells.iter().map(|cell| written(cell).into_owned()))
}

/// How many fields these headers name.
pub(crate) fn fields_named(headers: &[String], map: &[(Field, String)]) -> usize {
    let by_user = |field: Field, header: &String| {
        map.iter().any(|(mapped, column)| *mapped == field && column.trim() == header)
    };
    let named =
        |field: Field| headers.iter().any(|header| by_user(field, header) || means(header, field));
    Field::ALL.into_iter().filter(|field| named(*field)).count()
}

/// Refuses headers that are rather the cells of an applicant: none is a field, and some cell holds
/// a number as long as an identity's or a phone's.
pub(crate) fn refuse_data(
    headers: &[String],
    map: &[(Field, String)],
    place: Place<'_>,
) -> Result<(), InputError> {
    let has_number = |cell: &String| cell.chars().filter(char::is_ascii_digit).count() >= 6;
    if fields_named(headers, map) == 0 && headers.iter().any(has_number) {
        return Err(InputError::NoHeader { file: place.file.to_owned(), line: place.line });
    }
    Ok(())
}

fn means(header: &str, field: Field) -> bool {
    !is_ours(header) && Field::of_header(header) == Some(field)
}

/// Finds the column of every field.
pub(crate) fn settle(
    headers: &[String],
    map: &[(Field, String)],
    place: Place<'_>,
) -> Result<Mapping, InputError> {
    let mut told = Mapping::default();
    for (field, column) in map {
        refuse_twice(*field, map)?;
        let found = find(headers, *field, column, place)?;
        let index = found.ok_or_else(|| no_such_column(headers, *field, column, place))?;
        told.of[*field as usize] = Some(index);
    }
    refuse_shared(headers, &told)?;
    let mapping = complete(headers, map, told, place)?;
    refuse_missing(headers, &mapping, place)?;
    Ok(mapping)
}

/// Finds the columns of the fields that are there, where records differ in what they have.
pub(crate) fn settle_one(
    headers: &[String],
    map: &[(Field, String)],
    place: Place<'_>,
) -> Result<Mapping, InputError> {
    let mut told = Mapping::default();
    for (field, column) in map {
        told.of[*field as usize] = find(headers, *field, column, place)?;
    }
    complete(headers, map, told, place)
}

/// Adds to what the user told what the names of the other columns tell.
fn complete(
    headers: &[String],
    map: &[(Field, String)],
    told: Mapping,
    place: Place<'_>,
) -> Result<Mapping, InputError> {
    let mut mapping = told;
    for field in Field::ALL {
        if !map.iter().any(|(mapped, _)| *mapped == field) {
            mapping.of[field as usize] = by_name(headers, field, &told, place)?;
        }
    }
    Ok(mapping)
}

fn refuse_twice(field: Field, map: &[(Field, String)]) -> Result<(), InputError> {
    let columns: Vec<String> =
        map.iter().filter(|(other, _)| *other == field).map(|(_, column)| column.clone()).collect();
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
    place: Place<'_>,
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
        columns: theirs(headers),
    })
}

/// The same over records that differ in what they have: `fields` is what some of them have.
pub(crate) fn refuse_unmapped(
    headers: &[String],
    map: &[(Field, String)],
    fields: &[Option<String>; Field::ALL.len()],
    place: Place<'_>,
) -> Result<(), InputError> {
    for (field, column) in map {
        refuse_twice(*field, map)?;
        if fields[*field as usize].is_none() {
            return Err(no_such_column(headers, *field, column, place));
        }
    }
    let of = Field::ALL.map(|field| fields[field as usize].as_ref().map(|_| 0));
    refuse_missing(headers, &Mapping { of }, place)
}

/// The columns that aren't a former result's.
fn theirs(headers: &[String]) -> Vec<String> {
    headers.iter().filter(|header| !is_ours(header)).cloned().collect()
}

/// The column that the user means: by its name as written, by its name without what doesn't matter,
/// by its number.
fn find(
    headers: &[String],
    field: Field,
    column: &str,
    place: Place<'_>,
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

fn no_such_column(headers: &[String], field: Field, column: &str, place: Place<'_>) -> InputError {
    InputError::NoSuchColumn {
        file: place.file.to_owned(),
        line: place.line,
        field,
        column: column.to_owned(),
        columns: theirs(headers),
    }
}

fn numbered(headers: &[String], column: &str) -> Option<usize> {
    let number: usize = column.parse().ok()?;
    (1..=headers.len()).contains(&number).then(|| number - 1)
}

/// The one column whose name means the field and which the user hasn't given to another.
fn by_name(
    headers: &[String],
    field: Field,
    taken: &Mapping,
    place: Place<'_>,
) -> Result<Option<usize>, InputError> {
    let mut found = indices(headers, |header| means(header, field));
    found.retain(|index| !taken.of.contains(&Some(*index)));
    match found[..] {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        _ => Err(ambiguous(headers, field, &found, place)),
    }
}

fn indices(headers: &[String], is_it: impl Fn(&str) -> bool) -> Vec<usize> {
    let candidate = |(_, header): &(usize, &String)| !is_ours(header) && is_it(header);
    headers.iter().enumerate().filter(candidate).map(|(index, _)| index).collect()
}

fn ambiguous(headers: &[String], field: Field, found: &[usize], place: Place<'_>) -> InputError {
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
