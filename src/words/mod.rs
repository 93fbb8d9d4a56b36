//! The sentences that people read, in English and in Indonesian. Each topic is a trait with one method
//! a sentence, so that a sentence that is missing in one language does not compile. The code that
//! decides names a sentence; what programs read is English, whatever the language.

mod card;
mod english;
mod explanations;
mod indonesian;
mod input;
mod messages;
mod next_steps;
mod numbers;
mod outputs;
mod plan;
mod problems;
mod progress;
mod report;
mod stops;
mod summary;
#[cfg(test)]
mod tests;
mod verdicts;

pub(crate) use crate::words::card::CardWords;
pub(crate) use crate::words::explanations::ExplanationWords;
pub use crate::words::input::FormatProblem;
pub(crate) use crate::words::input::InputWords;
pub(crate) use crate::words::messages::{ErrorHint, MessageWords};
pub use crate::words::next_steps::NextStep;
pub(crate) use crate::words::next_steps::NextStepWords;
pub(crate) use crate::words::outputs::OutputWords;
pub(crate) use crate::words::plan::PlanWords;
pub(crate) use crate::words::problems::ProblemWords;
pub(crate) use crate::words::progress::ProgressWords;
pub(crate) use crate::words::report::ReportWords;
pub(crate) use crate::words::stops::StopWords;
pub(crate) use crate::words::summary::SummaryWords;
pub(crate) use crate::words::verdicts::VerdictWords;

/// A language for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Bahasa Indonesia.
    Id,
}

/// All sentences of one language.
pub(crate) trait Words:
    CardWords
    + ExplanationWords
    + InputWords
    + MessageWords
    + NextStepWords
    + OutputWords
    + PlanWords
    + ProblemWords
    + ProgressWords
    + ReportWords
    + StopWords
    + SummaryWords
    + VerdictWords
    + Sync
{
}

impl Lang {
    /// Every language.
    pub(crate) const ALL: [Self; 2] = [Self::En, Self::Id];

    /// The language of this name: `id` or `en`.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lang| lang.name() == name.to_ascii_lowercase())
    }

    /// Its name, by ISO 639-1.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Id => "id",
        }
    }

    /// The language of a locale: Indonesian for `id`, `id_ID.UTF-8`, `id-ID`, else English.
    pub(crate) fn of_locale(locale: &str) -> Self {
        let language = locale.split(['_', '-', '.', '@']).next().unwrap_or_default();
        if language.eq_ignore_ascii_case("id") { Self::Id } else { Self::En }
    }

    /// The sentences of the language.
    pub(crate) fn words(self) -> &'static dyn Words {
        match self {
            Self::En => &english::English,
            Self::Id => &indonesian::Indonesian,
        }
    }
}
