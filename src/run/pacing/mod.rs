//! The brake: one pace for the whole run. A pure state machine: it is told the time and what the
//! endpoint says, and says who may send, and when.
//!
//! - **Open.** Requests go out as the operator's `--rate`, the speed learnt (`speed.rs`) and the
//!   window allow.
//! - **Slow down.** A refusal, or a call without a usable answer, slows rate and window down and
//!   begins a pause. What else is refused of the requests sent before counts as the same event.
//! - **Paused.** Nothing is sent: at first for a tenth of a second at most, twice as long after
//!   each probe that failed, and at least as long as the server asks.
//! - **Probing.** When the pause is over exactly one request goes out. Clean: open again.
//!   Otherwise the next pause begins.
//!
//! Where nothing could be sent (no network), it is paused and probed alike, but not slowed down.

mod pace_status;
mod rate_control;
mod spacing;
#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

pub(crate) use crate::run::pacing::pace_status::{Cause, Gauge, Reading};

use crate::run::pacing::rate_control::Speed;
use crate::run::pacing::spacing::Meter;

/// The longest first pause; it doubles with each probe that fails.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

/// The longest pause that is not the server's wish.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A server's own wish is obeyed up to this.
const LONGEST_WISH: Duration = Duration::from_secs(300);

/// `--rate` is exact over any so long a time.
const EXACT_OVER: Duration = Duration::from_secs(10);

/// How much a claim may delay its request without delaying the next one's.
const CLAIM_SLACK: Duration = Duration::from_millis(20);

/// How long before its time a request may be claimed, where the disk is slow.
const CLAIM_LEAD: Duration = Duration::from_millis(250);

/// How much later than others a request may arrive at the endpoint, for `--rate` to be exact there.
const ON_THE_WAY: Duration = Duration::from_millis(20);

/// What the operator allows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// Requests in flight at most.
    pub concurrency: usize,
    /// Requests a second at most, over any ten seconds.
    pub rate: Option<f64>,
    /// How long to go on without a clean answer.
    pub patience: Duration,
}

/// What a request came to, as far as the pace is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Signal {
    /// The endpoint has done its work: a verdict, or a refusal of this record.
    Clean,
    /// Refused for now, or no usable answer.
    Refused {
        /// By what.
        cause: Cause,
        /// The pause that the server asks for.
        wish: Option<Duration>,
    },
    /// Not sent for want of a connection: nothing was refused.
    Unsent(Cause),
    /// What ends the run anyway.
    Final,
}

/// Whether a request may go out.
#[derive(Debug)]
pub(crate) enum Gate {
    /// It may.
    Open(Ticket),
    /// Not before this moment; ask again then, or when something has changed.
    Until(Instant),
    /// Not before something has changed.
    Shut,
}

/// A request on its way. To be handed in again: with what came of it, or unused.
#[derive(Debug)]
#[must_use]
pub(crate) struct Ticket {
    /// How many times the run had braked when it went out.
    generation: u32,
    probe: bool,
}

#[derive(Debug)]
struct Pause {
    /// Up to when it is in the books.
    booked: Instant,
    until: Instant,
    probing: bool,
    cause: Cause,
}

/// The pace of a run.
#[derive(Debug)]
pub(crate) struct Brake {
    patience: Duration,
    /// The time from one send to the next that the operator allows.
    interval: Duration,
    speed: Speed,
    meter: Meter,
    /// For the moment when a request goes out; only for the operator's rate.
    exact: Meter,
    in_flight: usize,
    pause: Option<Pause>,
    failed_probes: u32,
    generation: u32,
    clean: u64,
    outage: Option<Outage>,
    paused: Duration,
}

impl Brake {
    /// A brake that is open.
    pub(crate) fn new(bounds: Bounds) -> Self {
        Self {
            patience: bounds.patience,
            interval: bounds.rate.map_or(Duration::ZERO, interval),
            speed: Speed::new(bounds.concurrency),
            meter: Meter::default(),
            exact: Meter::with_slack(CLAIM_SLACK),
            in_flight: 0,
            pause: None,
            failed_probes: 0,
            generation: 0,
            clean: 0,
            outage: None,
            paused: Duration::ZERO,
        }
    }

    /// Whether a request may go out now.
    pub(crate) fn may_send(&mut self, now: Instant) -> Gate {
        let probe = match &self.pause {
            Some(pause) if now < pause.until => return Gate::Until(pause.until),
            Some(pause) if pause.probing => return Gate::Shut,
            paused => paused.is_some(),
        };
        if self.in_flight >= self.speed.window() {
            self.speed.held_back(now);
            return Gate::Shut;
        }
        let ready = self.meter.ready(now);
        // What was learnt about the rate says nothing about a single probe.
        if now < ready && !(probe && self.interval.is_zero()) {
            self.speed.held_back(now);
            return Gate::Until(ready);
        }
        self.meter.take(now, self.spacing());
        self.in_flight += 1;
        if let Some(pause) = &mut self.pause {
            pause.probing = true;
        }
        Gate::Open(Ticket { generation: self.generation, probe })
    }

    /// When a request may go out that has its ticket and, since then, its claim.
    pub(crate) fn send_at(&mut self, now: Instant) -> Instant {
        if self.interval.is_zero() {
            return now;
        }
        let at = self.exact.ready(now).max(now);
        self.exact.take(at, self.interval);
        self.meter.follow(&self.exact, CLAIM_LEAD);
        at
    }

    /// The ticket was not used.
    #[expect(clippy::needless_pass_by_value, reason = "a ticket is used up")]
    pub(crate) fn give_back(&mut self, ticket: Ticket) {
        self.in_flight -= 1;
        self.meter.give_back(self.spacing());
        self.probed(&ticket);
    }

