//! Writes idv's own events to stderr: warnings always, each attempt with `-v`. Events of other
//! crates are ignored, since they may hold a URL with the key.

use std::io::{self, Write};

use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{DefaultFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields as _};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{fmt, registry};

use crate::commands::options::MessageOptions;
use crate::output::progress::Progress;

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
        .event_format(EventFormat)
        .with_ansi(false)
        .with_writer(move || StderrWriter(progress.clone()));
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    // It fails only if the program that uses this library has set a subscriber already.
    let _ = tracing::subscriber::set_global_default(registry().with(own).with(lines));
}

/// The format of an event: `warning: …` as in all messages, or the level before an event for
/// engineers.
struct EventFormat;

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
        match *event.metadata().level() {
            Level::WARN => write!(out, "warning: ")?,
            level => write!(out, "{level} ")?,
        }
        context.format_fields(out.by_ref(), event)?;
        writeln!(out)
    }
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
