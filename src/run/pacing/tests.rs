//! The brake as a table, and in simulated time.

use std::collections::VecDeque;

use super::*;

const MILLI: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);

/// A brake at a desk: it is told what happens, and when.
struct Desk {
    brake: Brake,
    start: Instant,
    now: Instant,
}

impl Desk {
    fn new(bounds: Bounds) -> Self {
        let start = Instant::now();
        Self { brake: Brake::new(bounds), start, now: start }
    }

    fn later(&mut self, millis: u64) -> &mut Self {
        self.now += Duration::from_millis(millis);
        self
    }

    fn send(&mut self) -> Ticket {
        match self.brake.may_send(self.now) {
            Gate::Open(ticket) => ticket,
            shut => panic!("{shut:?} at {:?}", self.now - self.start),
        }
    }

    /// How many milliseconds nothing may be sent; `None`: until something changes.
    fn wait(&mut self) -> Option<u128> {
        match self.brake.may_send(self.now) {
            Gate::Open(_) => panic!("open at {:?}", self.now - self.start),
            Gate::Until(at) => Some((at - self.now).as_millis()),
            Gate::Shut => None,
        }
    }

    /// The longest pauses there can be, so that they can be told.
    fn tell(&mut self, ticket: Ticket, signal: Signal) -> bool {
        self.brake.observe(ticket, signal, self.now, 1.0)
    }
}

fn bounds(concurrency: usize) -> Bounds {
    Bounds { concurrency, rate: None, patience: 300 * SECOND }
}

const CODE: Signal = Signal::Refused { cause: Cause::Code(302), wish: None };

fn busy(seconds: u32) -> Signal {
    Signal::Refused { cause: Cause::Http(429), wish: Some(seconds * SECOND) }
}

#[test]
fn a_refusal_pauses_and_one_probe_ends_the_pause() {
    let mut desk = Desk::new(bounds(8));
    let refused = desk.send();
    desk.tell(refused, CODE);
    assert_eq!(desk.wait(), Some(100));
    let probe = desk.later(100).send();
    assert_eq!(desk.wait(), None, "only one probe at a time");
    desk.tell(probe, Signal::Clean);
    assert!(!desk.brake.is_open() && desk.brake.reading().pause.is_none());
    let _next = desk.later(1000).send();
}

#[test]
fn pauses_double_with_each_probe_that_fails_and_a_clean_answer_ends_that() {
    let mut desk = Desk::new(bounds(1));
    let mut pauses = Vec::new();
    for _ in 0..10 {
        let ticket = desk.send();
        desk.tell(ticket, CODE);
        let pause = desk.wait().unwrap();
        pauses.push(pause);
        desk.now += Duration::from_millis(u64::try_from(pause).unwrap());
    }
    let expected = [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000];
    assert_eq!(pauses, expected);
    let probe = desk.send();
    desk.tell(probe, Signal::Clean);
    let ticket = desk.later(5000).send();
    desk.tell(ticket, CODE);
    assert_eq!(desk.wait(), Some(100));
}

#[test]
fn what_was_sent_before_a_slow_down_slows_down_once() {
    let mut desk = Desk::new(bounds(8));
    let sent: Vec<_> = (0..8).map(|_| desk.send()).collect();
    for ticket in sent {
        desk.tell(ticket, CODE);
    }
    assert_eq!(desk.brake.reading().brakings, 1);
    assert_eq!(desk.wait(), Some(100));
}

#[test]
fn a_pause_is_as_long_as_the_server_asks_up_to_five_minutes() {
    for (asked, millis) in [(0, 100), (1, 1000), (59, 59_000), (300, 300_000), (9999, 300_000)] {
        let mut desk = Desk::new(bounds(8));
        let (first, second) = (desk.send(), desk.send());
        desk.tell(first, CODE);
        // It counts even where it was said to a request of before.
        desk.tell(second, busy(asked));
        assert_eq!(desk.wait(), Some(millis), "{asked}");
    }
}

