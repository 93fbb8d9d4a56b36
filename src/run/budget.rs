//! The budget of a run (`--max-charges`): charged, possibly charged and in-flight calls together
//! never exceed it.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::model::stop_reason::StopReason;
use crate::run::stop::StopSwitch;

/// Limits the charges of a run.
#[derive(Debug)]
pub(crate) struct Budget {
    most: Option<u64>,
    counts: Mutex<Counts>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Counts {
    /// Charged or possibly charged.
    spent: u64,
    in_flight: u64,
}

/// Permission for one charge. Dropping it gives the charge back to the budget; spending it does not.
#[derive(Debug)]
pub(crate) struct BudgetPermit<'a>(Option<&'a Budget>);

impl Budget {
    /// Allows at most so many charges; `None` is no limit.
    pub(crate) fn new(most: Option<u64>) -> Self {
        Self { most, counts: Mutex::default(), changed: Notify::new() }
    }

    /// Waits for a permit, since calls in flight may turn out to cost nothing. Stops the run when
    /// the budget is used up. Returns `None` if the run was stopped.
    pub(crate) async fn acquire(&self, stop: &StopSwitch) -> Option<BudgetPermit<'_>> {
        let Some(most) = self.most else { return Some(BudgetPermit(None)) };
        loop {
            let changed = self.changed.notified();
            match self.with(|counts| counts.take(most)) {
                Availability::Free => return Some(BudgetPermit(Some(self))),
                Availability::None => stop.stop(StopReason::Budget(most)),
                Availability::Perhaps => {}
            }
            tokio::select! {
                biased;
                () = stop.stopped() => return None,
                () = changed => {}
            }
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Counts) -> T) -> T {
        act(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

enum Availability {
    Free,
    /// Calls in flight hold the rest of the budget.
    Perhaps,
    None,
}

impl Counts {
    fn take(&mut self, most: u64) -> Availability {
        if self.spent + self.in_flight < most {
            self.in_flight += 1;
            Availability::Free
        } else if self.in_flight > 0 {
            Availability::Perhaps
        } else {
            Availability::None
        }
    }
}

impl BudgetPermit<'_> {
    /// Counts the call as charged or possibly charged.
    pub(crate) fn spend(self) {
        if let Some(budget) = self.0 {
            budget.with(|counts| counts.spent += 1);
        }
    }
}

impl Drop for BudgetPermit<'_> {
    fn drop(&mut self) {
        if let Some(budget) = self.0 {
            budget.with(|counts| counts.in_flight -= 1);
            budget.changed.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn places_are_given_until_all_is_spent_and_then_the_run_stops() {
        let (budget, stop) = (Budget::new(Some(2)), StopSwitch::default());
        let first = budget.acquire(&stop).await.unwrap();
        let second = budget.acquire(&stop).await.unwrap();
        first.spend();
        // The second is given back, so the third is granted.
        let (third, ()) = tokio::join!(budget.acquire(&stop), async { drop(second) });
        third.unwrap().spend();
        assert!(budget.acquire(&stop).await.is_none());
        assert_eq!(stop.reason(), Some(StopReason::Budget(2)));
    }

    #[tokio::test]
    async fn nothing_to_spend_stops_at_once_and_no_limit_never_does() {
        let stop = StopSwitch::default();
        assert!(Budget::new(Some(0)).acquire(&stop).await.is_none());
        let stop = StopSwitch::default();
        let budget = Budget::new(None);
        for _ in 0..1_000 {
            budget.acquire(&stop).await.unwrap().spend();
        }
        assert!(!stop.is_stopped());
    }
}
