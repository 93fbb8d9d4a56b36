//! The files of the summary and of the report. They are opened before anything is sent, and written
//! after the run.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::commands::options::BatchOptions;
use crate::commands::results_file::{ResultsFile, refuse_plain};
use crate::exit::Exit;
use crate::output::progress::Progress;
use crate::output::{self, CommandFiles, OutputFile, Summary};
use crate::words::Lang;

/// The files of the summary and of the report, each if it is wanted.
pub(crate) struct ReportFiles {
    summary: Option<ReportFile>,
    report: Option<ReportFile>,
}

/// A file, or stdout if nothing else is written to it.
enum ReportFile {
    File(OutputFile),
    Stdout,
}

impl ReportFiles {
    /// Opens the files among those of the command.
    pub(crate) fn open(
        options: &BatchOptions,
        files: &mut CommandFiles,
        results: &ResultsFile,
    ) -> anyhow::Result<Self> {
        let mut open = |path: &Path, summary: Option<&ReportFile>| -> anyhow::Result<ReportFile> {
            if path == Path::new("-") {
                refuse_plain(&options.results)?;
                return stdout(results, summary);
            }
            Ok(ReportFile::File(files.open(path, options.results.may_replace)?))
        };
        let summary = options.summary.as_deref().map(|path| open(path, None)).transpose();
        let summary = summary.context("no place for the summary")?;
        let report = options.report.as_deref().map(|path| open(path, summary.as_ref())).transpose();
        let report = report.context("no place for the report")?;
        Ok(Self { summary, report })
    }

    /// Writes both files. A failure is shown and returned as an exit code.
    pub(crate) fn write(self, summary: &Summary<'_>, lang: Lang, progress: &Progress) -> Exit {
        let json = || serde_json::to_string_pretty(&summary.json()).map_err(io::Error::from);
        let words = progress.words();
        let written = [
            (words.summary_name(), write(self.summary, || Ok(json()? + "\n"))),
            (words.report_name(), write(self.report, || Ok(output::report(summary, lang)))),
        ];
        let mut exit = Exit::Ok;
        for (name, written) in written {
            if let Err(error) = written {
                progress.warn(&words.file_not_written(name, &error.to_string()));
                exit = Exit::Disk;
            }
        }
        exit
    }
}

fn stdout(results: &ResultsFile, summary: Option<&ReportFile>) -> anyhow::Result<ReportFile> {
    if results.file().is_none() || matches!(summary, Some(ReportFile::Stdout)) {
        bail!(
            "something else is written to stdout already\n\n  \
             hint: name a file, as in -o results.csv --summary - --report report.html"
        );
    }
    Ok(ReportFile::Stdout)
}

fn write(file: Option<ReportFile>, text: impl FnOnce() -> io::Result<String>) -> io::Result<()> {
    match file {
        None => Ok(()),
        Some(ReportFile::File(file)) => {
            file.writer()?.write_all(text()?.as_bytes())?;
            file.persist().map(drop)
        }
        Some(ReportFile::Stdout) => output::print(text()?.as_bytes()),
    }
}