#[test]
fn a_clean_answer_from_before_does_not_end_a_pause() {
    let mut desk = Desk::new(bounds(8));
    let (clean, refused) = (desk.send(), desk.send());
    desk.tell(refused, busy(3));
    desk.later(100).tell(clean, Signal::Clean);
    assert_eq!(desk.wait(), Some(2900));
}

#[test]
fn a_probe_that_was_not_used_lets_another_one_go() {
    let mut desk = Desk::new(bounds(8));
    let refused = desk.send();
    desk.tell(refused, CODE);
    let unused = desk.later(100).send();
    desk.brake.give_back(unused);
    let _probe = desk.send();
    assert_eq!(desk.wait(), None);
}

#[test]
fn no_network_pauses_and_slows_nothing_down() {
    let mut desk = Desk::new(bounds(8));
    let unsent = desk.send();
    desk.tell(unsent, Signal::Unsent(Cause::Unreachable));
    assert_eq!(desk.wait(), Some(100));
    let probe = desk.later(100).send();
    desk.tell(probe, Signal::Clean);
    assert_eq!(desk.brake.reading().rate, None);
    let all: Vec<_> = (0..8).map(|_| desk.send()).collect();
    assert_eq!((all.len(), desk.wait()), (8, None));
}

#[test]
fn without_files_for_connections_there_are_fewer_from_then_on() {
    let mut desk = Desk::new(bounds(64));
    let mut sent: Vec<_> = (0..20).map(|_| desk.send()).collect();
    let unsent = sent.pop().unwrap();
    desk.tell(unsent, Signal::Unsent(Cause::OpenFiles));
    for ticket in sent {
        desk.tell(ticket, Signal::Clean);
    }
    let probe = desk.later(100).send();
    desk.tell(probe, Signal::Clean);
    let again: Vec<_> = (0..17).map(|_| desk.send()).collect();
    assert_eq!((again.len(), desk.wait()), (17, None));
}

#[test]
fn patience_ends_so_long_after_the_first_failure() {
    let mut desk = Desk::new(Bounds { patience: 10 * SECOND, ..bounds(1) });
    let mut told = Vec::new();
    loop {
        let ticket = desk.send();
        let ends = desk.tell(ticket, CODE);
        told.push((desk.now - desk.start).as_millis());
        if ends {
            break;
        }
        let pause = desk.wait().unwrap();
        desk.now += Duration::from_millis(u64::try_from(pause).unwrap());
    }
    // The last pause is cut so that the last probe goes when patience ends.
    assert_eq!(told, [0, 100, 300, 700, 1500, 3100, 6300, 10_000]);
}

#[test]
fn what_the_server_asked_for_and_what_was_clean_do_not_try_patience() {
    let mut desk = Desk::new(Bounds { patience: 10 * SECOND, ..bounds(2) });
    let (first, second) = (desk.send(), desk.send());
    assert!(!desk.tell(first, busy(60)));
    // The same pause again is not excused twice.
    assert!(!desk.tell(second, busy(60)));
    let probe = desk.later(60_000).send();
    assert!(!desk.tell(probe, CODE));
    let probe = desk.later(9_000).send();
    assert!(!desk.tell(probe, CODE));
    let probe = desk.later(1_000).send();
    assert!(desk.tell(probe, CODE));
    let mut desk = Desk::new(Bounds { patience: 10 * SECOND, ..bounds(1) });
    for signal in [CODE, Signal::Clean, CODE, CODE] {
        let ticket = desk.later(9_000).send();
        assert!(!desk.tell(ticket, signal));
    }
}

#[test]
fn claims_that_take_long_change_neither_the_rate_nor_how_exact_it_is() {
    let mut chance = fastrand::Rng::with_seed(5);
    let mut desk = Desk::new(Bounds { rate: Some(20.0), ..bounds(16) });
    let mut sent = Vec::new();
    for _ in 0..400 {
        let ticket = match desk.brake.may_send(desk.now) {
            Gate::Open(ticket) => ticket,
            Gate::Until(at) => {
                desk.now = at;
                desk.send()
            }
            Gate::Shut => panic!("shut"),
        };
        // Another one is claimed meanwhile, so that the time does not go on here.
        let claimed = desk.now + Duration::from_millis(chance.u64(1..120));
        sent.push(desk.brake.send_at(claimed) - desk.start);
        desk.tell(ticket, Signal::Clean);
    }
    for (first, last) in (0..200).map(|first| (sent[first], sent[first + 200])) {
        assert!(last >= first + 10 * SECOND, "{first:?} to {last:?}");
    }
    assert!(sent[399] < 21 * SECOND, "{:?}", sent[399]);
}

