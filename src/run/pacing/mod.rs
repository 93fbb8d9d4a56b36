//! The pacing: one pace for the whole run, found by measuring. A pure state machine: it is told the
//! time and what the endpoint says, and says when a call may go out.
//!
//! - `search`: the rate and the number in flight that the endpoint bears. Its tests tell noise, a
//!   limit on the rate and a limit on calls in flight apart.
//! - `window`: few calls in flight at the start, more as answers come; `-c auto`.
//! - `latency`: calls do not wait in the server's queue.
//! - `pause`: after an alarm, in an outage, and where the server asks for it, nothing is sent but one
//!   call now and then.
//! - `operator_rate`: `--rate` is exact.

mod bounds;
mod call;
mod decision;
mod evidence;
mod flight_split;
mod known_limit;
mod latency;
mod operator_rate;
mod pace_status;
mod parameters;
mod pause;
mod search;
#[cfg(test)]
mod simulation;
mod spacing;
#[cfg(test)]
mod tests;
mod traffic;
mod trial;
mod unsent;
mod window;

use std::time::{Duration, Instant};

pub(crate) use crate::run::pacing::bounds::{Bounds, Concurrency};
pub(crate) use crate::run::pacing::call::{Gate, Signal, Ticket};
pub(crate) use crate::run::pacing::decision::Decision;
pub(crate) use crate::run::pacing::pace_status::{Cause, Limit, PaceStatus, SharedStatus};

use crate::run::pacing::latency::{Finding, Latency};
use crate::run::pacing::operator_rate::OperatorRate;
use crate::run::pacing::pace_status::Activity;
use crate::run::pacing::parameters as p;
use crate::run::pacing::pause::{Outage, Pause};
use crate::run::pacing::search::{Context, Reaction, Sample, Search};
use crate::run::pacing::spacing::Spacing;
use crate::run::pacing::traffic::Traffic;
use crate::run::pacing::trial::Phase;
use crate::run::pacing::unsent::Unsent;
use crate::run::pacing::window::Window;

/// The pace of a run.
#[derive(Debug)]
pub(crate) struct Pacer {
    bounds: Bounds,
    pub(in crate::run) operator: OperatorRate,
    /// Spaces calls as the search and the window allow: their tickets, and where a rate was learnt,
    /// their departures too. Claims come back from the disk in groups, which would be bursts.
    spacing: Spacing,
    departures: Spacing,
    window: Window,
    latency: Latency,
    search: Search,
    traffic: Traffic,
    unsent: Unsent,
    in_flight: usize,
    pause: Option<Pause>,
    outage: Option<Outage>,
    /// The window is smaller because answers got slower.
    queueing: bool,
    totals: Totals,
    decisions: Vec<Decision>,
}

/// What is counted for the summary.
#[derive(Debug, Default)]
struct Totals {
    pauses: u32,
    paused: Duration,
    refused: u64,
    /// The limit that was found last.
    found: Option<Limit>,
}

impl Pacer {
    /// A pace that nothing slows down yet.
    pub(crate) fn new(bounds: Bounds, now: Instant) -> Self {
        Self {
            bounds,
            operator: OperatorRate::new(bounds.rate),
            spacing: Spacing::with_slack(p::TIMER_SLACK),
            departures: Spacing::with_slack(p::TIMER_SLACK),
            window: Window::new(bounds.concurrency),
            latency: Latency::new(bounds.timeout),
            search: Search::new(bounds.concurrency.most(), now),
            traffic: Traffic::default(),
            unsent: Unsent::new(now),
            in_flight: 0,
            pause: None,
            outage: None,
            queueing: false,
            totals: Totals::default(),
            decisions: Vec::new(),
        }
    }

    /// Whether a call may go out now.
    pub(crate) fn may_send(&mut self, now: Instant) -> Gate {
        let lone = match self.pause.as_ref().map(|pause| pause.may_ask(now)) {
            Some(Err(Some(until))) => return Gate::Until(until),
            Some(Err(None)) => return Gate::Shut,
            paused => paused.is_some(),
        };
        if self.in_flight >= self.window() {
            self.window.held_back();
            return Gate::Shut;
        }
        let mut ready = self.operator.ready(now);
        // What was learnt about the rate says nothing about the one call of a pause.
        if !lone {
            ready = ready.max(self.spacing.ready(now));
        }
        if now < ready && (!lone || self.operator.is_limited()) {
            return Gate::Until(ready);
        }
        Gate::Open(self.give_ticket(now, lone))
    }

    fn give_ticket(&mut self, now: Instant, lone: bool) -> Ticket {
        self.operator.take(now);
        self.spacing.take(now, self.interval());
        self.traffic.begin(now);
        self.in_flight += 1;
        if let Some(pause) = &mut self.pause {
            pause.set_asking(true);
        }
        Ticket { trial: self.search.trial(), sent: now, others: self.in_flight - 1, lone }
    }

