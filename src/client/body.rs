//! A request body that records whether it was requested: the proof whether a request was sent.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Frame, SizeHint};

/// Facts about one exchange, whatever its end.
#[derive(Debug, Default)]
pub(super) struct ExchangeTrace {
    polled: AtomicBool,
    connected: AtomicBool,
}

impl ExchangeTrace {
    /// Whether the body was requested. If not, the request was not sent.
    pub(super) fn is_polled(&self) -> bool {
        self.polled.load(Ordering::Acquire)
    }

    /// Notes that a connection was opened for this exchange.
    pub(super) fn note_new_connection(&self) {
        self.connected.store(true, Ordering::Release);
    }

    /// Whether the exchange used a connection that was open before.
    pub(super) fn is_on_reused_connection(&self) -> bool {
        !self.connected.load(Ordering::Acquire)
    }
}

/// Says at the last moment whether a request may still go out.
pub(crate) type SendPermission = Box<dyn Fn() -> bool + Send + Sync>;

/// The request may not go out any more. It was not sent.
#[derive(Debug, thiserror::Error)]
#[error("it was claimed too long ago")]
pub(super) struct NotPermitted;

/// A request body that records whether it was requested. It can be requested once only, so that no
/// library resends it.
pub(super) struct TrackedBody {
    bytes: Option<Bytes>,
    trace: Arc<ExchangeTrace>,
    permission: SendPermission,
}

impl TrackedBody {
    pub(super) fn new(
        bytes: Vec<u8>,
        trace: Arc<ExchangeTrace>,
        permission: SendPermission,
    ) -> Self {
        Self { bytes: Some(bytes.into()), trace, permission }
    }
}

impl http_body::Body for TrackedBody {
    type Data = Bytes;
    type Error = NotPermitted;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.bytes.is_some() && !(self.permission)() {
            self.bytes = None;
            return Poll::Ready(Some(Err(NotPermitted)));
        }
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
