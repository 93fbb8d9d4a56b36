//! The sections of the report: their order and their headings.

use crate::output::report::html::Html;
use crate::words::Words;

/// A section of the page, in the order of [`ReportWords::headings`](crate::words::ReportWords).
#[derive(Debug, Clone, Copy)]
pub(crate) enum Section {
    Verdicts,
    Next,
    Unknowns,
    Cost,
    Matches,
    Codes,
    Problems,
    Charges,
    Latency,
}

impl Section {
    /// Begins the section, with its heading.
    pub(crate) fn begin(self, page: &mut Html, words: &dyn Words) {
        let id = match self {
            Self::Verdicts => "verdicts",
            Self::Next => "next",
            Self::Unknowns => "unknowns",
            Self::Cost => "cost",
            Self::Matches => "matches",
            Self::Codes => "codes",
            Self::Problems => "problems",
            Self::Charges => "charges",
            Self::Latency => "latency",
        };
        page.raw("<section aria-labelledby=\"").raw(id).raw("\">\n<h2 id=\"").raw(id);
        page.put("\">", words.headings()[self as usize], "</h2>\n");
    }
}
