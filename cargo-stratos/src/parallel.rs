//! Parallel work with results in order.
//!
//! A single item is worked on by the calling thread: starting others would take longer.

use rayon::prelude::*;

/// Maximum number of results in memory that wait to be consumed.
const CHUNK: usize = 256;

/// Calls `map` for each item on all cores. Returns the results in the order of the items.
pub(crate) fn map<'i, T: Sync, R: Send>(items: &'i [T], map: impl Fn(&'i T) -> R + Sync) -> Vec<R> {
    match items {
        [only] => vec![map(only)],
        _ => items.par_iter().map(&map).collect(),
    }
}

/// Calls `map` for each item on all cores, and `consume` with each item and its result, in order, on this thread.
pub(crate) fn map_in_order<T: Sync, R: Send>(
    items: &[T],
    map: impl Fn(&T) -> R + Sync,
    mut consume: impl FnMut(&T, R),
) {
    for chunk in items.chunks(CHUNK) {
        for (item, result) in chunk.iter().zip(self::map(chunk, &map)) {
            consume(item, result);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        for count in [0, 1, 2, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK + 7] {
            let items: Vec<usize> = (0..count).collect();
            let mut seen = Vec::new();
            map_in_order(
                &items,
                |item| item * 2,
                |item, result| seen.push((*item, result)),
            );
            let expected: Vec<_> = items.iter().map(|item| (*item, item * 2)).collect();
            assert_eq!(seen, expected);
        }
    }
}
