//! A request body that remembers whether anyone asked for it, and what else one exchange leaves
//! behind.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// What is known of one exchange, whatever became of it.
#[derive(Debug, Default)]
pub(super) struct Trace {
    polled: AtomicBool,
    connected: AtomicBool,
}

impl Trace {
    /// Whether the body was asked for. If not, the request was not sent.
    pub(super) fn is_polled(&self) -> bool {
        self.polled.load(Ordering::Acquire)
    }

    /// Notes that a connection was opened for this exchange.
    pub(super) fn note_connecting(&self) {
        self.connected.store(true, Ordering::Release);
    }

    /// Whether it went over a connection that was there before.
    pub(super) fn is_on_reused_connection(&self) -> bool {
        !self.connected.load(Ordering::Acquire)
    }
}

/// A request body that remembers whether anyone asked for it. What was not asked for was not
/// sent; and what was asked for once can't be sent again behind our back.
pub(super) struct Watched {
    bytes: Option<Bytes>,
    trace: Arc<Trace>,
}

impl Watched {
    pub(super) fn new(bytes: Vec<u8>, trace: Arc<Trace>) -> Self {
        Self { bytes: Some(bytes.into()), trace }
    }
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.trace.polled.store(true, Ordering::Release);
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}
