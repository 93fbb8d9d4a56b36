//! The pacing call by call, in virtual time.

use super::*;

const MILLI: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const USUAL: Duration = Duration::from_millis(50);

/// A run whose calls and times the test chooses.
struct Desk {
    pacer: Pacer,
    start: Instant,
    now: Instant,
}

impl Desk {
    fn new(bounds: Bounds) -> Self {
        let start = Instant::now();
        Self { pacer: Pacer::new(bounds, start), start, now: start }
    }

    fn later(&mut self, millis: u64) -> &mut Self {
        self.now += Duration::from_millis(millis);
        self
    }

    /// A call that goes out now, or as soon as the rate allows it.
    fn send(&mut self) -> Ticket {
        loop {
            match self.pacer.may_send(self.now) {
                Gate::Open(ticket) => return ticket,
                Gate::Until(at) if at < self.now + 100 * MILLI => self.now = at,
                shut => panic!("{shut:?} at {:?}", self.now - self.start),
            }
        }
    }

    /// How many milliseconds nothing may be sent; `None`: until something changes.
    fn wait(&mut self) -> Option<u128> {
        match self.pacer.may_send(self.now) {
            Gate::Open(_) => panic!("open at {:?}", self.now - self.start),
            Gate::Until(at) => Some((at - self.now).as_millis()),
            Gate::Shut => None,
        }
    }

    /// An answer with the longest pause there can be, so that it can be told.
    fn answer(&mut self, ticket: Ticket, signal: Signal) -> bool {
        self.pacer.observe(ticket, signal, USUAL, self.now, 1.0)
    }

    /// So many clean answers, one after another.
    fn warm_up(&mut self, answers: u32) {
        for _ in 0..answers {
            let ticket = self.send();
            self.later(50).answer(ticket, Signal::Clean);
        }
    }

    /// Refusals until the run pauses.
    fn alarm(&mut self) -> u32 {
        for refusals in 1..100 {
            let ticket = self.send();
            self.answer(ticket, CODE);
            if self.pacer.status().pause.is_some() {
                return refusals;
            }
        }
        panic!("no alarm");
    }
}

fn bounds(concurrency: usize) -> Bounds {
    let concurrency = Concurrency::Fixed(concurrency);
    Bounds { concurrency, rate: None, patience: 300 * SECOND, timeout: 30 * SECOND }
}

const CODE: Signal = Signal::Refused { cause: Cause::Code(302), wish: None };
const AWAY: Signal = Signal::Unsent(Cause::Unreachable);

fn busy(seconds: u32) -> Signal {
    Signal::Refused { cause: Cause::Http(429), wish: Some(seconds * SECOND) }
}

#[test]
fn one_refusal_is_an_accident_and_four_pause_the_run() {
    let mut desk = Desk::new(bounds(8));
    desk.warm_up(40);
    assert_eq!(desk.alarm(), 4);
    assert_eq!(desk.wait(), Some(50));
    let lone = desk.later(50).send();
    assert_eq!(desk.wait(), None, "only one call at a time");
    desk.answer(lone, Signal::Clean);
    assert!(desk.pacer.status().pause.is_none());
    let _next = desk.later(100).send();
}

#[test]
fn pauses_get_longer_with_each_call_that_fails() {
    let mut desk = Desk::new(bounds(8));
    desk.warm_up(40);
    let unsent = [(); 4].map(|()| desk.send());
    for ticket in unsent {
        desk.answer(ticket, AWAY);
    }
    let mut pauses = Vec::new();
    while desk.now < desk.start + 200 * SECOND {
        let pause = desk.wait().unwrap();
        desk.now += Duration::from_millis(u64::try_from(pause).unwrap()) + MILLI;
        pauses.push(pause);
        let lone = desk.send();
        desk.answer(lone, AWAY);
    }
    assert_eq!(pauses[..7], [50, 100, 200, 400, 800, 1000, 1000]);
    assert!(pauses.is_sorted() && *pauses.last().unwrap() > 10_000, "{pauses:?}");
}

