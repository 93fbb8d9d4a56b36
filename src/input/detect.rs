//! Detects the format of a source by its first bytes, and its encoding by a byte order mark, by the
//! position of zero bytes, or by the validity of UTF-8.

use std::io::{self, Cursor, Read, Seek};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crate::input::Options;
use crate::input::buffer::Buffer;
use crate::input::detected_format::{Encoding, Format};
use crate::input::encoding::decoder::DecodingReader;
use crate::input::encoding::encoding_check::EncodingCheck;
use crate::input::error::InputError;
use crate::input::source::Source;
use crate::input::watched_file::WatchedFile;
use crate::words::FormatProblem;

/// Bytes at the beginning that are inspected.
const HEAD: usize = 64 * 1024;

/// Bytes that are inspected for the zeros of UTF-16.
const ZEROS_IN: usize = 1024;

/// A source of UTF-8 text without its byte order mark.
pub(crate) struct TextSource {
    /// The text.
    pub buffer: Buffer,
    /// Its name in messages.
    pub name: String,
    /// Its encoding in the file.
    pub encoding: Encoding,
    /// Whether it began with a byte order mark.
    pub bom: bool,
}

/// The kind of a source.
pub(crate) enum Detected {
    /// Text in this format.
    Text(Format, TextSource),
    /// A workbook of this format.
    Workbook(Format, WatchedFile),
}

/// Inspects the beginning of a source, and the whole file if its encoding can't be told otherwise.
pub(crate) fn detect(
    source: Source,
    name: &str,
    options: &Options,
) -> Result<Detected, InputError> {
    let read_error = |source| InputError::Read { file: name.to_owned(), line: 1, source };
    let (head, mut source) = read_head(source).map_err(read_error)?;
    refuse_web_page(&head, name)?;
    let format = match options.format {
        Some(told @ (Format::Csv | Format::Jsonl)) => Some(told),
        Some(told) => return workbook(told, source, name),
        None => None,
    };
    if let (None, Some(found)) = (format, workbook_format(&head, &mut source).map_err(read_error)?)
    {
        return workbook(found, source, name);
    }
    refuse_binary(&head, name)?;
    let (encoding, bom) = match options.encoding {
        Some(told) => told_encoding(told, &head),
        None => encoding_of(&head, &mut source).map_err(read_error)?,
    };
    let mut text = TextSource::new(source, name, encoding, bom).map_err(read_error)?;
    let format = match options.format {
        Some(told) => told,
        None => format_of(&mut text)?,
    };
    Ok(Detected::Text(format, text))
}

/// Reads the first bytes of a source, and returns the source as if it had not been read. Of a stream
/// only a line is read, so that its rows are not delayed.
fn read_head(source: Source) -> io::Result<(Vec<u8>, Source)> {
    let mut head = Vec::new();
    match source {
        Source::File(mut file) => {
            file.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
            file.rewind()?;
            Ok((head, Source::File(file)))
        }
        Source::Stream(mut stream) => {
            let mut piece = vec![0; HEAD];
            while head.len() < HEAD && memchr::memchr2(b'\n', b'\r', &head).is_none() {
                match stream.read(&mut piece) {
                    Ok(0) => break,
                    Ok(read) => head.extend_from_slice(&piece[..read]),
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) => return Err(error),
                }
            }
            let again = Cursor::new(head.clone()).chain(stream);
            Ok((head, Source::Stream(Box::new(again))))
        }
    }
}

fn workbook(format: Format, source: Source, name: &str) -> Result<Detected, InputError> {
    match source {
        Source::File(file) => Ok(Detected::Workbook(format, file)),
        Source::Stream(_) => {
            Err(format_error(name, FormatProblem::WorkbookInStream { format: format.described() }))
        }
    }
}

/// The first bytes of a zip archive, and of an old workbook or an encrypted one.
const ZIP: &[u8] = b"PK\x03\x04";
const COMPOUND: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0];

/// The format of a workbook. `None` if it is none.
fn workbook_format(head: &[u8], source: &mut Source) -> io::Result<Option<Format>> {
    if head.starts_with(COMPOUND) {
        return Ok(Some(Format::Xls));
    }
    if !head.starts_with(ZIP) {
        return Ok(None);
    }
    let is_open_document = memchr::memmem::find(
        &head[..head.len().min(256)],
        b"mimetypeapplication/vnd.oasis.opendocument",
    );
    if is_open_document.is_some() {
        return Ok(Some(Format::Ods));
    }
    let is_binary = match source {
        Source::File(file) => memchr::memmem::find(&tail(file)?, b"xl/workbook.bin").is_some(),
        Source::Stream(_) => false,
    };
    Ok(Some(if is_binary { Format::Xlsb } else { Format::Xlsx }))
}

