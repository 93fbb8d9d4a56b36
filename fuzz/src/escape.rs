//! Any text through everything that shows text: what is escaped is not obeyed, what programs read
//! reads back the same, and what people read fits its columns.

use std::borrow::Cow;
use std::fs::File;
use std::io::{Cursor, Seek as _, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use calamine::{Data, Reader as _, Xlsx};
use idv::internal::model::Answer;
use idv::internal::model::LeftOut;
use idv::internal::model::NameProblem;
use idv::internal::model::Row;
use idv::internal::model::Source;
use idv::internal::model::Verdict;
use idv::internal::model::{Field, Record};
use idv::internal::output::{
    self, AddedColumns, Layout, Mask, PaceSummary, Sink, Summary, SummaryOrigin, Totals,
    WorkbookContents,
};
use idv::internal::redaction;
use idv::internal::run::StopReason;
use idv::internal::run::Tally;
use idv::internal::text;
use idv::internal::words::{Lang, NextStep};
use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation as _;

use super::plain::{holds_name, is_obeyed, is_plain, longest_number};

const NIK: &str = "3310990101909001";
const PHONE: &str = "081234567890";

/// The first byte says which outputs are written, the second one how wide; 0xFF parts what is said,
/// the person's name and the name of a column.
pub fn run(bytes: &[u8]) {
    let Some(([which, width], rest)) = bytes.split_first_chunk() else { return };
    let texts: Vec<_> = rest.split(|byte| *byte == 0xff).map(String::from_utf8_lossy).collect();
    let said = &*texts[0];
    let name = texts.get(1).map_or("Budi Contoh", |text| &**text);
    let column = texts.get(2).map_or(said, |text| &**text);
    pieces(said, name, usize::from(*width));
    let columns = 60 + usize::from(*width);
    let case = Case::new(said, name, column, *which);
    match which % 8 {
        0 | 1 => case.json_lines(),
        2 | 3 => case.csv(),
        4 => case.table(columns),
        5 => case.card(columns),
        6 => case.sums(columns),
        _ => case.workbook(),
    }
}

/// Each way to show a text, by itself.
fn pieces(said: &str, name: &str, width: usize) {
    let escaped = text::escape(said);
    assert!(!escaped.chars().any(is_obeyed), "{escaped:?}");
    assert!(said.chars().any(is_obeyed) || escaped == said);
    is_plain("shown", &text::shown(said));
    obeys_colours_alone(&text::message(said));
    let masked = redaction::mask_digits(said);
    assert!(longest_number(&masked) < 8 && masked.chars().count() == said.chars().count());
    let masked = redaction::mask_name(said, name).unwrap_or_else(|| said.to_owned());
    assert!(!holds_name(&masked, name), "{masked:?} names {name:?}");
    assert_eq!(unquoted(&text::quoted(said)), said);
    fits(&escaped, said, width.max(1));
    breaks(&escaped, width);
}

/// Line breaks, colours and isolates are the message's own; nothing else is left.
fn obeys_colours_alone(message: &str) {
    let mut parts = message.split("\u{1b}[");
    let first = parts.next().unwrap_or_default();
    let uncoloured = |part| str::trim_start_matches(part, |c: char| c.is_ascii_digit() || c == ';');
    let rest = parts.map(|part| uncoloured(part).strip_prefix('m').expect("a colour"));
    for part in std::iter::once(first).chain(rest) {
        let own = |c: char| matches!(c, '\n' | '\u{2068}' | '\u{2069}');
        assert!(!part.chars().any(|c| is_obeyed(c) && !own(c)), "{message:?}");
    }
}

/// The word as a shell reads it.
fn unquoted(word: &str) -> String {
    let mut inside = false;
    let mut escaped = false;
    let mut read = String::new();
    for c in word.chars() {
        match c {
            '\'' if !escaped => inside = !inside,
            '\\' if !inside && !escaped => escaped = true,
            _ => {
                assert!(inside || escaped || !" \t\n;&|<>()$`\"*?[#~!{}".contains(c), "{word:?}");
                escaped = false;
                read.push(c);
            }
        }
    }
    assert!(!inside && !escaped, "{word:?}");
    read
}

fn fits(escaped: &str, said: &str, width: usize) {
    let cut = text::cut(said, width);
    assert!(text::columns(&cut) <= width, "{cut:?} is wider than {width}");
    assert_eq!(text::columns(&text::fit(said, width)), width, "{:?}", text::fit(said, width));
    if cut != escaped {
        let kept = cut.strip_suffix('…').expect("it is marked as cut");
        assert!(escaped.starts_with(kept));
        let whole = escaped.grapheme_indices(true).any(|(at, _)| at == kept.len());
        assert!(whole, "{cut:?} tears a letter of {escaped:?}");
    }
}

/// Nothing is lost, and a line is too long only where it can't be broken.
fn breaks(escaped: &str, width: usize) {
    let lines = text::lines(escaped, width);
    let ink = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
    assert_eq!(ink(&lines.concat()), ink(escaped));
    for line in lines.iter().filter(|line| text::columns(line) > width) {
        let commands: Vec<_> = line.split('`').step_by(2).collect();
        let broken = commands.iter().any(|words| words.trim().contains(' '));
        assert!(!broken || line.contains('`'), "{line:?} is wider than {width}");
    }
}

/// One row that was answered, with these texts wherever one fits.
struct Case<'a> {
    said: &'a str,
    row: Row,
    verdict: Verdict,
    mask: Mask,
    added: AddedColumns,
    lang: Lang,
}