/// An endpoint in simulated time, and a run that asks it and always has more to ask.
struct World {
    concurrency: usize,
    /// Of each answer.
    latency: Duration,
    /// Requests a second that are let through, over any one second; the second one holds from the
    /// 60th second on.
    limits: [usize; 2],
    /// Of each this many is one refused, by chance.
    one_in: Option<u32>,
    rate: Option<f64>,
    seed: u64,
    /// The endpoint comes to a halt now and then, and takes what has gathered all at once.
    halts: bool,
}

const WORLD: World = World {
    concurrency: 8,
    latency: Duration::ZERO,
    limits: [usize::MAX; 2],
    one_in: None,
    rate: None,
    seed: 1,
    halts: false,
};

/// When each request went out, and whether it was refused.
struct Played(Vec<(Duration, bool)>);

impl Played {
    /// Clean answers a second, and the share that was refused.
    fn rates(&self, from: u32, to: u32) -> (f64, f64) {
        let span = from * SECOND..to * SECOND;
        let sent = self.0.iter().filter(|(at, _)| span.contains(at));
        let refused = count(sent.clone().filter(|(_, refused)| *refused));
        let sent = count(sent);
        (f64::from(sent - refused) / f64::from(to - from), f64::from(refused) / f64::from(sent))
    }
}

fn count<T>(of: impl Iterator<Item = T>) -> u32 {
    u32::try_from(of.count()).unwrap()
}

impl World {
    fn play(&self, seconds: u32) -> Played {
        let mut chance = fastrand::Rng::with_seed(self.seed);
        let (concurrency, rate) = (self.concurrency, self.rate);
        let mut brake = Brake::new(Bounds { concurrency, rate, patience: 300 * SECOND });
        let start = Instant::now();
        let mut now = start;
        let mut under_way: VecDeque<(Instant, Ticket, bool)> = VecDeque::new();
        let mut passed: VecDeque<Instant> = VecDeque::new();
        let mut played = Vec::new();
        let mut halted = start;
        while now < start + seconds * SECOND {
            let wake = match brake.may_send(now) {
                Gate::Open(ticket) => {
                    if self.halts && now > halted + 300 * MILLI {
                        halted = now + (80 * MILLI).mul_f64(chance.f64());
                    }
                    let at = now.max(halted);
                    let refused = self.refuses(&mut passed, at, now - start, &mut chance);
                    played.push((now - start, refused));
                    // An answer takes at least a third of a millisecond.
                    under_way.push_back((at + self.latency.max(MILLI / 3), ticket, refused));
                    continue;
                }
                // A timer is up to a millisecond late.
                Gate::Until(at) => Some(at + MILLI.mul_f64(chance.f64())),
                Gate::Shut => None,
            };
            let answer = under_way.front().map(|(at, _, _)| *at);
            now = now.max(answer.into_iter().chain(wake).min().unwrap());
            while under_way.front().is_some_and(|(at, _, _)| *at <= now) {
                let (_, ticket, refused) = under_way.pop_front().unwrap();
                let signal = if refused { CODE } else { Signal::Clean };
                assert!(!brake.observe(ticket, signal, now, chance.f64()));
            }
        }
        Played(played)
    }

    fn refuses(
        &self,
        passed: &mut VecDeque<Instant>,
        now: Instant,
        since: Duration,
        chance: &mut fastrand::Rng,
    ) -> bool {
        while passed.front().is_some_and(|then| now - *then >= SECOND) {
            passed.pop_front();
        }
        let limit = self.limits[usize::from(since >= 60 * SECOND)];
        let refused =
            passed.len() >= limit || self.one_in.is_some_and(|many| chance.u32(..many) == 0);
        if !refused && limit < usize::MAX {
            passed.push_back(now);
        }
        refused
    }
}

