//! Runs against an endpoint, event by event.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use fastrand::Rng;

use super::super::{Bounds, Cause, Decision, Gate, Pacer, Signal, Ticket};
use super::endpoint::{Answer, Endpoint, Kind, Model};

/// What was counted in one second.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Second {
    pub clean: u32,
    pub refused: u32,
    pub failed: u32,
    pub sent: u32,
}

pub(crate) struct Played {
    /// A run, a second.
    pub seconds: Vec<Vec<Second>>,
    /// When a clean answer came, and how long it took.
    pub latencies: Vec<(f64, f64)>,
    /// Calls that were given up: the time-out, or closed.
    pub unknown: u32,
    /// What was decided, with the time.
    pub decisions: Vec<(f64, usize, Decision)>,
    pub pacers: Vec<Pacer>,
}

struct Client {
    pacer: Pacer,
    /// When rows are tried again, in nanoseconds, and how often they were tried.
    retries: BinaryHeap<Reverse<(u64, u32)>>,
    wakes: Option<u64>,
}

struct Call {
    ticket: Ticket,
    tries: u32,
    sent: u64,
    answer: Answer,
}

enum Event {
    Wake(usize),
    Arrive(usize, Call),
    Leave(usize, Call),
    Home(usize, Call),
}

pub(crate) struct World {
    pub seconds: usize,
    pub runs: usize,
    pub bounds: Bounds,
    pub seed: u64,
    /// A claim takes so long on the mean, in seconds.
    pub commit: f64,
    /// The disk takes so long, in nanoseconds, for all claims that have gathered; 0 for no time.
    pub sync: u64,
}

const NANO: f64 = 1e9;

struct Play<'a> {
    world: &'a World,
    start: Instant,
    chance: Rng,
    endpoint: Endpoint,
    clients: Vec<Client>,
    queue: BinaryHeap<Reverse<(u64, u64)>>,
    events: std::collections::HashMap<u64, Event>,
    number: u64,
    played: Played,
}

impl World {
    pub(crate) fn play(&self, model: Model) -> Played {
        let start = Instant::now();
        let mut play = Play {
            world: self,
            start,
            chance: Rng::with_seed(self.seed.wrapping_mul(7919)),
            endpoint: Endpoint::new(model, self.seed.wrapping_mul(104_729) + 1),
            clients: Vec::new(),
            queue: BinaryHeap::new(),
            events: std::collections::HashMap::new(),
            number: 0,
            played: Played {
                seconds: vec![vec![Second::default(); self.seconds + 2]; self.runs],
                latencies: Vec::new(),
                unknown: 0,
                decisions: Vec::new(),
                pacers: Vec::new(),
            },
        };
        for run in 0..self.runs {
            let begin = run as u64 * 1_000_000_000;
            let pacer = Pacer::new(self.bounds, start + Duration::from_nanos(begin));
            play.clients.push(Client { pacer, retries: BinaryHeap::new(), wakes: None });
            play.push(begin, Event::Wake(run));
        }
        play.run();
        play.played.pacers = play.clients.into_iter().map(|client| client.pacer).collect();
        play.played
    }
}