    /// Takes note of what a request came to. `jitter` is a random number from 0 to 1. True: there
    /// was no clean answer for too long.
    #[expect(clippy::needless_pass_by_value, reason = "a ticket is used up")]
    pub(crate) fn observe(
        &mut self,
        ticket: Ticket,
        signal: Signal,
        now: Instant,
        jitter: f64,
    ) -> bool {
        self.in_flight -= 1;
        self.probed(&ticket);
        self.book(&ticket, now);
        let current = ticket.generation == self.generation;
        match signal {
            Signal::Clean => self.answered(&ticket, current, now),
            Signal::Refused { cause, wish } => {
                self.fail(now, wish);
                if current {
                    self.speed.slow_down(now, ticket.probe);
                    self.stand_still(&ticket, cause, now, jitter);
                }
                self.obey(wish, now);
            }
            Signal::Unsent(cause) => {
                self.fail(now, None);
                if cause == Cause::OpenFiles {
                    self.speed.fewer(self.in_flight + 1);
                }
                if current {
                    self.stand_still(&ticket, cause, now, jitter);
                }
            }
            Signal::Final => {}
        }
        self.outage.is_some_and(|outage| outage.lasts(now) >= self.patience)
    }

    fn answered(&mut self, ticket: &Ticket, current: bool, now: Instant) {
        self.clean += 1;
        self.outage = None;
        if current {
            self.failed_probes = 0;
            self.speed.clean(now);
        }
        // Unless somebody was told meanwhile to wait for longer.
        if self.pause.take_if(|pause| ticket.probe && now >= pause.until).is_some() {
            self.meter.restart(now);
        }
    }

    fn fail(&mut self, now: Instant, wish: Option<Duration>) {
        let outage = self.outage.get_or_insert(Outage::new(now));
        if let Some(wish) = wish {
            outage.excuse(now, wish.min(LONGEST_WISH));
        }
    }

    /// Begins a pause, or prolongs it where the probe has failed.
    fn stand_still(&mut self, ticket: &Ticket, cause: Cause, now: Instant, jitter: f64) {
        self.generation += 1;
        self.failed_probes = if ticket.probe { self.failed_probes + 1 } else { 0 };
        let bound = FIRST_PAUSE.saturating_mul(1 << self.failed_probes.min(16));
        let left = self
            .outage
            .map_or(self.patience, |outage| self.patience.saturating_sub(outage.lasts(now)));
        // The last probe is made when patience ends, not long after it.
        let pause = bound.min(LONGEST_PAUSE).mul_f64(jitter.clamp(0.0, 1.0)).min(left);
        self.pause = Some(Pause { booked: now, until: now + pause, probing: false, cause });
    }

    /// Whatever the server asks for, and whoever it told so.
    fn obey(&mut self, wish: Option<Duration>, now: Instant) {
        if let (Some(pause), Some(wish)) = (&mut self.pause, wish) {
            pause.until = pause.until.max(now + wish.min(LONGEST_WISH));
        }
    }

    fn probed(&mut self, ticket: &Ticket) {
        if let Some(pause) = self.pause.as_mut().filter(|_| ticket.probe) {
            pause.probing = false;
        }
    }

    /// A pause, up to the end of its probe, is time lost, and says nothing about the rate.
    fn book(&mut self, ticket: &Ticket, now: Instant) {
        if let Some(pause) = self.pause.as_mut().filter(|_| ticket.probe) {
            let lost = now.duration_since(pause.booked);
            pause.booked = now;
            self.paused += lost;
            self.speed.paused(lost);
        }
    }

    fn spacing(&self) -> Duration {
        self.interval.max(self.speed.interval())
    }

    /// Clean answers so far.
    pub(crate) fn clean(&self) -> u64 {
        self.clean
    }

    /// How often the run was slowed down or paused so far.
    pub(crate) fn brakings(&self) -> u32 {
        self.generation
    }

    /// Whether nothing but the number in flight limits the run.
    pub(crate) fn is_open(&self) -> bool {
        self.pause.is_none() && self.interval.is_zero() && self.speed.rate().is_none()
    }

    /// What is shown of it.
    pub(crate) fn reading(&self) -> Reading {
        Reading {
            rate: self.speed.rate(),
            pause: self.pause.as_ref().map(|pause| (pause.until, pause.cause)),
            brakings: self.generation,
            paused: self.paused,
        }
    }
}

/// So far apart that in no ten seconds there are more than ten seconds' worth, even where some
/// are a little late.
fn interval(rate: f64) -> Duration {
    let stretched = EXACT_OVER + CLAIM_SLACK + ON_THE_WAY;
    Duration::from_secs_f64(stretched.as_secs_f64() / EXACT_OVER.as_secs_f64() / rate)
}

/// A time without a clean answer.
#[derive(Debug, Clone, Copy)]
struct Outage {
    since: Instant,
    /// For how long of it, and until when, the server asked for patience.
    excused: Duration,
    excused_until: Instant,
}

impl Outage {
    fn new(now: Instant) -> Self {
        Self { since: now, excused: Duration::ZERO, excused_until: now }
    }

    fn excuse(&mut self, now: Instant, wish: Duration) {
        let until = self.excused_until.max(now + wish);
        self.excused += until.duration_since(self.excused_until.max(now));
        self.excused_until = until;
    }

    /// How long it has lasted, without what the server asked for.
    fn lasts(&self, now: Instant) -> Duration {
        let ahead = self.excused_until.saturating_duration_since(now);
        let excused = self.excused.saturating_sub(ahead);
        now.duration_since(self.since).saturating_sub(excused)
    }
}
