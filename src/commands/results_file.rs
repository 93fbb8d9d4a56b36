//! The file of results, or stdout: its format and its writer. It is opened before anything is sent,
//! and renamed to its place at the end.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Seek as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::commands::options::ResultsOptions;
use crate::input::Reader;
use crate::model::record::Field;
use crate::output::progress::is_dumb;
use crate::output::{
    self, AddedColumns, ColorChoice, CommandFiles, Encryption, Layout, Mask, OutputFile,
    ResultFormat, Sink, TerminalStyle, WorkbookContents, Writer,
};
use crate::platform;
use crate::words::Lang;

/// Size of the write buffer. The buffer is flushed earlier when no result is waiting.
const BUFFER: usize = 64 * 1024;

/// The sheets of a workbook of results.
pub(crate) const RESULT_SHEETS: [&str; 2] = ["Results", "Summary"];

/// The file of results, or stdout. A file is discarded when dropped, unless it is persisted.
pub(crate) struct ResultsFile {
    /// The format of the results.
    pub format: ResultFormat,
    /// The file; `None` is stdout.
    file: Option<OutputFile>,
    /// The rows of a workbook that does not go to a regular file.
    workbook_rows: Option<File>,
}

impl ResultsFile {
    /// Decides on the format and opens the file among the files of the command.
    pub(crate) fn open(options: &ResultsOptions, files: &mut CommandFiles) -> anyhow::Result<Self> {
        let path = options.file.as_deref().filter(|file| *file != Path::new("-"));
        let terminal = io::stdout().is_terminal();
        let format = match (options.format, path) {
            (Some(ResultFormat::Xlsx), None) if terminal => {
                bail!("a terminal can't show a workbook\n\n  hint: name a file: -o results.xlsx")
            }
            (Some(format), _) => format,
            (None, Some(path)) => format_of(path)?,
            (None, None) if terminal => ResultFormat::Table,
            (None, None) => ResultFormat::Jsonl,
        };
        if path.is_none() {
            refuse_plain(options)?;
        }
        files.encrypt(Encryption::to(&options.encrypt_to)?);
        let file = path.map(|path| files.open(path, options.may_replace)).transpose()?;
        let regular = file.as_ref().is_some_and(|file| file.folder().is_some());
        let encrypted = file.as_ref().is_some_and(OutputFile::is_encrypted);
        if encrypted && !regular {
            bail!("only a regular file can be encrypted\n\n  hint: name one: -o results.csv.age");
        }
        let workbook_rows = (format == ResultFormat::Xlsx && !regular)
            .then(|| tempfile::tempfile().context("no room for the rows of the workbook"))
            .transpose()?;
        Ok(Self { format, file, workbook_rows })
    }