    /// When a call may go out that has its ticket and, since then, its claim.
    pub(crate) fn send_at(&mut self, now: Instant) -> Instant {
        let at = self.operator.send_at(now);
        if self.search.speed().rate.is_infinite() {
            return at;
        }
        let at = self.departures.ready(at).max(at);
        self.departures.take(at, self.interval());
        at
    }

    /// The ticket was not used.
    #[expect(clippy::needless_pass_by_value, reason = "a ticket is used up")]
    pub(crate) fn give_back(&mut self, ticket: Ticket) {
        self.operator.give_back();
        self.spacing.give_back(self.interval());
        self.take_back(&ticket);
    }

    fn take_back(&mut self, ticket: &Ticket) {
        self.in_flight -= 1;
        if let Some(pause) = self.pause.as_mut().filter(|_| ticket.lone) {
            pause.set_asking(false);
        }
    }

    /// Takes note of what a call came to, and how long it took. `jitter` is a random number from 0
    /// to 1. Returns true when there was no clean answer for too long.
    #[expect(clippy::needless_pass_by_value, reason = "a ticket is used up")]
    pub(crate) fn observe(
        &mut self,
        ticket: Ticket,
        signal: Signal,
        took: Duration,
        now: Instant,
        jitter: f64,
    ) -> bool {
        self.take_back(&ticket);
        match signal {
            Signal::Clean => self.note_clean(&ticket, took, now),
            Signal::Refused { cause, wish } => {
                self.totals.refused += u64::from(cause.is_refusal());
                self.note_failure(now, wish);
                self.note_refused(&ticket, cause, now, jitter);
                self.obey(wish, cause, now, jitter);
            }
            Signal::Unsent(cause) => {
                self.note_failure(now, None);
                self.note_unsent(&ticket, cause, now, jitter);
            }
            Signal::Final => {}
        }
        self.decisions.extend(self.search.take_decisions());
        self.totals.found = self.search.limit().or(self.totals.found);
        self.outage.is_some_and(|outage| outage.lasts(now) >= self.bounds.patience)
    }

    fn note_clean(&mut self, ticket: &Ticket, took: Duration, now: Instant) {
        self.outage = None;
        self.traffic.note(now, true);
        self.unsent.note(now, false);
        self.judge_latency(ticket, took, now);
        if ticket.lone {
            return self.resume(now);
        }
        let grows = ticket.trial == self.search.trial()
            && matches!(self.search.phase(), Phase::Hold)
            && self.pause.is_none()
            && self.latency.is_calm()
            && self.traffic.age(now) > p::GENTLE_START;
        self.judge(ticket, None, now);
        if grows {
            self.grow(took, now);
        }
    }

    fn grow(&mut self, took: Duration, now: Instant) {
        self.window.grow(self.latency.is_brisk());
        self.queueing &= self.window.size() < self.window.ceiling();
        // Below a limit a larger window can't pay.
        if self.search.limit().is_some() {
            self.window.disturbed();
        } else if let Some(size) = self.window.measure(took, now) {
            self.decisions.push(Decision::Settled(size));
        }
    }

    fn judge_latency(&mut self, ticket: &Ticket, took: Duration, now: Instant) {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
        let window = self.window() as f64;
        let finding = self.latency.note(took, ticket.sent, window, now);
        if let Finding::Queue { keep, .. } = finding {
            self.window.shrink(keep);
            self.window.disturbed();
            self.queueing = true;
        }
        if finding != Finding::Fine {
            self.decisions.push(Decision::Latency(finding, self.window.size()));
        }
    }

    /// The one call of a pause was clean: the others follow.
    fn resume(&mut self, now: Instant) {
        let Some(pause) = self.pause.take_if(|pause| pause.is_over(now)) else { return };
        let paused = pause.lasts(now);
        self.totals.paused += paused;
        self.decisions.push(Decision::Resumed { failed: pause.failed(), paused });
        self.operator.restart(now);
        self.spacing.restart(now);
        self.search.resume(now);
        self.window.disturbed();
    }

    /// A call was refused, or had no usable answer.
    fn note_refused(&mut self, ticket: &Ticket, cause: Cause, now: Instant, jitter: f64) {
        self.traffic.note(now, false);
        if ticket.lone {
            return self.stand_still(cause, now, jitter);
        }
        match self.judge(ticket, Some(cause), now) {
            Reaction::GoOn => return,
            Reaction::PauseAndHalve => self.window.halve(),
            Reaction::Pause => {}
        }
        // A pause that the server asked for goes on.
        if self.pause.is_none() {
            self.stand_still(cause, now, jitter);
        }
    }

