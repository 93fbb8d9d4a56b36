//! Brings results that finish in any order back into the order of the input.

use std::collections::VecDeque;

/// Holds items that finished early. Their numbers count from 1 without gaps.
#[derive(Debug)]
pub(crate) struct ReorderBuffer<T> {
    next: u64,
    early: VecDeque<Option<T>>,
}

impl<T> Default for ReorderBuffer<T> {
    fn default() -> Self {
        Self { next: 1, early: VecDeque::new() }
    }
}

impl<T> ReorderBuffer<T> {
    /// Puts an item in.
    pub(crate) fn put(&mut self, number: u64, item: T) {
        let at = usize::try_from(number.saturating_sub(self.next)).unwrap_or(usize::MAX);
        while self.early.len() <= at {
            self.early.push_back(None);
        }
        self.early[at] = Some(item);
    }

    /// Takes the next item in order, if it has finished.
    pub(crate) fn take(&mut self) -> Option<T> {
        self.early.front()?.as_ref()?;
        self.next += 1;
        self.early.pop_front().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_order_of_arrival_comes_out_as_the_inputs() {
        let seed = 7;
        println!("seed {seed}");
        let mut random = fastrand::Rng::with_seed(seed);
        let mut numbers: Vec<u64> = (1..=500).collect();
        random.shuffle(&mut numbers);
        let mut order = ReorderBuffer::default();
        let mut out = Vec::new();
        for number in numbers {
            order.put(number, number);
            out.extend(std::iter::from_fn(|| order.take()));
        }
        assert!(out.iter().copied().eq(1..=500));
    }
}
