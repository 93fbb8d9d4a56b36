//! Where `verify` and `batch` write to, and how: opened before anything is sent.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal as _, Seek as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use serde_json::Value;

use crate::cli::{Color, OutputArgs, ResultFormat};
use crate::output::progress::is_dumb;
use crate::output::{self, Book, Destination, Layout, Look, MayReplace, Sink, Writer};

/// A file is written in pieces of this many bytes, unless there is time to write sooner.
const BUFFER: usize = 64 * 1024;

/// The sheets of a workbook of results.
pub(crate) const RESULT_SHEETS: [&str; 2] = ["Results", "Summary"];

/// Where results go.
pub(crate) struct Target {
    /// The format of the results.
    pub format: ResultFormat,
    /// The file; `None` is stdout.
    destination: Option<Destination>,
    /// Where the rows of a workbook wait that doesn't go to a regular file.
    waiting: Option<File>,
}

/// What is asked of a target.
pub(crate) struct Wanted<'a> {
    /// The format, where it was said.
    pub format: Option<ResultFormat>,
    /// The file, where one was named.
    pub file: Option<&'a Path>,
    /// The file that must not be written to.
    pub input: Option<&'a Path>,
    /// Which file may be replaced.
    pub may_replace: MayReplace,
}

impl Target {
    /// Decides on the format and opens the file.
    pub(crate) fn open(args: &OutputArgs, input: Option<&Path>) -> anyhow::Result<Self> {
        let (format, file) = (args.format, args.output.as_deref());
        let may_replace = MayReplace::of_results(args.force);
        Self::open_wanted(&Wanted { format, file, input, may_replace })
    }

    /// The same for other flags.
    pub(crate) fn open_wanted(wanted: &Wanted<'_>) -> anyhow::Result<Self> {
        let file = wanted.file.filter(|file| *file != Path::new("-"));
        let terminal = io::stdout().is_terminal();
        let format = match (wanted.format, file) {
            (Some(ResultFormat::Xlsx), None) if terminal => {
                bail!("a terminal can't show a workbook\n\n  hint: name a file: -o results.xlsx")
            }
            (Some(format), _) => format,
            (None, Some(file)) => format_of(file)?,
            (None, None) if terminal => ResultFormat::Table,
            (None, None) => ResultFormat::Jsonl,
        };
        let open = |file| Destination::open(file, wanted.input, wanted.may_replace);
        let destination = file.map(open).transpose()?;
        let regular = destination.as_ref().is_some_and(|file| file.folder().is_some());
        let waiting = (format == ResultFormat::Xlsx && !regular)
            .then(|| tempfile::tempfile().context("no room for the rows of the workbook"))
            .transpose()?;
        Ok(Self { format, destination, waiting })
    }

    /// Whether results and messages share one terminal.
    pub(crate) fn is_terminal(&self) -> bool {
        self.destination.is_none() && io::stdout().is_terminal()
    }

    /// The columns that a table or a card may take; 0 sets no bounds.
    pub(crate) fn width(&self) -> usize {
        if self.is_terminal() { output::width() } else { 0 }
    }

    /// The file, if results go to one.
    pub(crate) fn file(&self) -> Option<&Destination> {
        self.destination.as_ref()
    }

    /// What results are written with.
    pub(crate) fn writer(&self) -> io::Result<Writer> {
        let out: Writer = match (&self.waiting, &self.destination) {
            (Some(waiting), _) => Box::new(waiting.try_clone()?),
            (None, Some(destination)) => Box::new(destination.writer()?),
            (None, None) => output::stdout()?,
        };
        Ok(Box::new(BufWriter::with_capacity(BUFFER, out)))
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

    /// Puts the file in its place. `beside` is what stands on a workbook's second sheet.
    pub(crate) fn finish(self, titles: [&'static str; 2], beside: &Value) -> io::Result<()> {
        let book = |rows, folder: &Path, out| Book { rows, folder, titles, beside }.write(out);
        match (self.waiting, self.destination) {
            (Some(mut rows), destination) => {
                rows.rewind()?;
                let out: Writer = match destination {
                    Some(device) => Box::new(device.writer()?),
                    None => output::stdout()?,
                };
                book(rows, &std::env::temp_dir(), out)
            }
            (None, Some(file)) if self.format == ResultFormat::Xlsx => {
                let folder = file.folder().unwrap_or(Path::new(".")).to_owned();
                file.replace(|rows, out| book(rows, &folder, Box::new(out)))
            }
            (None, destination) => destination.map_or(Ok(()), Destination::finish),
        }
    }

    /// Puts a file in its place, or a workbook on stdout, that was written to its end as it is.
    pub(crate) fn finish_as_written(self) -> io::Result<()> {
        match (self.waiting, self.destination) {
            (Some(mut whole), destination) => {
                whole.rewind()?;
                let mut out: Writer = match destination {
                    Some(device) => Box::new(device.writer()?),
                    None => output::stdout()?,
                };
                io::copy(&mut whole, &mut out)?;
                out.flush()
            }
            (None, destination) => destination.map_or(Ok(()), Destination::finish),
        }
    }

    /// Takes back a file that is not to be.
    pub(crate) fn discard(self) {
        if let Some(destination) = self.destination {
            destination.discard();
        }
    }
}

fn format_of(file: &Path) -> anyhow::Result<ResultFormat> {
    let ending = file.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
    match ending.as_deref() {
        Some("csv") => Ok(ResultFormat::Csv),
        Some("jsonl" | "json" | "ndjson") => Ok(ResultFormat::Jsonl),
        Some("xlsx") => Ok(ResultFormat::Xlsx),
        Some("txt") => Ok(ResultFormat::Table),
        // A device or a pipe has no ending to go by.
        _ if file.exists() && !file.is_file() && !file.is_dir() => Ok(ResultFormat::Jsonl),
        _ => bail!(
            "can't tell the format from the name {}\n\n  \
             hint: name it .csv, .jsonl or .xlsx, or add -f csv, -f jsonl, -f xlsx or -f table",
            file.display()
        ),
    }
}

/// Whether to use colour on a stream.
pub(crate) fn color(choice: Color, terminal: bool) -> bool {
    let unset = |name| std::env::var_os(name).is_none_or(|value| value.is_empty());
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && !is_dumb() && unset("NO_COLOR"),
    }
}

/// How text on stderr is shown.
pub(crate) fn look(choice: Color) -> Look {
    let stderr = io::stderr();
    let terminal = stderr.is_terminal();
    let size = terminal_size::terminal_size_of(stderr).filter(|_| terminal);
    Look { color: color(choice, terminal), width: size.map(|(width, _)| usize::from(width.0)) }
}
