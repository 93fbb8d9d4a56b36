//! Writes idv's own events to stderr: warnings always, each attempt with `-v`. Events of other
//! crates are ignored, since they may hold a URL with the key.

use std::error::Error;
use std::fmt::Debug;
use std::io::{self, Write};

use tracing::field::{Field, Visit};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields as _};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{fmt, registry};

use crate::commands::options::MessageOptions;
use crate::model::warning::Warning;
use crate::output::progress::Progress;
use crate::words::Lang;

/// Starts to write events, at the level of the options.
pub(crate) fn start(options: MessageOptions, progress: &Progress) {
    let level = match (options.quiet, options.verbose) {
        (true, _) => return,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    let progress = progress.clone();
    let lines = fmt::layer()
        .event_format(EventFormat(options.lang))
        .with_ansi(false)
        .with_writer(move || StderrWriter(progress.clone()));
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    // It fails only if the program that uses this library has set a subscriber already.
    let _ = tracing::subscriber::set_global_default(registry().with(own).with(lines));
}

/// The format of an event: `warning: …` as in all messages, in the language of the run, or the level
/// before an event for engineers.
struct EventFormat(Lang);

impl<S> FormatEvent<S, DefaultFields> for EventFormat
where
    S: tracing::Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, DefaultFields>,
        mut out: Writer<'_>,
        event: &tracing::Event<'_>,
    ) -> std::fmt::Result {
        let mut warning = FoundWarning(None);
        event.record(&mut warning);
        if let FoundWarning(Some(warning)) = warning {
            let words = self.0.words();
            return writeln!(out, "{}", words.warning(&words.beside_run(&warning)));
        }
        write!(out, "{} ", event.metadata().level())?;
        context.format_fields(out.by_ref(), event)?;
        writeln!(out)
    }
}

/// The warning that an event holds.
struct FoundWarning(Option<Warning>);

impl Visit for FoundWarning {
    fn record_error(&mut self, _: &Field, value: &(dyn Error + 'static)) {
        self.0 = value.downcast_ref().cloned();
    }

    fn record_debug(&mut self, _: &Field, _: &dyn Debug) {}
}

/// A writer to stderr that does not disturb the progress bar.
struct StderrWriter(Progress);

impl Write for StderrWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.beside_bar(|| io::stderr().lock().write(line))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