#[test]
fn a_pause_is_as_long_as_the_server_asks_up_to_five_minutes() {
    for (asked, millis) in [(0, 50), (1, 1000), (59, 59_000), (300, 300_000), (9999, 300_000)] {
        let mut desk = Desk::new(bounds(8));
        let ticket = desk.send();
        desk.answer(ticket, busy(asked));
        assert_eq!(desk.wait(), Some(millis), "{asked}");
    }
}

#[test]
fn a_clean_answer_from_before_does_not_end_a_pause() {
    let mut desk = Desk::new(bounds(8));
    let (clean, refused) = (desk.send(), desk.send());
    desk.answer(refused, busy(3));
    desk.later(100).answer(clean, Signal::Clean);
    assert_eq!(desk.wait(), Some(2900));
}

#[test]
fn a_lone_call_that_was_not_used_lets_another_one_go() {
    let mut desk = Desk::new(bounds(8));
    let refused = desk.send();
    desk.answer(refused, busy(1));
    let unused = desk.later(1000).send();
    desk.pacer.give_back(unused);
    let _lone = desk.send();
    assert_eq!(desk.wait(), None);
}

#[test]
fn no_network_pauses_the_run_and_is_no_limit() {
    let mut desk = Desk::new(bounds(8));
    desk.warm_up(40);
    for _ in 0..4 {
        let ticket = desk.send();
        desk.answer(ticket, AWAY);
    }
    assert_eq!(desk.wait(), Some(50));
    let lone = desk.later(50).send();
    desk.answer(lone, Signal::Clean);
    let status = desk.pacer.status();
    assert_eq!((status.rate, status.limit, status.activity), (None, None, Activity::Open));
}

#[test]
fn without_files_for_connections_there_are_fewer_from_then_on() {
    let mut desk = Desk::new(bounds(64));
    desk.warm_up(200);
    let mut sent: Vec<_> = (0..20).map(|_| desk.send()).collect();
    let unsent = sent.pop().unwrap();
    desk.answer(unsent, Signal::Unsent(Cause::OpenFiles));
    for ticket in sent {
        desk.answer(ticket, Signal::Clean);
    }
    let lone = desk.later(100).send();
    desk.answer(lone, Signal::Clean);
    let again: Vec<_> = (0..17).map(|_| desk.send()).collect();
    assert_eq!((again.len(), desk.wait()), (17, None));
}

#[test]
fn patience_ends_so_long_after_the_first_failure() {
    let mut desk = Desk::new(Bounds { patience: 10 * SECOND, ..bounds(1) });
    desk.alarm();
    let begun = desk.now;
    let ended = loop {
        let pause = desk.wait().unwrap();
        desk.now += Duration::from_millis(u64::try_from(pause).unwrap());
        let ticket = desk.send();
        if desk.answer(ticket, CODE) {
            break desk.now - begun;
        }
    };
    // The last pause is cut so that the last call goes when patience ends.
    assert!((9 * SECOND..=10 * SECOND).contains(&ended), "{ended:?}");
}

#[test]
fn the_pauses_that_the_server_asks_for_do_not_try_patience() {
    let mut desk = Desk::new(Bounds { patience: 10 * SECOND, ..bounds(2) });
    let (first, second) = (desk.send(), desk.send());
    assert!(!desk.answer(first, busy(60)));
    // The same pause again is not excused twice.
    assert!(!desk.answer(second, busy(60)));
    let lone = desk.later(60_000).send();
    assert!(!desk.answer(lone, CODE));
    let lone = desk.later(9_000).send();
    assert!(!desk.answer(lone, CODE));
    let lone = desk.later(1_000).send();
    assert!(desk.answer(lone, CODE));
}