impl Play<'_> {
    fn push(&mut self, at: u64, event: Event) {
        self.number += 1;
        self.queue.push(Reverse((at, self.number)));
        self.events.insert(self.number, event);
    }

    fn run(&mut self) {
        while let Some(Reverse((t, number))) = self.queue.pop() {
            if t as f64 > self.world.seconds as f64 * NANO {
                break;
            }
            match self.events.remove(&number).unwrap() {
                Event::Wake(run) => {
                    if self.clients[run].wakes.is_some_and(|at| t >= at) {
                        self.clients[run].wakes = None;
                    }
                    self.send_all(run, t);
                }
                Event::Arrive(run, call) => self.arrive(run, call, t),
                Event::Leave(run, call) => {
                    self.endpoint.in_flight -= 1;
                    self.push(t + 300_000, Event::Home(run, call));
                }
                Event::Home(run, call) => {
                    self.home(run, call, t);
                    self.send_all(run, t);
                }
            }
        }
    }

    fn arrive(&mut self, run: usize, mut call: Call, t: u64) {
        self.endpoint.in_flight += 1;
        let timeout = self.world.bounds.timeout.as_secs_f64();
        let (mut took, answer) = self.endpoint.arrive(t as f64 / NANO);
        call.answer = answer;
        if took > timeout {
            took = timeout;
            call.answer = Answer::Failed(Kind::Closed);
        }
        self.push(t + (took * NANO) as u64, Event::Leave(run, call));
    }

    fn home(&mut self, run: usize, call: Call, t: u64) {
        let took = Duration::from_nanos(t - call.sent);
        let second = &mut self.played.seconds[run][(t as f64 / NANO) as usize];
        let signal = match call.answer {
            Answer::Clean => {
                second.clean += 1;
                self.played.latencies.push((t as f64 / NANO, took.as_secs_f64()));
                Signal::Clean
            }
            Answer::Refused(kind) => {
                second.refused += 1;
                refused(kind)
            }
            Answer::Failed(kind) => {
                second.failed += 1;
                refused(kind)
            }
        };
        if matches!(signal, Signal::Refused { cause: Cause::NoAnswer, .. }) {
            self.played.unknown += 1;
        } else if signal != Signal::Clean && call.tries < 4 {
            let bound = 0.5 * f64::from(1 << call.tries);
            let wait = 0.05 + bound * self.chance.f64();
            let at = t + (wait * NANO) as u64;
            self.clients[run].retries.push(Reverse((at, call.tries + 1)));
        }
        let now = self.start + Duration::from_nanos(t);
        let client = &mut self.clients[run];
        client.pacer.observe(call.ticket, signal, took, now, self.chance.f64());
        for decision in client.pacer.take_decisions() {
            self.played.decisions.push((t as f64 / NANO, run, decision));
        }
    }

    fn send_all(&mut self, run: usize, t: u64) {
        let now = self.start + Duration::from_nanos(t);
        loop {
            let client = &mut self.clients[run];
            let ticket = match client.pacer.may_send(now) {
                Gate::Open(ticket) => ticket,
                Gate::Shut => return,
                Gate::Until(at) => {
                    let at = at.duration_since(self.start).as_nanos() as u64;
                    if client.wakes.is_none_or(|wakes| at < wakes) {
                        client.wakes = Some(at);
                        // A timer is up to a millisecond late.
                        let late = self.chance.u64(..1_000_000);
                        self.push(at + late, Event::Wake(run));
                    }
                    return;
                }
            };
            let due = client.retries.pop_if_due(t);
            let second = &mut self.played.seconds[run][(t as f64 / NANO) as usize];
            second.sent += 1;
            let claim = self.world.commit * (0.5 + self.chance.f64()) * NANO;
            let mut claimed = t + claim as u64;
            if self.world.sync > 0 {
                claimed = claimed.next_multiple_of(self.world.sync);
            }
            let sent = client.pacer.send_at(self.start + Duration::from_nanos(claimed));
            let sent = sent.duration_since(self.start).as_nanos() as u64;
            let call = Call { ticket, tries: due.unwrap_or(0), sent, answer: Answer::Clean };
            self.push(sent + 300_000, Event::Arrive(run, call));
        }
    }
}

trait PopIfDue {
    fn pop_if_due(&mut self, now: u64) -> Option<u32>;
}

impl PopIfDue for BinaryHeap<Reverse<(u64, u32)>> {
    fn pop_if_due(&mut self, now: u64) -> Option<u32> {
        self.peek().is_some_and(|Reverse((at, _))| *at <= now).then(|| self.pop())?.map(|r| r.0.1)
    }
}

fn refused(kind: Kind) -> Signal {
    let cause = match kind {
        Kind::Code(code) => Cause::Code(code),
        Kind::Http(status) => Cause::Http(status),
        Kind::Closed | Kind::Mixed => Cause::NoAnswer,
    };
    Signal::Refused { cause, wish: None }
}
