//! Our own events on stderr, beside the bar: warnings always, each attempt with `-v`. Other
//! crates' events may hold a URL with the key in it, so they are not listened to.

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

/// Writes events from now on, as many as were asked for.
pub(crate) fn start(options: MessageOptions, progress: &Progress) {
    let level = match (options.quiet, options.verbose) {
        (true, _) => return,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::DEBUG,
        (false, _) => LevelFilter::TRACE,
    };
    let progress = progress.clone();
    let lines = fmt::layer()
        .event_format(OneLine)
        .with_ansi(false)
        .with_writer(move || BesideBar(progress.clone()));
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    // It fails only when a subscriber is in place already, which a program has set for itself.
    let _ = tracing::subscriber::set_global_default(registry().with(own).with(lines));
}

/// A warning reads as all our messages do; what is for engineers has its level before it.
struct OneLine;

impl<S> FormatEvent<S, DefaultFields> for OneLine
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

struct BesideBar(Progress);

impl Write for BesideBar {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.beside_bar(|| io::stderr().lock().write(line))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
