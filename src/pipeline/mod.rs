//! One record's way: send, judge, wait and send again where that is proved free of charge.

mod guard;
mod stream;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use tracing::debug;

pub use crate::pipeline::stream::{Done, Limits, Rows, run};

use crate::answer::Answer;
use crate::client::{Client, SendError};
use crate::code::{Charge, Class};
use crate::outcome::{Outcome, Source, Verdict};
use crate::pipeline::guard::Guard;
use crate::retry::{Decision, Policy, Tried};
use crate::row::Row;
use crate::stop::Stop;

/// Sends records, as often as the policy allows and no run-wide trouble forbids.
#[derive(Debug)]
pub struct Pipeline {
    client: Client,
    policy: Policy,
    guard: Mutex<Guard>,
    stop: Stop,
}

impl Pipeline {
    /// A pipeline for a run with at most so many requests in flight.
    pub fn new(client: Client, policy: Policy, concurrency: usize, stop: Stop) -> Self {
        Self { client, policy, guard: Mutex::new(Guard::new(concurrency)), stop }
    }

    /// What becomes of a row: held back, skipped after a stop, or sent.
    pub async fn verify(&self, row: &Row) -> Verdict {
        if row.is_held() {
            return Verdict::local(Outcome::Held, None);
        }
        let begun = Instant::now();
        let mut verdict: Option<Verdict> = None;
        loop {
            if let Some(reason) = self.stop.reason() {
                let skipped =
                    || Verdict::local(Outcome::Skipped, Some(format!("not sent: {reason}")));
                return verdict.unwrap_or_else(skipped);
            }
            let attempts = verdict.map_or(0, |former| former.attempts) + 1;
            let (seen, retry_after) = self.attempt(row, attempts).await;
            let tried = Tried { attempts, spent: begun.elapsed(), retry_after };
            let Some(wait) = self.wait(&seen, tried) else { return seen };
            debug!(row = row.number, attempts, ?wait, "waiting to ask again");
            self.stop.sleep(wait).await;
            verdict = Some(seen);
        }
    }

    /// One exchange, and the server's wish for the next.
    async fn attempt(&self, row: &Row, attempts: u32) -> (Verdict, Option<Duration>) {
        let sent = Instant::now();
        let seen = self.client.exchange(&row.record).await;
        let elapsed = sent.elapsed();
        log(row, attempts, elapsed, &seen);
        let stop = {
            let mut guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
            guard.observe(&seen, Instant::now())
        };
        if let Some(reason) = stop {
            self.stop.stop(reason);
        }
        let wish = match &seen {
            Err(SendError::Busy { retry_after, .. }) => *retry_after,
            Ok(_) | Err(_) => None,
        };
        (judge(seen, attempts, elapsed), wish)
    }

    /// How long to wait before another attempt; `None` when this was the last word.
    fn wait(&self, verdict: &Verdict, tried: Tried) -> Option<Duration> {
        if !may_ask_again(verdict) {
            return None;
        }
        match self.policy.decide(tried, fastrand::f64()) {
            Decision::Wait(wait) => Some(wait),
            Decision::GiveUp => None,
        }
    }
}

/// Only what is proved uncharged and can pass by itself.
fn may_ask_again(verdict: &Verdict) -> bool {
    let passing = match &verdict.answer {
        Some(answer) => answer.class() == Some(Class::Passing),
        None => true,
    };
    verdict.charged == Charge::No && passing
}

fn judge(seen: Result<Answer, SendError>, attempts: u32, elapsed: Duration) -> Verdict {
    let (outcome, charged) = match &seen {
        Ok(answer) => (answer.outcome(), answer.charge()),
        Err(error) => match error.charge() {
            Charge::Unknown | Charge::Yes => (Outcome::Unknown, Charge::Unknown),
            Charge::No => (Outcome::Unavailable, Charge::No),
        },
    };
    let (answer, explanation) = match seen {
        Ok(answer) => (Some(answer), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Verdict {
        outcome,
        charged,
        source: Source::Api,
        answer,
        explanation,
        attempts,
        elapsed: Some(elapsed),
        at: Some(Timestamp::now()),
    }
}

fn log(row: &Row, attempt: u32, elapsed: Duration, seen: &Result<Answer, SendError>) {
    match seen {
        Ok(answer) => debug!(row = row.number, attempt, ?elapsed, code = answer.code, "answered"),
        Err(error) => debug!(row = row.number, attempt, ?elapsed, %error, "no answer"),
    }
}