    /// Asks the search what an answer means.
    fn judge(&mut self, ticket: &Ticket, failed: Option<Cause>, now: Instant) -> Reaction {
        if self.pause.as_ref().is_some_and(|pause| !pause.is_asked_for()) {
            return Reaction::GoOn;
        }
        let (trial, sent, others) = (ticket.trial, ticket.sent, ticket.others);
        let named = failed.is_some_and(Cause::is_too_frequent);
        let sample = Sample { trial, sent, others, failed: failed.is_some(), named };
        let context = Context {
            now,
            window: self.window.size(),
            latency: self.latency.mean(),
            ceiling: self.operator.rate(),
            traffic: &self.traffic,
        };
        self.search.answer(sample, context)
    }

    fn note_unsent(&mut self, ticket: &Ticket, cause: Cause, now: Instant, jitter: f64) {
        let want_of_files = cause == Cause::OpenFiles;
        if want_of_files {
            self.window.fewer(self.in_flight + 1);
            self.decisions.push(Decision::Fewer(self.window.size()));
        }
        let outage = self.unsent.note(now, true) || want_of_files;
        if ticket.lone || outage && self.pause.is_none() {
            self.stand_still(cause, now, jitter);
        }
    }

    /// Begins to count the time without a clean answer, except what the server asked for.
    fn note_failure(&mut self, now: Instant, wish: Option<Duration>) {
        let outage = self.outage.get_or_insert(Outage::new(now));
        if let Some(wish) = wish {
            outage.excuse(now, wish);
        }
    }

    /// Begins a pause, or prolongs it where its one call has failed.
    fn stand_still(&mut self, cause: Cause, now: Instant, jitter: f64) {
        let jitter = jitter.clamp(0.0, 1.0);
        let lasts = self.outage.map_or(Duration::ZERO, |outage| outage.lasts(now));
        let pause = if let Some(pause) = &mut self.pause {
            pause.prolong(now, cause, jitter);
            pause
        } else {
            self.totals.pauses += 1;
            self.window.disturbed();
            self.pause.insert(Pause::new(now, cause, jitter))
        };
        // The last call is made when patience ends, not long after it.
        pause.end_by(now + self.bounds.patience.saturating_sub(lasts));
    }

    fn obey(&mut self, wish: Option<Duration>, cause: Cause, now: Instant, jitter: f64) {
        let Some(wish) = wish else { return };
        if self.pause.is_none() {
            self.stand_still(cause, now, jitter);
        }
        if let Some(pause) = &mut self.pause {
            pause.obey(now, wish, cause);
        }
    }

    /// Calls in flight that are allowed now.
    fn window(&self) -> usize {
        self.window.size().min(self.search.speed().window).max(1)
    }

    /// The time from one call to the next. It is bounded even where no limit is known: refusals
    /// that come back at once must not be followed at once by the next calls.
    fn interval(&self) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "a few thousand at most")]
        let window = self.window() as f64;
        let carried = match self.latency.mean() {
            Some(latency) => p::HEADROOM * window / latency,
            None => p::FIRST_RATE,
        };
        Duration::from_secs_f64(self.search.speed().rate.min(carried).recip())
    }

    /// Clean answers so far.
    pub(crate) fn clean_answers(&self) -> u64 {
        self.traffic.clean()
    }

    /// Calls in flight that the window may grow to.
    pub(crate) fn ceiling(&self) -> usize {
        self.window.ceiling()
    }

    /// Whether nothing but the number in flight limits the run.
    pub(crate) fn is_open(&self) -> bool {
        let unlimited = !self.operator.is_limited() && self.search.speed().rate.is_infinite();
        unlimited && self.pause.is_none()
    }

    /// Returns what was decided since the last time, to be logged.
    pub(crate) fn take_decisions(&mut self) -> Vec<Decision> {
        std::mem::take(&mut self.decisions)
    }

    /// What is shown of the pace.
    pub(crate) fn status(&self) -> PaceStatus {
        let rate = self.search.speed().rate;
        PaceStatus {
            rate: rate.is_finite().then_some(rate),
            activity: self.activity(),
            pause: self.pause.as_ref().map(Pause::status),
            limit: self.search.limit(),
            found: self.totals.found,
            noise: self.search.noise(),
            refused: self.totals.refused,
            pauses: self.totals.pauses,
            paused: self.totals.paused,
            settled: self.window.settled(),
        }
    }

    fn activity(&self) -> Activity {
        match self.search.phase() {
            Phase::Slower(_) | Phase::Again(..) => Activity::Testing,
            Phase::Probe(_) => Activity::Probing,
            Phase::Hold if self.search.limit().is_some() => Activity::Limited,
            Phase::Hold if self.queueing => Activity::Queueing { window: self.window.size() },
            Phase::Hold => Activity::Open,
        }
    }
}
