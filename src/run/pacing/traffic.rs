//! Answers of the last two seconds: how many a second came, and how many of them were clean.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// No question looks further back.
const KEPT: Duration = Duration::from_secs(2);

/// In the first moments an endpoint that counts over a second refuses nothing yet: a rate over less
/// than this would be far too high.
const SHORTEST: Duration = Duration::from_millis(200);

/// Answers are counted together over so long.
const GRAIN: Duration = Duration::from_millis(10);

/// Counts answers.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    grains: VecDeque<Grain>,
    begun: Option<Instant>,
    clean: u64,
}

#[derive(Debug)]
struct Grain {
    begun: Instant,
    answers: u32,
    clean: u32,
}

/// Answers a second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Throughput {
    /// All of them.
    pub(crate) answers: f64,
    /// The clean ones.
    pub(crate) clean: f64,
}

impl Traffic {
    /// The first call of the run goes out at this moment, or went out earlier.
    pub(crate) fn begin(&mut self, now: Instant) {
        self.begun.get_or_insert(now);
    }

    /// How long ago the first call went out.
    pub(crate) fn age(&self, now: Instant) -> Duration {
        self.begun.map_or(Duration::ZERO, |begun| now.duration_since(begun))
    }

    /// Clean answers so far.
    pub(crate) fn clean(&self) -> u64 {
        self.clean
    }

    /// Counts an answer.
    pub(crate) fn note(&mut self, now: Instant, clean: bool) {
        self.clean += u64::from(clean);
        while self.grains.front().is_some_and(|grain| now > grain.begun + KEPT) {
            self.grains.pop_front();
        }
        if self.grains.back().is_none_or(|grain| now >= grain.begun + GRAIN) {
            self.grains.push_back(Grain { begun: now, answers: 0, clean: 0 });
        }
        if let Some(grain) = self.grains.back_mut() {
            grain.answers += 1;
            grain.clean += u32::from(clean);
        }
    }

    /// Answers a second over the last second, or since the first call.
    pub(crate) fn throughput(&self, now: Instant) -> Throughput {
        let span = self.age(now).clamp(SHORTEST, Duration::from_secs(1));
        let recent = self.grains.iter().rev().take_while(|grain| now < grain.begun + span);
        let (answers, clean) =
            recent.fold((0, 0), |(all, clean), grain| (all + grain.answers, clean + grain.clean));
        let span = span.as_secs_f64();
        Throughput { answers: f64::from(answers) / span, clean: f64::from(clean) / span }
    }
}
