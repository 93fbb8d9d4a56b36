//! Where `verify` and `batch` write to, and how: opened before anything is sent.

use std::io::{self, BufWriter, IsTerminal as _};
use std::path::Path;

use anyhow::bail;

use crate::cli::{Color, Format, OutputArgs};
use crate::output::{self, Destination, Layout, Look, Sink, Writer};

/// A file is written in pieces of this many bytes, unless there is time to write sooner.
const BUFFER: usize = 64 * 1024;

/// Where results go.
pub struct Target {
    /// The format of the results.
    pub format: Format,
    /// The file; `None` is stdout.
    destination: Option<Destination>,
}

impl Target {
    /// Decides on the format and opens the file.
    pub fn open(args: &OutputArgs, input: Option<&Path>) -> anyhow::Result<Self> {
        let file = args.output.as_deref().filter(|file| *file != Path::new("-"));
        let format = match (args.format, file) {
            (Some(format), _) => format,
            (None, Some(file)) => format_of(file)?,
            (None, None) if io::stdout().is_terminal() => Format::Table,
            (None, None) => Format::Jsonl,
        };
        let open = |file| Destination::open(file, input, args.force);
        Ok(Self { format, destination: file.map(open).transpose()? })
    }

    /// Whether results and messages share one terminal.
    pub fn is_terminal(&self) -> bool {
        self.destination.is_none() && io::stdout().is_terminal()
    }

    /// The file, if results go to one.
    pub fn file(&self) -> Option<&Destination> {
        self.destination.as_ref()
    }

    /// What results are written with.
    pub fn writer(&self) -> io::Result<Writer> {
        let out: Writer = match &self.destination {
            Some(destination) => Box::new(destination.writer()?),
            None => output::stdout()?,
        };
        Ok(Box::new(BufWriter::with_capacity(BUFFER, out)))
    }

    /// The sink for results of this layout.
    pub fn sink(&self, layout: Layout) -> io::Result<Box<dyn Sink>> {
        let out = self.writer()?;
        match self.format {
            Format::Table => output::table(out, layout),
            Format::Jsonl => Ok(output::jsonl(out, layout)),
            Format::Csv => output::csv(out, layout),
        }
    }

    /// Puts the file in its place.
    pub fn finish(self) -> io::Result<()> {
        self.destination.map_or(Ok(()), Destination::finish)
    }

    /// Takes back a file to which nothing was written.
    pub fn discard(self) {
        if let Some(destination) = self.destination {
            destination.discard();
        }
    }
}

fn format_of(file: &Path) -> anyhow::Result<Format> {
    let ending = file.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
    match ending.as_deref() {
        Some("csv") => Ok(Format::Csv),
        Some("jsonl" | "json" | "ndjson") => Ok(Format::Jsonl),
        Some("txt") => Ok(Format::Table),
        // A device or a pipe has no ending to go by.
        _ if file.exists() && !file.is_file() && !file.is_dir() => Ok(Format::Jsonl),
        _ => bail!(
            "can't tell the format from the name {}\n\n  \
             hint: name it .csv or .jsonl, or add -f csv, -f jsonl or -f table",
            file.display()
        ),
    }
}

/// Whether to use colour on a stream.
pub fn color(choice: Color, terminal: bool) -> bool {
    let unset = |name| std::env::var_os(name).is_none_or(|value| value.is_empty());
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
            terminal && !dumb && unset("NO_COLOR")
        }
    }
}

/// How text on stderr is shown.
pub fn look(choice: Color) -> Look {
    let stderr = io::stderr();
    let terminal = stderr.is_terminal();
    let size = terminal_size::terminal_size_of(stderr).filter(|_| terminal);
    Look { color: color(choice, terminal), width: size.map(|(width, _)| usize::from(width.0)) }
}