/// The end of a file, where a zip archive lists its parts.
fn tail(file: &mut WatchedFile) -> io::Result<Vec<u8>> {
    let mut tail = Vec::new();
    let length = file.seek(io::SeekFrom::End(0))?;
    file.seek(io::SeekFrom::Start(length.saturating_sub(HEAD as u64)))?;
    file.by_ref().take(HEAD as u64).read_to_end(&mut tail)?;
    file.rewind()?;
    Ok(tail)
}

/// Refuses HTML and XML, which some programs write with the ending .xls.
fn refuse_web_page(head: &[u8], name: &str) -> Result<(), InputError> {
    let head = head.strip_prefix(Encoding::UTF8_MARK).unwrap_or(head).trim_ascii_start();
    let is_tag = matches!(head, [b'<', b'!' | b'?' | b'a'..=b'z' | b'A'..=b'Z', ..]);
    if is_tag || head.starts_with(b"MIME-Version:") {
        return Err(format_error(name, FormatProblem::WebPage));
    }
    Ok(())
}

fn refuse_binary(head: &[u8], name: &str) -> Result<(), InputError> {
    let problem = match head {
        [b'P', b'K', 3, 4, ..] => FormatProblem::MisnamedWorkbook,
        [0xd0, 0xcf, 0x11, 0xe0, ..] => FormatProblem::MisnamedOldWorkbook,
        [0x1f, 0x8b, ..] => FormatProblem::Compressed,
        [b'%', b'P', b'D', b'F', ..] => FormatProblem::Pdf,
        _ => return Ok(()),
    };
    Err(format_error(name, problem))
}

fn format_error(name: &str, problem: FormatProblem) -> InputError {
    InputError::Format { file: name.to_owned(), problem }
}

/// The encoding that the user names. A byte order mark decides about the order of bytes.
fn told_encoding(told: Encoding, head: &[u8]) -> (Encoding, bool) {
    let by_mark = Encoding::by_mark(head);
    match (told, by_mark) {
        (Encoding::Utf16Le | Encoding::Utf16Be, Some(Encoding::Utf8)) | (_, None) => (told, false),
        (Encoding::Utf16Le | Encoding::Utf16Be, Some(order)) => (order, true),
        (_, Some(marked)) => (told, told == marked),
    }
}

fn encoding_of(head: &[u8], source: &mut Source) -> io::Result<(Encoding, bool)> {
    if let Some(marked) = Encoding::by_mark(head) {
        return Ok((marked, true));
    }
    if let Some(utf16) = utf16_by_zeros(&head[..head.len().min(ZEROS_IN)]) {
        return Ok((utf16, false));
    }
    let validity = match source {
        Source::File(file) => {
            let validity = EncodingCheck::of(&mut *file)?;
            file.rewind()?;
            validity
        }
        Source::Stream(_) => EncodingCheck::of(whole_lines(head))?,
    };
    Ok((validity.encoding(), false))
}

/// The complete lines. A character may be cut after them.
fn whole_lines(head: &[u8]) -> &[u8] {
    memchr::memrchr2(b'\n', b'\r', head).map_or(head, |end| &head[..end])
}

/// The byte order of UTF-16. A Latin letter is a byte and a zero, in one order or the other.
fn utf16_by_zeros(head: &[u8]) -> Option<Encoding> {
    let zeros = |first: usize| head.iter().skip(first).step_by(2).filter(|b| **b == 0).count();
    let (even, odd, pairs) = (zeros(0), zeros(1), head.len() / 2);
    match pairs {
        0..4 => None,
        _ if odd * 2 > pairs && even * 20 < pairs => Some(Encoding::Utf16Le),
        _ if even * 2 > pairs && odd * 20 < pairs => Some(Encoding::Utf16Be),
        _ => None,
    }
}

fn format_of(text: &mut TextSource) -> Result<Format, InputError> {
    refuse_web_page(text.buffer.window(), &text.name)?;
    let window = text.buffer.window();
    let window = window.strip_prefix(Encoding::UTF8_MARK).unwrap_or(window);
    match window.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{') => Ok(Format::Jsonl),
        Some(b'[') => Err(format_error(&text.name, FormatProblem::JsonArray)),
        _ => Ok(Format::Csv),
    }
}

impl TextSource {
    fn new(source: Source, name: &str, encoding: Encoding, bom: bool) -> io::Result<Self> {
        let reader: Box<dyn Read + Send> = match source {
            Source::File(file) => Box::new(file),
            Source::Stream(stream) => stream,
        };
        let mut buffer = if encoding == Encoding::Utf8 {
            Buffer::new(reader, None)
        } else {
            let decoded = Arc::new(AtomicU64::new(0));
            let reader = DecodingReader::new(reader, encoding, Arc::clone(&decoded));
            Buffer::new(Box::new(reader), Some(decoded))
        };
        buffer.fill()?;
        if bom && encoding == Encoding::Utf8 {
            while buffer.window().len() < Encoding::UTF8_MARK.len() && !buffer.eof() {
                buffer.fill()?;
            }
            buffer.consume(Encoding::UTF8_MARK.len());
        }
        Ok(Self { buffer, name: name.to_owned(), encoding, bom })
    }
}
