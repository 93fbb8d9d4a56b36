//! The numbers of the pacing, each with its reason. Found by simulation (`simulation/`): a change
//! here must keep the table there.

use std::time::Duration;

/// Calls in flight at the start. Nobody knows yet what the endpoint bears.
pub(crate) const FIRST_WINDOW: usize = 8;

/// The window does not grow before this: the first answers must come back first.
pub(crate) const GENTLE_START: Duration = Duration::from_millis(100);

/// Calls a second before the first clean answer has shown how long one takes.
pub(crate) const FIRST_RATE: f64 = 400.0;

/// Calls a second, as a multiple of window / mean latency. Refusals come back at once, and each of
/// them would otherwise be followed by the next call at once.
pub(crate) const HEADROOM: f64 = 1.25;

/// How much earlier than its time a call may go, to make up for late timers.
pub(crate) const TIMER_SLACK: Duration = Duration::from_millis(20);

/// Places that a clean answer adds to the window while answers come fast: half as much again in
/// each round trip.
pub(crate) const GROWTH: f64 = 0.5;

/// The share of failures that is assumed where none were seen. It makes three or four refusals an
/// alarm, and one an accident.
pub(crate) const LEAST_NOISE: f64 = 0.005;

/// An alarm looks for failures that are more by so many points, or by this share of the noise,
/// whichever is more.
pub(crate) const RISE: f64 = 0.05;
/// See [`RISE`].
pub(crate) const RELATIVE_RISE: f64 = 0.7;

/// The sum of log likelihood ratios that is an alarm. The sum starts again with each run of luck,
/// over thousands of calls, so it needs more than a single test would.
pub(crate) const ALARM: f64 = 8.0;

/// The same for a probe beyond a limit that was felt before. A false alarm there costs nothing but
/// the time to the next probe, and each further refusal is rude.
pub(crate) const PROBE_ALARM: f64 = 5.0;

/// Before so many clean answers an alarm tells nothing about the rate.
pub(crate) const FEW_ANSWERS: u64 = 20;

/// How much slower the first half of a test is.
pub(crate) const LOWER: f64 = 0.85;

/// Endpoints count over a second: what they refuse sooner may be due to the rate before.
pub(crate) const SETTLE: Duration = Duration::from_secs(1);

/// The first half of a test lasts at least so long, and the second one, which must also use up the
/// tokens that a bucket has saved.
pub(crate) const SLOWER_LASTS: f64 = 1.0;
/// See [`SLOWER_LASTS`].
pub(crate) const AGAIN_LASTS: f64 = 2.5;

/// Calls that a half of a test needs at least.
pub(crate) const SLOWER_CALLS: u32 = 20;
/// See [`SLOWER_CALLS`].
pub(crate) const AGAIN_CALLS: u32 = 30;

/// The first half goes on for so long at most, however few calls there are.
pub(crate) const SLOWER_LASTS_AT_MOST: f64 = 5.0;

/// So many points above the noise, the first half of a test is itself in trouble.
pub(crate) const TROUBLE: f64 = 0.1;

/// At this share of failures the first half is begun anew, slower still.
pub(crate) const HOPELESS: f64 = 0.4;

/// So many failures in a row, over so long or with "too frequent", mean that nothing comes through.
pub(crate) const DARK_CALLS: u32 = 16;
/// See [`DARK_CALLS`].
pub(crate) const DARK_LASTS: Duration = Duration::from_millis(1200);

/// Below a limit the run keeps this share of what it let through.
pub(crate) const KEEP: f64 = 0.96;

/// A limit that is felt again slows the run down to this share at most: a limit that has fallen far
/// is followed in steps.
pub(crate) const DEEPEST: f64 = 0.7;

/// A limit that is felt sooner after it was felt last is tested anew.
pub(crate) const PROVEN: Duration = Duration::from_secs(3);

