//! The bodies of the answers: whole ones, and those that are torn on purpose.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Interval, MissedTickBehavior};

/// How an endless body begins: like the answer it never becomes.
const ENDLESS_HEAD: &[u8] = br#"{"code":200,"message":""#;
/// What it goes on with.
static ENDLESS_CHUNK: [u8; 16 * 1024] = [b'.'; 16 * 1024];

/// A connection's wish to end with RST in place of FIN.
#[derive(Debug, Clone, Default)]
pub(super) struct Reset(Arc<AtomicBool>);

impl Reset {
    fn want(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The end of a connection before its answer is whole. Not a failure of the sandbox.
#[derive(Debug)]
pub(super) struct Torn;

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("torn on purpose")
    }
}

impl std::error::Error for Torn {}

/// The body of one answer.
#[derive(Debug)]
pub(super) enum Reel {
    /// All of it, at once.
    Whole(Bytes),
    /// This much of it, then the connection ends short of the announced length.
    Cut { sent: Bytes, announced: u64, reset: Option<Reset>, flushed: bool },
    /// One byte a period.
    Drip { left: Bytes, ticks: Pin<Box<Interval>> },
    /// More and more.
    Endless { begun: bool },
}

impl Reel {
    /// Half of `whole`, announced as all of it.
    pub(super) fn cut(whole: &Bytes) -> Self {
        let sent = whole.slice(..whole.len() / 2);
        Self::Cut { sent, announced: whole.len() as u64, reset: None, flushed: false }
    }

    /// Nothing of `whole`, though announced, and then a reset.
    pub(super) fn reset(whole: &Bytes, reset: &Reset) -> Self {
        let (sent, reset) = (Bytes::new(), Some(reset.clone()));
        Self::Cut { sent, announced: whole.len() as u64, reset, flushed: false }
    }

    /// All of `whole`, slowly: the first byte after one period.
    pub(super) fn drip(whole: Bytes, period: Duration) -> Self {
        let start = tokio::time::Instant::now() + period;
        let mut ticks = tokio::time::interval_at(start, period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self::Drip { left: whole, ticks: Box::pin(ticks) }
    }

    pub(super) const fn endless() -> Self {
        Self::Endless { begun: false }
    }
}

type Next = Poll<Option<Result<Frame<Bytes>, Torn>>>;

fn data(bytes: Bytes) -> Next {
    Poll::Ready(Some(Ok(Frame::data(bytes))))
}

impl Body for Reel {
    type Data = Bytes;
    type Error = Torn;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Next {
        match self.get_mut() {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => data(std::mem::take(bytes)),
            Self::Cut { sent, .. } if !sent.is_empty() => data(std::mem::take(sent)),
            Self::Cut { reset, flushed, .. } => poll_tear(reset.as_ref(), flushed, context),
            Self::Drip { left, .. } if left.is_empty() => Poll::Ready(None),
            Self::Drip { left, ticks } => ticks.poll_tick(context).map(|_| {
                let byte = left.split_to(1);
                Some(Ok(Frame::data(byte)))
            }),
            Self::Endless { begun } if *begun => data(Bytes::from_static(&ENDLESS_CHUNK)),
            Self::Endless { begun } => {
                *begun = true;
                data(Bytes::from_static(ENDLESS_HEAD))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(left) | Self::Drip { left, .. } => left.is_empty(),
            Self::Cut { .. } | Self::Endless { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(left) | Self::Drip { left, .. } => SizeHint::with_exact(left.len() as u64),
            Self::Cut { announced, .. } => SizeHint::with_exact(*announced),
            Self::Endless { .. } => SizeHint::default(),
        }
    }
}

/// hyper flushes what it has whenever a body isn't ready, but not when it fails: so the body
/// hesitates once before it tears.
fn poll_tear(reset: Option<&Reset>, flushed: &mut bool, context: &Context<'_>) -> Next {
    if !std::mem::replace(flushed, true) {
        context.waker().wake_by_ref();
        return Poll::Pending;
    }
    if let Some(reset) = reset {
        reset.want();
    }
    Poll::Ready(Some(Err(Torn)))
}