impl<'a> Case<'a> {
    fn new(said: &'a str, name: &str, column: &str, which: u8) -> Self {
        let columns: Vec<String> = ["nik", "hp", "nama", column].map(str::to_owned).into();
        let text = Some(said.to_owned());
        let answer = Answer {
            code: [200, 11340, 301, 12223][usize::from(which >> 3) % 4],
            message: text.clone(),
            sequence_id: text.clone(),
            result: text.clone(),
            id_phone_match: text.clone(),
            id_name_match: text.clone(),
            reason: text,
            extra: [(said.to_owned(), Value::from(said))].into_iter().collect(),
        };
        let verdict = Verdict {
            outcome: answer.outcome(),
            charged: answer.charge(),
            source: Source::Api,
            answer: Some(answer),
            elapsed: Some(Duration::from_millis(20)),
            ..Verdict::local(idv::internal::model::Outcome::Unknown, None)
        };
        let fields = [(Field::IdNumber, "nik"), (Field::PhoneNumber, "hp"), (Field::Name, "nama")];
        let hidden = fields.map(|(field, name)| (field, name.to_owned())).to_vec();
        Self {
            said,
            row: Row {
                number: 1,
                line: 2,
                columns: columns.into(),
                cells: [NIK, PHONE, name, said].into_iter().collect(),
                record: Record::from_fields(|field| match field {
                    Field::IdNumber => NIK.to_owned(),
                    Field::PhoneNumber => PHONE.to_owned(),
                    Field::Name => name.to_owned(),
                    Field::IdType | Field::Country => field.spec().default.unwrap_or("").to_owned(),
                }),
                problems: vec![NameProblem::Digits.into()],
            },
            verdict,
            mask: if which & 32 == 0 { Mask::default() } else { Mask::on(hidden) },
            lang: if which & 4 == 0 { Lang::En } else { Lang::Id },
            added: if which & 64 == 0 { AddedColumns::Results } else { AddedColumns::Checks },
        }
    }

    fn layout(&self, delimiter: u8) -> Layout {
        Layout {
            columns: Arc::clone(&self.row.columns),
            delimiter,
            bom: false,
            mask: self.mask.clone(),
            color: false,
            added: self.added,
            lang: self.lang,
        }
    }

    /// What a sink writes of the row.
    fn written(&self, sink: impl FnOnce(output::Writer) -> Box<dyn Sink>) -> Vec<u8> {
        let out = Shared::default();
        let mut sink = sink(Box::new(out.clone()));
        sink.write(&self.row, &self.verdict).expect("memory can be written");
        sink.flush().expect("memory can be written");
        out.bytes()
    }