#[test]
fn it_settles_just_below_what_the_endpoint_lets_through() {
    for concurrency in [1, 8, 64] {
        for latency in [Duration::ZERO, 20 * MILLI] {
            for seed in 1..=5 {
                let world = World { limits: [200; 2], concurrency, latency, seed, ..WORLD };
                let (clean, refused) = world.play(60).rates(10, 60);
                // One at a time, 20 ms each, can't be more than 50 a second.
                let least = if concurrency == 1 && !latency.is_zero() { 48.0 } else { 178.0 };
                let told = format!("{concurrency} in flight, {latency:?}, seed {seed}");
                assert!(clean >= least, "{told}: {clean:.1} clean answers a second");
                assert!(refused < 0.015, "{told}: {:.2}% refused", refused * 100.0);
            }
        }
    }
}

#[test]
fn an_endpoint_that_halts_now_and_then_is_no_slower_for_it_than_it_must_be() {
    for concurrency in [8, 64] {
        for seed in 1..=5 {
            let world = World { limits: [200; 2], concurrency, seed, halts: true, ..WORLD };
            let (clean, refused) = world.play(60).rates(10, 60);
            let told = format!("{concurrency} in flight, seed {seed}");
            assert!(clean >= 174.0, "{told}: {clean:.1} clean answers a second");
            assert!(refused < 0.015, "{told}: {:.2}% refused", refused * 100.0);
        }
    }
}

#[test]
fn it_finds_a_limit_of_any_size_and_follows_one_that_moves() {
    for (limits, concurrency) in
        [([20, 20], 8), ([2000, 2000], 64), ([200, 50], 8), ([50, 200], 8), ([1000, 100], 64)]
    {
        for seed in 1..=3 {
            let world = World { limits, concurrency, seed, latency: 5 * MILLI, ..WORLD };
            let played = world.play(120);
            for (from, limit) in [(40, limits[0]), (100, limits[1])] {
                let (clean, refused) = played.rates(from, from + 20);
                let told = format!("{limits:?}, {concurrency} in flight, seed {seed}, at {from} s");
                let limit = f64::from(u32::try_from(limit).unwrap());
                assert!(clean >= 0.8 * limit, "{told}: {clean:.1} clean answers a second");
                assert!(refused < 0.05, "{told}: {:.2}% refused", refused * 100.0);
            }
        }
    }
}

#[test]
fn a_refusal_by_chance_does_not_bring_the_run_to_a_crawl() {
    for (one_in, least) in [(10_000, 370.0), (1000, 120.0), (100, 15.0)] {
        for seed in 1..=3 {
            let world = World { one_in: Some(one_in), latency: 20 * MILLI, seed, ..WORLD };
            let (clean, _) = world.play(600).rates(300, 600);
            assert!(clean >= least, "one in {one_in}, seed {seed}: {clean:.1} a second");
        }
    }
}

#[test]
fn the_operators_rate_is_exact_over_any_ten_seconds() {
    for rate in [0.7, 3.0, 50.0, 1500.0] {
        let world = World { rate: Some(rate), concurrency: 64, latency: 5 * MILLI, ..WORLD };
        let sent: Vec<_> = world.play(40).0.iter().map(|(at, _)| *at).collect();
        let most = (10.0 * rate).ceil();
        let mut first = 0;
        for (last, at) in sent.iter().enumerate() {
            while *at > sent[first] + 10 * SECOND {
                first += 1;
            }
            let within = count(first..=last);
            assert!(f64::from(within) <= most, "{within} in ten seconds at {rate}");
        }
        let all = f64::from(count(sent.iter()));
        assert!(all >= 0.98 * 40.0 * rate - 1.0, "{all} in 40 seconds at {rate}");
        // No burst at the start either.
        let early = f64::from(count(sent.iter().filter(|at| **at < SECOND)));
        assert!(early <= (rate + 1.0).ceil(), "{early} in the first second at {rate}");
    }
}