/// A limit that is felt at less than this share of the rate at which it was felt last has fallen,
/// or is none: it is tested.
pub(crate) const FELT_AGAIN: f64 = 0.97;

/// The first step beyond a limit, and the largest one.
pub(crate) const FIRST_STEP: f64 = 0.15;
/// See [`FIRST_STEP`].
pub(crate) const LARGEST_STEP: f64 = 2.0;

/// A step that is borne makes the next one so many times as large.
pub(crate) const STEP_GROWTH: f64 = 10.0;

/// The smallest step is this, divided by the root of the rate: so large that a second shows whether
/// it is borne; within these bounds.
pub(crate) const STEP_SCALE: f64 = 1.2;
/// See [`STEP_SCALE`].
pub(crate) const SMALLEST_STEP: (f64, f64) = (0.03, 0.2);

/// At a limit the run stays for so long, and for so many calls, before it looks beyond.
pub(crate) const HOLD: f64 = 1.8;
/// See [`HOLD`].
pub(crate) const HOLD_CALLS: f64 = 90.0;

/// A limit that has stood for long is looked beyond more rarely: after this share of that time, up
/// to so many seconds.
pub(crate) const PATIENCE: f64 = 0.15;
/// See [`PATIENCE`].
pub(crate) const LONGEST_HOLD: f64 = 12.0;

/// A limit that moves by more than this is a new one.
pub(crate) const MOVED: f64 = 0.15;

/// Where there is reason to look beyond sooner.
pub(crate) const SHORT_HOLD: f64 = 1.0;

/// A probe lasts at least so long, a small one longer.
pub(crate) const PROBE_LASTS: f64 = 1.4;
/// Calls that a probe needs at least.
pub(crate) const PROBE_CALLS: u32 = 8;

/// The noise follows the mean over so many calls.
pub(crate) const NOISE_CALLS: f64 = 500.0;

/// While a limit is known the noise is looked at over so many calls, and only falls.
pub(crate) const LIMITED_NOISE_CALLS: u32 = 200;

/// More than this is never taken for noise: of failures of any kind, of those that say "too
/// frequent", and of those where a limit is known.
pub(crate) const MOST_NOISE: f64 = 0.5;
/// See [`MOST_NOISE`].
pub(crate) const MOST_NAMED_NOISE: f64 = 0.2;
/// See [`MOST_NOISE`].
pub(crate) const MOST_LIMITED_NOISE: f64 = 0.1;

/// So many points more noise, where failures say "too frequent", must show in a second test.
pub(crate) const CONFIRM: f64 = 0.03;

/// A number in flight is a limit when of the calls that went out above it at least this share
/// failed, and below it at most this one.
pub(crate) const ABOVE_FAILS: f64 = 0.8;
/// See [`ABOVE_FAILS`].
pub(crate) const BELOW_FAILS: f64 = 0.1;

/// Latency is judged in batches of at least so many clean answers.
pub(crate) const LATENCY_BATCH: usize = 20;
/// So many answers are enough to know what is usual.
pub(crate) const USUAL_LATENCY_BATCH: usize = 50;

/// Answers that take so many times as long as usual wait in a queue.
pub(crate) const SLOW: f64 = 2.0;

/// Latencies below this are no queue, whatever is usual: on a busy machine they vary so much.
pub(crate) const NO_QUEUE: f64 = 0.025;

/// The window is not cut below this for answers that are slower than usual.
pub(crate) const SMALLEST_WINDOW: f64 = 2.0;

/// When so large a share of the time-out passes for one call in twenty, the window shrinks: a call
/// that dies in a queue may be paid for.
pub(crate) const NEAR_TIMEOUT: f64 = 0.25;

/// The longest first pause; it doubles with each call that fails, up to the second bound.
pub(crate) const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// See [`FIRST_PAUSE`].
pub(crate) const USUAL_PAUSE: Duration = Duration::from_secs(1);