    fn text(&self, sink: impl FnOnce(output::Writer) -> Box<dyn Sink>) -> String {
        String::from_utf8(self.written(sink)).expect("all outputs are UTF-8")
    }

    /// Something that was said, as a mask shows it.
    fn masked(&self, text: &str) -> bool {
        let name = self.row.record.get(Field::Name);
        !self.mask.is_on() || (longest_number(text) < 8 && !holds_name(text, name))
    }

    fn json_lines(&self) {
        let line = self.text(|out| output::jsonl(out, self.layout(b',')));
        is_plain("json lines", &line);
        assert_eq!((line.find('\n'), line.contains('\u{2068}')), (Some(line.len() - 1), false));
        let read: Value = serde_json::from_str(&line).expect("it is JSON");
        let input: Vec<_> = read["input"].as_object().expect("an object").values().collect();
        assert_eq!(input.len(), 4, "{line}");
        if !self.mask.is_on() {
            assert_eq!((input[2], input[3]), (&self.row.cells[2].into(), &self.said.into()));
        }
        if self.added == AddedColumns::Checks {
            return;
        }
        for name in ["message", "result", "id_phone_match", "id_name_match", "reason"] {
            let read = read[name].as_str().expect("a text");
            assert!(self.mask.is_on() || read == self.said, "{name}");
            assert!(self.masked(read), "{name}: {read:?}");
        }
        assert_eq!(read["sequence_id"], self.said);
        assert_eq!(read["extra"].is_null(), self.mask.is_on());
    }

    fn csv(&self) {
        let delimiter = [b',', b';', b'\t', b'|'][usize::from(self.row.cells[3].len() % 4 > 1)];
        let bytes = self.written(|out| output::csv(out, self.layout(delimiter)).expect("memory"));
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(&*bytes);
        let rows: Vec<_> = reader.records().map(|row| row.expect("it is CSV")).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].len(), 4 + self.added.columns().len());
        for (index, cell) in rows.iter().flat_map(|row| row.iter().enumerate()) {
            let runs = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
            let phone = cell.chars().all(|c| c.is_ascii_digit() || "+-(). ".contains(c));
            assert!(!runs || phone, "a spreadsheet runs {cell:?}");
            if index >= 4 {
                assert!(!cell.chars().any(is_obeyed), "{cell:?}");
            }
        }
        let harmless = |cell: &str| cell == self.said || cell.strip_prefix('\'') == Some(self.said);
        assert!(self.mask.is_on() || harmless(&rows[1][3]), "{:?}", &rows[1][3]);
        // What was escaped holds letters and digits of our own, as `\u{0}` does.
        let masked = self.added == AddedColumns::Results && !self.said.chars().any(is_obeyed);
        for at in [7, 9, 10, 11, 12].into_iter().filter(|_| masked) {
            assert!(self.masked(&rows[1][at]), "{:?}", &rows[1][at]);
        }
    }

    fn table(&self, width: usize) {
        let text = self.text(|out| output::table(out, self.layout(b','), width).expect("memory"));
        is_plain("table", &text);
        assert_eq!(text.matches('\n').count(), 2, "{text}");
        for line in text.lines() {
            assert!(text::columns(line) <= width, "{line:?} is wider than {width}");
        }
    }

    fn card(&self, width: usize) {
        let details =
            output::CardDetails { width, lang: self.lang, ..output::CardDetails::default() };
        let card = output::card(&self.row, &self.verdict, &self.mask, &details);
        is_plain("card", &card);
    }

    /// The summary and the report, in which a reason to stop and a file's name come from outside.
    fn sums(&self, width: usize) {
        let mut tally = Tally::default();
        tally.add(&self.verdict, &self.row.problems);
        let quoted = text::quoted(self.said);
        let totals = Totals {
            origin: SummaryOrigin::default(),
            left_out: LeftOut::default(),
            started: jiff::Timestamp::UNIX_EPOCH,
            elapsed: Duration::from_secs(1),
            sandbox: false,
            pace: PaceSummary {
                pauses: 2,
                paused: Duration::from_secs(3),
                ..PaceSummary::default()
            },
            stopped: Some(StopReason::Output(self.said.to_owned())),
            exit: 6,
            next: vec![NextStep::SettleUnknown { ledger: format!(" --ledger {quoted}") }],
            price: None,
            ledger: format!(" --ledger {quoted}"),
        };
        let summary = Summary { tally: &tally, totals: &totals };
        let look = output::TerminalStyle { color: false, width: Some(width), lang: self.lang };
        is_plain("summary", &summary.text(look));
        let mut json = Vec::new();
        output::write_line(&summary.json(), &mut json).expect("memory can be written");
        is_plain("summary", std::str::from_utf8(&json).expect("it is UTF-8"));
        is_page(&output::report(&summary, self.lang));
    }

    /// Cells of text that read back the same, in a workbook that a strict reader of XML takes.
    fn workbook(&self) {
        let texts = [self.said, self.row.record.get(Field::Name), &self.row.columns[3]];
        if texts.iter().any(|text| text.contains("_x") && text.contains(char::is_control)) {
            // The crate that writes it does not tell `_x001B` before a control character, which it
            // writes as `_x0000_`, from an escape.
            return;
        }
        let rows = self
            .written(|out| output::rows_of_workbook(out, self.layout(b',')).expect("few columns"));
        let mut expected = csv::ReaderBuilder::new().has_headers(false).from_reader(&*rows);
        let expected: Vec<_> = expected.records().map(|row| row.expect("it is CSV")).collect();
        let book = book(&rows);
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(book)).expect("it is a workbook");
        let sheet = book.worksheet_range("Results").expect("it has this sheet");
        for (row, expected) in (0..).zip(&expected) {
            for (column, expected) in (0..).zip(expected) {
                let cell = sheet.get_value((row, column)).unwrap_or(&Data::Empty);
                let read: Cow<'_, str> = match cell {
                    Data::String(text) => text.into(),
                    Data::Float(_) | Data::Int(_) if column >= 4 => continue,
                    Data::Empty => "".into(),
                    other => panic!("{other:?} in place of {expected:?}"),
                };
                assert_eq!(read, in_a_workbook(expected));
            }
        }
        let formulas = book.worksheet_formula("Results").expect("it has this sheet");
        assert_eq!(formulas.used_cells().count(), 0);
    }
}

