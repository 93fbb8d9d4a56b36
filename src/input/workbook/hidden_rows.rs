//! Finds the hidden rows of a sheet of an .xlsx workbook, on a thread of its own: the library that reads
//! the cells does not tell them.

use std::borrow::Cow;
use std::io::{Read, Seek};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use memchr::memmem;
use zip::ZipArchive;

/// Messages that may wait at most.
const AHEAD: usize = 1024;

/// Rows after which the thread reports how far it is.
const REPORTED: u64 = 4096;

/// Bytes of one read.
const CHUNK: usize = 128 * 1024;

/// The longest tag of a row. A longer one is read without its end.
const LONGEST_TAG: usize = 16 * 1024;

/// Bytes of a part of the archive that are read at most.
const LONGEST_PART: u64 = 1 << 30;

/// The hidden rows of a sheet, in order.
pub(super) struct HiddenRows {
    reports: Receiver<Report>,
    /// The last hidden row that was reported.
    hidden: u64,
    /// The last row that is known to be hidden or not.
    known: u64,
}

/// The hidden rows of a sheet can't be told.
pub(super) struct Unknown;

/// A report of the thread.
enum Report {
    /// This row is hidden, and none between it and the report before.
    Hidden(u64),
    /// No row between the report before and this one is hidden.
    Shown(u64),
}

impl HiddenRows {
    /// Starts to read the sheet of this index in the workbook.
    pub(super) fn start(source: impl Read + Seek + Send + 'static, sheet: usize) -> Self {
        let (send, reports) = sync_channel(AHEAD);
        thread::spawn(move || {
            if scan(source, sheet, &send).is_some() {
                // Nobody may listen any more.
                let _ = send.send(Report::Shown(u64::MAX));
            }
        });
        Self { reports, hidden: 0, known: 0 }
    }

    /// Whether a row is hidden. Rows are asked for in their order.
    pub(super) fn contains(&mut self, row: u64) -> Result<bool, Unknown> {
        while self.known < row {
            match self.reports.recv() {
                Ok(Report::Hidden(hidden)) => (self.hidden, self.known) = (hidden, hidden),
                Ok(Report::Shown(known)) => self.known = known,
                Err(_) => return Err(Unknown),
            }
        }
        Ok(self.hidden == row)
    }
}

/// Reads a sheet to its end. Returns `None` early if nobody listens, or if the sheet can't be read.
fn scan(source: impl Read + Seek, sheet: usize, send: &SyncSender<Report>) -> Option<()> {
    let mut archive = ZipArchive::new(source).ok()?;
    let path = sheet_path(&mut archive, sheet)?;
    let path = stored_name(&archive, &path);
    let mut xml = archive.by_name(&path).ok()?;
    let mut rows = RowTags { row: 0, reported: 0 };
    let mut window = Vec::with_capacity(2 * CHUNK);
    loop {
        let before = window.len();
        window.resize(before + CHUNK, 0);
        let read = xml.read(&mut window[before..]).ok()?;
        window.truncate(before + read);
        let done = rows.read(&window, read == 0, send)?;
        if read == 0 {
            return Some(());
        }
        window.drain(..done);
    }
}

/// The tags of the rows so far.
struct RowTags {
    /// The last row.
    row: u64,
    reported: u64,
}

impl RowTags {
    /// Reads the tags of rows in some bytes. Returns how many bytes are done with.
    fn read(&mut self, bytes: &[u8], last: bool, send: &SyncSender<Report>) -> Option<usize> {
        let mut done = 0;
        for found in memmem::find_iter(bytes, b"row") {
            let Some(tag) = tag_around(bytes, found, done) else { continue };
            match tag {
                Tag::Whole(start, end) => {
                    done = end;
                    self.note(&bytes[start..end], send)?;
                }
                Tag::Open(start) if last || bytes.len() - start > LONGEST_TAG => {
                    done = found + 3;
                }
                Tag::Open(start) => return Some(start),
            }
        }
        // A tag may begin in the last bytes.
        Some(done.max(bytes.len().saturating_sub(64)))
    }

    fn note(&mut self, tag: &[u8], send: &SyncSender<Report>) -> Option<()> {
        let number = attribute(tag, b"r").and_then(|text| text.parse().ok());
        self.row = number.unwrap_or(self.row + 1);
        let is_hidden =
            attribute(tag, b"hidden").is_some_and(|value| value == "1" || value == "true");
        if is_hidden {
            self.reported = self.row;
            send.send(Report::Hidden(self.row)).ok()?;
        } else if self.row >= self.reported + REPORTED {
            self.reported = self.row;
            send.send(Report::Shown(self.row)).ok()?;
        }
        Some(())
    }
}

/// A tag by its position.
enum Tag {
    Whole(usize, usize),
    Open(usize),
}

