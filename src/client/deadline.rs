//! The deadline of an exchange, which also holds after the process was stopped or the machine slept.

use std::pin::pin;
use std::time::Duration;

use tokio::time::{Instant, timeout, timeout_at};

use crate::client::response::ExchangeEnd;

/// A timer that fires so much later than its time was held up: the process was stopped, the machine
/// slept, or it is overloaded.
const LATE: Duration = Duration::from_millis(100);

/// Time in which an answer that has arrived meanwhile is read.
const CATCH_UP: Duration = Duration::from_secs(1);

/// Waits for the end of an exchange until its time is over. Where the timer fires late, an answer
/// may lie in the socket: it was paid for, so it is read before the exchange is given up.
pub(super) async fn within(
    time: Duration,
    exchange: impl Future<Output = ExchangeEnd>,
) -> ExchangeEnd {
    let mut exchange = pin!(exchange);
    let deadline = Instant::now() + time;
    if let Ok(end) = timeout_at(deadline, &mut exchange).await {
        return end;
    }
    if deadline.elapsed() > LATE
        && let Ok(end) = timeout(CATCH_UP, &mut exchange).await
    {
        return end;
    }
    ExchangeEnd::TimedOut(time)
}