#[test]
fn at_most_eight_are_in_flight_in_the_first_tenth_of_a_second() {
    for concurrency in [Concurrency::Fixed(1000), Concurrency::Fixed(8), Concurrency::Auto(32)] {
        let mut desk = Desk::new(Bounds { concurrency, ..bounds(1) });
        let mut under_way = Vec::new();
        while desk.now < desk.start + 100 * MILLI {
            while let Gate::Open(ticket) = desk.pacer.may_send(desk.now) {
                under_way.push(ticket);
                assert!(under_way.len() <= 8, "{concurrency:?}");
            }
            desk.later(1);
            if desk.now.duration_since(desk.start).as_millis().is_multiple_of(10) {
                let ticket = under_way.remove(0);
                desk.answer(ticket, Signal::Clean);
            }
        }
    }
}

#[test]
fn claims_that_take_long_change_neither_the_rate_nor_how_exact_it_is() {
    let mut chance = fastrand::Rng::with_seed(5);
    let mut desk = Desk::new(Bounds { rate: Some(20.0), ..bounds(16) });
    let mut sent = Vec::new();
    for _ in 0..400 {
        let ticket = desk.send();
        // Another one is claimed meanwhile, so that the time does not go on here.
        let claimed = desk.now + Duration::from_millis(chance.u64(1..120));
        sent.push(desk.pacer.send_at(claimed) - desk.start);
        desk.answer(ticket, Signal::Clean);
    }
    for (first, last) in (0..200).map(|first| (sent[first], sent[first + 200])) {
        assert!(last >= first + 10 * SECOND, "{first:?} to {last:?}");
    }
    assert!(sent[399] < 21 * SECOND, "{:?}", sent[399]);
}

/// When calls go out that take a constant time and are all clean.
fn play(bounds: Bounds, latency: Duration, seconds: u32) -> Vec<Duration> {
    let mut desk = Desk::new(bounds);
    let mut under_way = std::collections::VecDeque::new();
    let mut sent = Vec::new();
    while desk.now < desk.start + seconds * SECOND {
        let wake = match desk.pacer.may_send(desk.now) {
            Gate::Open(ticket) => {
                sent.push(desk.now - desk.start);
                under_way.push_back((desk.now + latency, ticket));
                continue;
            }
            Gate::Until(at) => Some(at),
            Gate::Shut => None,
        };
        let answer = under_way.front().map(|(at, _)| *at);
        desk.now = answer.into_iter().chain(wake).min().unwrap();
        while under_way.front().is_some_and(|(at, _)| *at <= desk.now) {
            let (_, ticket) = under_way.pop_front().unwrap();
            desk.pacer.observe(ticket, Signal::Clean, latency, desk.now, 0.5);
        }
    }
    sent
}

#[test]
fn the_operators_rate_is_exact_over_any_ten_seconds() {
    for rate in [0.1_f64, 0.7, 3.0, 50.0, 1500.0] {
        for concurrency in [Concurrency::Fixed(64), Concurrency::Auto(32)] {
            let bounds = Bounds { rate: Some(rate), concurrency, ..bounds(1) };
            let sent = play(bounds, 5 * MILLI, 40);
            let mut first = 0;
            for (last, at) in sent.iter().enumerate() {
                while *at > sent[first] + 10 * SECOND {
                    first += 1;
                }
                let within = f64::from(u32::try_from(last - first + 1).unwrap());
                assert!(within <= (10.0 * rate).ceil(), "{within} in ten seconds at {rate}");
            }
            let all = f64::from(u32::try_from(sent.len()).unwrap());
            assert!(all >= 0.97 * 40.0 * rate - 1.0, "{all} in 40 seconds at {rate}");
        }
    }
}

#[test]
fn each_decision_is_one_line_with_its_figures() {
    let mut desk = Desk::new(bounds(8));
    desk.warm_up(40);
    desk.alarm();
    let said: Vec<_> = desk.pacer.take_decisions().iter().map(ToString::to_string).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("4 of 44 calls failed, "), "{said:?}");
    assert!(said[1].starts_with("testing whether failures depend on the pace: "), "{said:?}");
}