/// The start tag whose name ends in the `row` at `at`. `None` if that is another word.
fn tag_around(bytes: &[u8], at: usize, done: usize) -> Option<Tag> {
    let after = bytes.get(at + 3);
    if after.is_some_and(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'>' | b'/')) {
        return None;
    }
    let before = &bytes[done.min(at)..at];
    let start = at
        - match before.last() {
            Some(b'<') => 1,
            // A name with a prefix, as in `<x:row`.
            Some(b':') => before.iter().rev().take(32).position(|byte| *byte == b'<')? + 1,
            _ => return None,
        };
    let end = memchr::memchr(b'>', &bytes[at..]).map(|length| at + length + 1);
    Some(end.map_or(Tag::Open(start), |end| Tag::Whole(start, end)))
}

/// The value of an attribute in a tag.
pub(super) fn attribute<'a>(tag: &'a [u8], name: &[u8]) -> Option<&'a str> {
    memmem::find_iter(tag, name).find_map(|at| {
        let is_name = at.checked_sub(1).is_some_and(|before| tag[before].is_ascii_whitespace());
        let rest = tag[at + name.len()..].trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let (quote, value) = rest.split_first()?;
        let end = memchr::memchr(*quote, value)?;
        std::str::from_utf8(&value[..end]).ok().filter(|_| is_name)
    })
}

/// The part of the archive with the sheet of this index.
fn sheet_path(archive: &mut ZipArchive<impl Read + Seek>, sheet: usize) -> Option<String> {
    let workbook = related(archive, "_rels/.rels", "", |tag| {
        attribute(tag, b"Type").is_some_and(|kind| kind.ends_with("/officeDocument"))
    })?;
    let (folder, file) = workbook.rsplit_once('/').unwrap_or(("", &workbook));
    let text = part(archive, &workbook)?;
    let sheet = tags(&text, b"sheet").nth(sheet)?;
    let id = memmem::find_iter(sheet, b"id=").find_map(|at| {
        let is_prefixed = at.checked_sub(1).is_some_and(|before| sheet[before] == b':');
        let value = sheet.get(at + 4..)?;
        let end = value.iter().position(|byte| matches!(byte, b'"' | b'\''))?;
        std::str::from_utf8(&value[..end]).ok().filter(|_| is_prefixed).map(str::to_owned)
    })?;
    let relations = format!("{folder}/_rels/{file}.rels");
    related(archive, relations.trim_start_matches('/'), folder, |tag| {
        attribute(tag, b"Id") == Some(id.as_str())
    })
}

/// The target of the first matching relationship.
pub(super) fn related(
    archive: &mut ZipArchive<impl Read + Seek>,
    relations: &str,
    folder: &str,
    matches: impl Fn(&[u8]) -> bool,
) -> Option<String> {
    let text = part(archive, relations)?;
    let tag = tags(&text, b"Relationship").find(|tag| matches(tag))?;
    let target = attribute(tag, b"Target")?;
    Some(match target.strip_prefix('/') {
        Some(absolute) => absolute.to_owned(),
        None => format!("{folder}/{target}").trim_start_matches('/').to_owned(),
    })
}

/// The name in the archive of a part. Some programs write it in other case, or with backslashes.
fn stored_name(archive: &ZipArchive<impl Read + Seek>, path: &str) -> String {
    if archive.index_for_name(path).is_some() {
        return path.to_owned();
    }
    let is_it = |name: &Cow<'_, str>| name.replace('\\', "/").eq_ignore_ascii_case(path);
    archive.file_names().flatten().find(is_it).map_or_else(|| path.to_owned(), Cow::into_owned)
}

/// The bytes of a part.
pub(super) fn part(archive: &mut ZipArchive<impl Read + Seek>, path: &str) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let path = stored_name(archive, path);
    archive.by_name(&path).ok()?.take(LONGEST_PART).read_to_end(&mut text).ok()?;
    Some(text)
}

/// The start tags of a name, with a prefix or without. The name ends with it: `table` is not `table-row`.
pub(super) fn tags<'a>(text: &'a [u8], name: &'static [u8]) -> impl Iterator<Item = &'a [u8]> {
    memmem::find_iter(text, name).filter_map(move |at| {
        let before = &text[at.saturating_sub(32)..at];
        let start = at - before.len() + before.iter().rposition(|byte| *byte == b'<')?;
        let prefix = &text[start + 1..at];
        let is_prefix = prefix.is_empty()
            || (prefix.ends_with(b":")
                && prefix[..prefix.len() - 1].iter().all(u8::is_ascii_alphanumeric));
        let after = text.get(at + name.len())?;
        let ends = after.is_ascii_whitespace() || matches!(after, b'>' | b'/');
        let end = memchr::memchr(b'>', &text[at..])?;
        (is_prefix && ends).then(|| &text[start..at + end])
    })
}