/// XML has no way to write these two.
fn in_a_workbook(cell: &str) -> String {
    cell.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}")
}

fn book(rows: &[u8]) -> Vec<u8> {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    let folder = folder.expect("a folder can be made");
    let mut file: File = tempfile::tempfile_in(folder.path()).expect("a file can be made");
    file.write_all(rows).and_then(|()| file.rewind()).expect("it can be written");
    let out = Shared::default();
    let beside = serde_json::json!({"rows": 1});
    let titles = ["Results", "Summary"];
    let (rows, folder) = (Box::new(file), Some(folder.path()));
    WorkbookContents { rows, folder, titles, sums: &beside }
        .write(Box::new(out.clone()))
        .expect("a workbook can be made");
    out.bytes()
}

/// No text became markup.
fn is_page(page: &str) {
    is_plain("report", page);
    let body = page.split_once("</style>").expect("a style").1;
    let known = [
        "b",
        "body",
        "caption",
        "code",
        "dd",
        "desc",
        "details",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "g",
        "h1",
        "h2",
        "head",
        "header",
        "html",
        "li",
        "line",
        "main",
        "ol",
        "p",
        "path",
        "polygon",
        "polyline",
        "rect",
        "section",
        "small",
        "span",
        "summary",
        "svg",
        "table",
        "tbody",
        "td",
        "text",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
        "br",
    ];
    for tag in body.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("a tag ends");
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        assert!(known.contains(&name), "<{tag}> in the report");
        assert!(!tag.contains(" on") && !tag.contains("src=") && !tag.contains("href="), "{tag}");
        assert!(!text.contains('>'), "{text}");
    }
}

/// Bytes that a sink wrote, for those who can't ask it back.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Shared {
    fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
