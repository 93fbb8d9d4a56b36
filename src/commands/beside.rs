//! The files that stand beside the results: the summary and the report. Opened before anything is
//! sent, written when the run is over.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::cli::BatchArgs;
use crate::commands::target::Target;
use crate::exit::Exit;
use crate::output::{self, Destination, MayReplace, OutputError, Summary};
use crate::progress::Progress;

/// Where the summary and the report go, if they are wanted.
#[derive(Default)]
pub struct Beside {
    summary: Option<Destination>,
    report: Option<Destination>,
}

impl Beside {
    /// Opens the files; each must be a file of its own.
    pub fn open(args: &BatchArgs, input: Option<&Path>, results: &Target) -> anyhow::Result<Self> {
        let mut beside = Self::default();
        match beside.open_all(args, input, results) {
            Ok(()) => Ok(beside),
            Err(error) => {
                beside.discard();
                Err(error)
            }
        }
    }

    fn open_all(
        &mut self,
        args: &BatchArgs,
        input: Option<&Path>,
        results: &Target,
    ) -> anyhow::Result<()> {
        let open = |file: &Path, others: [Option<&Destination>; 2]| {
            if others.into_iter().flatten().any(|other| other.is(file)) {
                bail!(OutputError::Twice(file.to_owned()));
            }
            Ok(Destination::open(file, input, MayReplace::of_results(args.output.force))?)
        };
        if let Some(file) = &args.summary {
            let opened = open(file, [results.file(), None]);
            self.summary = Some(opened.context("no place for the summary")?);
        }
        if let Some(file) = &args.report {
            let opened = open(file, [results.file(), self.summary.as_ref()]);
            self.report = Some(opened.context("no place for the report")?);
        }
        Ok(())
    }

    /// Takes back what was opened for a run that does not begin, or that was left.
    pub fn discard(self) {
        for file in [self.summary, self.report].into_iter().flatten() {
            file.discard();
        }
    }

    /// Writes both. What can't be written is said, and counts for the exit code.
    pub fn write(self, summary: &Summary<'_>, progress: &Progress) -> Exit {
        let json = || serde_json::to_string_pretty(&summary.json()).map_err(io::Error::from);
        let written = [
            ("summary", put(self.summary, || Ok(json()? + "\n"))),
            ("report", put(self.report, || Ok(output::report(summary)))),
        ];
        let mut exit = Exit::Ok;
        for (name, written) in written {
            if let Err(error) = written {
                progress.warn(&format!(
                    "error: the {name} can't be written: {error}\n\n  \
                     hint: make room and run the same command again; it costs nothing"
                ));
                exit = Exit::Disk;
            }
        }
        exit
    }
}

fn put(file: Option<Destination>, text: impl FnOnce() -> io::Result<String>) -> io::Result<()> {
    let Some(file) = file else { return Ok(()) };
    file.writer()?.write_all(text()?.as_bytes())?;
    file.finish()
}
