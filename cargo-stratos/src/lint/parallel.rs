//! Work on all cores, with results in order.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many results wait for their turn, so that memory does not grow with the number of items.
const CHUNK: usize = 256;

/// How many threads have something to do at once.
pub(crate) fn cores() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

/// Calls `work` with each item and its number on any thread, and `each` with the results on this one, in order.
pub(crate) fn in_order<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(usize, &T) -> R + Sync,
    mut each: impl FnMut(usize, R),
) {
    for (chunk, part) in items.chunks(CHUNK).enumerate() {
        let start = chunk * CHUNK;
        for (index, result) in all(start, part, &work).into_iter().enumerate() {
            each(start + index, result);
        }
    }
}

fn all<T: Sync, R: Send>(
    start: usize,
    items: &[T],
    work: &(impl Fn(usize, &T) -> R + Sync),
) -> Vec<R> {
    let threads = cores().min(items.len());
    if threads < 2 {
        let items = items.iter().enumerate();
        return items
            .map(|(index, item)| work(start + index, item))
            .collect();
    }
    let next = AtomicUsize::new(0);
    let take = || {
        let mut results = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else {
                return results;
            };
            results.push((index, work(start + index, item)));
        }
    };
    let mut results: Vec<(usize, R)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(take)).collect();
        let threads = threads.into_iter();
        let results = threads.flat_map(|thread| thread.join().expect("rules do not panic here"));
        results.collect()
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_order_and_none_is_lost() {
        for count in [0, 1, 2, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7] {
            let items: Vec<usize> = (0..count).collect();
            let mut seen = Vec::new();
            in_order(
                &items,
                |index, item| {
                    assert_eq!(index, *item);
                    item * 2
                },
                |index, result| seen.push((index, result)),
            );
            let expected: Vec<_> = items.iter().map(|item| (*item, item * 2)).collect();
            assert_eq!(seen, expected);
        }
    }
}
