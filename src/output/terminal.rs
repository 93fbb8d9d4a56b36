//! The width of the terminal.

use std::io;

use terminal_size::{Width, terminal_size_of};

/// The narrowest width. Lines wrap on a narrower terminal.
const NARROWEST: usize = 60;

/// The width of a terminal that does not tell it.
const USUAL: usize = 80;

/// Columns of the terminal at stdout, at least 60.
pub(crate) fn width() -> usize {
    let said = terminal_size_of(io::stdout()).map(|(Width(columns), _)| usize::from(columns));
    said.filter(|columns| *columns > 0).unwrap_or(USUAL).max(NARROWEST)
}