/// An outage that lasts makes pauses longer: up to this share of it, and up to this.
pub(crate) const PAUSE_SHARE: f64 = 0.1;
/// See [`PAUSE_SHARE`].
pub(crate) const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A server's own wish is obeyed up to this.
pub(crate) const LONGEST_WISH: Duration = Duration::from_secs(300);

/// `--rate` is exact over any so long a time.
pub(crate) const EXACT_OVER: Duration = Duration::from_secs(10);

/// How much a claim may delay its call without delaying the next one's.
pub(crate) const CLAIM_SLACK: Duration = Duration::from_millis(20);

/// How long before its time a call may be claimed, where the disk is slow.
pub(crate) const CLAIM_LEAD: Duration = Duration::from_millis(250);

/// How much later than others a call may arrive at the endpoint, for `--rate` to be exact there.
pub(crate) const ON_THE_WAY: Duration = Duration::from_millis(20);

/// `-c auto` doubles while answers a second grow by so much, and latency by less.
pub(crate) const AUTO_GAIN: f64 = 1.2;
/// See [`AUTO_GAIN`].
pub(crate) const AUTO_LATENCY: f64 = 1.5;

/// `-c auto` measures each window for so long, and so many answers.
pub(crate) const AUTO_LASTS: f64 = 0.5;
/// See [`AUTO_LASTS`].
pub(crate) const AUTO_ANSWERS: u64 = 40;

/// What is left of the number in flight when the machine has no file descriptor for one more.
pub(crate) const FEWER: f64 = 0.85;

/// Below this share of it a limit that was proved by name must be proved again.
pub(crate) const FALLEN_FAR: f64 = 0.2;

/// Where a limit was proved by name, so many other failures say nothing about it.
pub(crate) const NOISE_BESIDE: f64 = 0.05;

/// An endpoint that counts by the second of the clock lets calls through again within this, so
/// that pauses get no longer than the bound until then.
pub(crate) const CLOCK_SECOND: Duration = Duration::from_millis(1200);
/// See [`CLOCK_SECOND`].
pub(crate) const SHORT_PAUSE: Duration = Duration::from_millis(150);

/// A limit that is felt sooner after a cut does not cut again: what was sent before it still counts.
pub(crate) const FELT_ONCE: Duration = Duration::from_millis(500);

/// The calls that tell a limit from noise: so many times the variance of a call, divided by the
/// square of the rise that is looked for.
pub(crate) const ENOUGH: f64 = 60.0;

/// An alarm in the second half of a test looks for this share of the rise that a limit would bring.
pub(crate) const SHARE_OF_RISE: f64 = 0.7;

/// An alarm in a probe looks for this share of the calls that are beyond the limit before.
pub(crate) const SHARE_OF_STEP: f64 = 0.6;

/// The first second of a run has not shown the rate that the window can carry: at least this share
/// of it is assumed.
pub(crate) const FIRST_SECOND: f64 = 0.25;
/// Up to so many calls a second.
pub(crate) const FIRST_SECOND_AT_MOST: f64 = 100.0;

/// When nothing comes through in the first half of a test, this share of its rate is tried at least.
pub(crate) const DARK_CUT: f64 = 0.125;

/// How long an answer takes, in seconds, before the first clean one has come.
pub(crate) const ASSUMED_LATENCY: f64 = 0.05;

/// A rate that is so many times what the run can reach anyway holds nobody back.
pub(crate) const NOT_FELT: f64 = 1.2;

/// What is left of the step after a probe that was refused.
pub(crate) const STEP_CUT: f64 = 1.0 / 3.0;

/// The second half of a test shows after so many seconds what comes through at the old speed:
/// before, an endpoint that counts by the second of the clock lets too much through.
pub(crate) const AGAIN_SHOWS: f64 = 0.3;

/// A limit makes at least this share of the rise that is looked for show in all calls of the second
/// half of a test.
pub(crate) const PLAUSIBLE: f64 = 0.4;
