//! The budget of a run: what is paid, possibly paid and in flight together never exceeds it.

use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::run::stop::{Reason, Stop};

/// How many calls may be charged, and how many were.
#[derive(Debug)]
pub(crate) struct Budget {
    most: Option<u64>,
    books: Mutex<Books>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Books {
    /// Charged or possibly charged.
    spent: u64,
    in_flight: u64,
}

/// Room for one charge. Dropped, it is free again; spent, it is gone.
#[derive(Debug)]
pub(crate) struct Place<'a>(Option<&'a Budget>);

impl Budget {
    /// At most so many charges; `None` is no limit.
    pub(crate) fn new(most: Option<u64>) -> Self {
        Self { most, books: Mutex::default(), changed: Notify::new() }
    }

    /// Waits for room: what is in flight may turn out to cost nothing. When all is spent the run
    /// is stopped; `None` is for a stopped run.
    pub(crate) async fn place(&self, stop: &Stop) -> Option<Place<'_>> {
        let Some(most) = self.most else { return Some(Place(None)) };
        loop {
            let changed = self.changed.notified();
            match self.with(|books| books.take(most)) {
                Room::Free => return Some(Place(Some(self))),
                Room::None => stop.stop(Reason::Budget(most)),
                Room::Perhaps => {}
            }
            tokio::select! {
                biased;
                () = stop.stopped() => return None,
                () = changed => {}
            }
        }
    }

    fn with<T>(&self, act: impl FnOnce(&mut Books) -> T) -> T {
        act(&mut self.books.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

enum Room {
    Free,
    /// All of it is in flight.
    Perhaps,
    None,
}

impl Books {
    fn take(&mut self, most: u64) -> Room {
        if self.spent + self.in_flight < most {
            self.in_flight += 1;
            Room::Free
        } else if self.in_flight > 0 {
            Room::Perhaps
        } else {
            Room::None
        }
    }
}

impl Place<'_> {
    /// The call was charged, or may have been.
    pub(crate) fn spend(self) {
        if let Some(budget) = self.0 {
            budget.with(|books| books.spent += 1);
        }
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if let Some(budget) = self.0 {
            budget.with(|books| books.in_flight -= 1);
            budget.changed.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn places_are_given_until_all_is_spent_and_then_the_run_stops() {
        let (budget, stop) = (Budget::new(Some(2)), Stop::default());
        let first = budget.place(&stop).await.unwrap();
        let second = budget.place(&stop).await.unwrap();
        first.spend();
        // The second may come free, so a third is waited for, and gets its place.
        let (third, ()) = tokio::join!(budget.place(&stop), async { drop(second) });
        third.unwrap().spend();
        assert!(budget.place(&stop).await.is_none());
        assert_eq!(stop.reason(), Some(Reason::Budget(2)));
    }

    #[tokio::test]
    async fn nothing_to_spend_stops_at_once_and_no_limit_never_does() {
        let stop = Stop::default();
        assert!(Budget::new(Some(0)).place(&stop).await.is_none());
        let stop = Stop::default();
        let budget = Budget::new(None);
        for _ in 0..1_000 {
            budget.place(&stop).await.unwrap().spend();
        }
        assert!(!stop.is_stopped());
    }
}
