//! The files that stand beside the results: the summary and the report. Opened before anything is
//! sent, written when the run is over.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::cli::BatchArgs;
use crate::commands::results_file::Target;
use crate::exit::Exit;
use crate::output::progress::Progress;
use crate::output::{self, Destination, MayReplace, OutputError, Summary};

/// Where the summary and the report go, if they are wanted.
#[derive(Default)]
pub(crate) struct Beside {
    summary: Option<Place>,
    report: Option<Place>,
}

/// A file, or stdout where nothing else is written to it.
enum Place {
    File(Destination),
    Stdout,
}

impl Beside {
    /// Opens the files; each must be a file of its own.
    pub(crate) fn open(
        args: &BatchArgs,
        input: Option<&Path>,
        results: &Target,
    ) -> anyhow::Result<Self> {
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
        let open = |file: &Path, summary: Option<&Place>| {
            let to_stdout = file == Path::new("-");
            if to_stdout && (results.file().is_none() || matches!(summary, Some(Place::Stdout))) {
                bail!(
                    "something else is written to stdout already\n\n  \
                     hint: name a file, as in -o results.csv --summary - --report report.html"
                );
            }
            if to_stdout {
                return Ok(Place::Stdout);
            }
            if results.file().is_some_and(|other| other.is(file))
                || matches!(summary, Some(Place::File(other)) if other.is(file))
            {
                bail!(OutputError::Twice(file.to_owned()));
            }
            let may_replace = MayReplace::of_results(args.output.force);
            Ok(Place::File(Destination::open(file, input, may_replace)?))
        };
        if let Some(file) = &args.summary {
            self.summary = Some(open(file, None).context("no place for the summary")?);
        }
        if let Some(file) = &args.report {
            let opened = open(file, self.summary.as_ref());
            self.report = Some(opened.context("no place for the report")?);
        }
        Ok(())
    }

    /// Takes back what was opened for a run that does not begin, or that was left.
    pub(crate) fn discard(self) {
        for place in [self.summary, self.report].into_iter().flatten() {
            if let Place::File(file) = place {
                file.discard();
            }
        }
    }

    /// Writes both. What can't be written is said, and counts for the exit code.
    pub(crate) fn write(self, summary: &Summary<'_>, progress: &Progress) -> Exit {
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

fn put(place: Option<Place>, text: impl FnOnce() -> io::Result<String>) -> io::Result<()> {
    match place {
        None => Ok(()),
        Some(Place::File(file)) => {
            file.writer()?.write_all(text()?.as_bytes())?;
            file.finish()
        }
        Some(Place::Stdout) => output::print(text()?.as_bytes()),
    }
}