    /// Whether results and messages share one terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        self.file.is_none() && io::stdout().is_terminal()
    }

    /// The columns that a table or a card may take; 0 sets no bounds.
    pub(crate) fn width(&self) -> usize {
        if self.is_terminal() { output::width() } else { 0 }
    }

    /// The file, if results go to one.
    pub(crate) fn file(&self) -> Option<&OutputFile> {
        self.file.as_ref()
    }

    /// Makes a buffered writer.
    pub(crate) fn writer(&self) -> io::Result<Writer> {
        let out: Writer = match (&self.workbook_rows, &self.file) {
            (Some(rows), _) => Box::new(rows.try_clone()?),
            (None, Some(file)) => file.writer()?,
            (None, None) => output::stdout()?,
        };
        Ok(Box::new(BufWriter::with_capacity(BUFFER, out)))
    }

    /// Empties the file, so that it is written from its beginning again.
    pub(crate) fn restart(&self) -> io::Result<()> {
        let mut rows = match (&self.workbook_rows, &self.file) {
            (Some(rows), _) => rows.try_clone()?,
            (None, Some(file)) => return file.restart(),
            (None, None) => return Ok(()),
        };
        rows.set_len(0)?;
        rows.rewind()
    }

    /// The layout of results for the rows of this reader.
    pub(crate) fn layout(
        &self,
        reader: &Reader,
        options: &ResultsOptions,
        added: AddedColumns,
    ) -> Layout {
        let detected = reader.detected();
        let columns = || {
            let column = |field| Some((field, detected.column_of(field)?.to_owned()));
            Field::ALL.into_iter().filter_map(column).collect()
        };
        Layout {
            columns: Arc::clone(reader.columns()),
            delimiter: detected.delimiter,
            bom: detected.bom,
            mask: if options.mask { Mask::on(columns()) } else { Mask::default() },
            color: color(options.color, self.is_terminal()),
            added,
            lang: options.lang,
        }
    }

    /// The sink for results of this layout.
    pub(crate) fn sink(&self, layout: Layout) -> io::Result<Box<dyn Sink>> {
        let out = self.writer()?;
        match self.format {
            ResultFormat::Table => output::table(out, layout, self.width()),
            ResultFormat::Jsonl => Ok(output::jsonl(out, layout)),
            ResultFormat::Csv => output::csv(out, layout),
            ResultFormat::Xlsx => output::rows_of_workbook(out, layout),
        }
    }

    /// Puts the file in its place and returns its path, if it is a regular file or a device. `sums` are the contents of a workbook's second sheet.
    pub(crate) fn persist(
        self,
        titles: [&'static str; 2],
        sums: &Value,
    ) -> io::Result<Option<PathBuf>> {
        let book = |rows, folder, out| WorkbookContents { rows, folder, titles, sums }.write(out);
        match (self.workbook_rows, self.file) {
            (Some(mut rows), file) => {
                rows.rewind()?;
                book(Box::new(rows), Some(&std::env::temp_dir()), direct_writer(file)?)?;
                Ok(None)
            }
            (None, Some(file)) if self.format == ResultFormat::Xlsx => {
                let folder = file.folder().unwrap_or(Path::new(".")).to_owned();
                let folder = (!file.is_encrypted()).then_some(folder.as_path());
                file.persist_made(|rows, out| book(rows, folder, out)).map(Some)
            }
            (None, file) => file.map(OutputFile::persist).transpose(),
        }
    }

    /// Puts a file in its place that is complete as it was written, whatever its format.
    pub(crate) fn persist_as_written(self) -> io::Result<()> {
        match (self.workbook_rows, self.file) {
            (Some(mut whole), file) => {
                whole.rewind()?;
                let mut out = direct_writer(file)?;
                io::copy(&mut whole, &mut out)?;
                out.flush()
            }
            (None, file) => file.map_or(Ok(()), |file| file.persist().map(drop)),
        }
    }

    /// Leaves the results so far in the part file, for a run that ends before they are whole.
    pub(crate) fn leave_part(self) {
        if let Some(file) = self.file {
            file.leave_part();
        }
    }
}

/// Writes to a device, or to stdout, without a part file.
fn direct_writer(device: Option<OutputFile>) -> io::Result<Writer> {
    match device {
        Some(device) => device.writer(),
        None => output::stdout(),
    }
}

/// Refuses to write to stdout what must be encrypted.
pub(crate) fn refuse_plain(options: &ResultsOptions) -> anyhow::Result<()> {
    if !options.encrypt_to.is_empty() {
        bail!(
            "--encrypt-to encrypts files, and stdout is none\n\n  \
             hint: name a file: -o results.csv.age"
        );
    }
    Ok(())
}

/// The format by the ending of a file, before `.age` if it is encrypted.
fn format_of(file: &Path) -> anyhow::Result<ResultFormat> {
    let encrypted = file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("age"));
    let named = if encrypted { Path::new(file.file_stem().unwrap_or_default()) } else { file };
    let ending = named.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
    match ending.as_deref() {
        Some("csv") => Ok(ResultFormat::Csv),
        Some("jsonl" | "json" | "ndjson") => Ok(ResultFormat::Jsonl),
        Some("xlsx") => Ok(ResultFormat::Xlsx),
        Some("txt") => Ok(ResultFormat::Table),
        // A device or a pipe has no file ending.
        _ if file.exists() && !file.is_file() && !file.is_dir() => Ok(ResultFormat::Jsonl),
        _ => bail!(
            "can't tell the format from the name {}\n\n  \
             hint: name it .csv, .jsonl or .xlsx, or add -f csv, -f jsonl, -f xlsx or -f table",
            file.display()
        ),
    }
}

/// Whether to use colour on a stream.
pub(crate) fn color(choice: ColorChoice, terminal: bool) -> bool {
    let unset = |name| std::env::var_os(name).is_none_or(|value| value.is_empty());
    match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto => terminal && !is_dumb() && unset("NO_COLOR") && platform::has_colors(),
    }
}

/// How text on stderr is shown.
pub(crate) fn look(choice: ColorChoice, lang: Lang) -> TerminalStyle {
    let stderr = io::stderr();
    let terminal = stderr.is_terminal();
    let size = terminal_size::terminal_size_of(stderr).filter(|_| terminal);
    TerminalStyle {
        color: color(choice, terminal),
        width: size.map(|(width, _)| usize::from(width.0)),
        lang,
    }
}
