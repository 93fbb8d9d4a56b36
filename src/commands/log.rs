//! `-v`: our own events on stderr, beside the bar. Other crates' events may hold a URL with the
//! key in it, so they are not listened to.

use std::io::{self, Write};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{fmt, registry};

use crate::progress::Progress;

/// Writes events from now on, as many as were asked for.
pub fn start(verbose: u8, progress: &Progress) {
    let level = match verbose {
        0 => return,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let progress = progress.clone();
    let lines = fmt::layer()
        .without_time()
        .with_target(false)
        .with_ansi(false)
        .with_writer(move || BesideBar(progress.clone()));
    let own = Targets::new().with_target(env!("CARGO_CRATE_NAME"), level);
    // It fails only when a subscriber is in place already, which a program has set for itself.
    let _ = tracing::subscriber::set_global_default(registry().with(own).with(lines));
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
