//! How wide the terminal is.

use std::io;

use terminal_size::{Width, terminal_size_of};

/// Nothing is made for less: what is narrower than this wraps.
const NARROWEST: usize = 60;

/// Where a terminal does not say how wide it is.
const USUAL: usize = 80;

/// The columns of the terminal that stdout is; 60 at least.
pub(crate) fn width() -> usize {
    let said = terminal_size_of(io::stdout()).map(|(Width(columns), _)| usize::from(columns));
    said.filter(|columns| *columns > 0).unwrap_or(USUAL).max(NARROWEST)
}
