//! Interleaved measurements: A B A B, so that other load on the machine affects all contenders alike.

use std::fmt;
use std::time::Duration;

/// A named measurement, which is repeated.
pub(crate) struct Contender<'m> {
    name: String,
    measure: Box<dyn Fn() -> Duration + 'm>,
}

/// Minimum, median and maximum of the samples of one contender.
pub(crate) struct Summary {
    min: Duration,
    median: Duration,
    max: Duration,
}

impl<'m> Contender<'m> {
    pub(crate) fn new(name: impl Into<String>, measure: impl Fn() -> Duration + 'm) -> Self {
        Self {
            name: name.into(),
            measure: Box::new(measure),
        }
    }
}

impl Summary {
    fn new(mut samples: Vec<Duration>) -> Self {
        samples.sort_unstable();
        Self {
            min: samples[0],
            median: samples[samples.len() / 2],
            max: samples[samples.len() - 1],
        }
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [min, median, max] =
            [self.min, self.median, self.max].map(|time| time.as_secs_f64() * 1e3);
        write!(f, "min {min:.1}, median {median:.1}, max {max:.1} ms")
    }
}

/// Measures every contender once in each of `rounds` rounds, after one round that does not count, and prints the
/// summaries with the ratio of each median to that of the first contender.
pub(crate) fn compare(title: &str, contenders: &[Contender<'_>], rounds: usize) {
    let mut samples = vec![Vec::new(); contenders.len()];
    for round in 0..=rounds {
        for (contender, samples) in contenders.iter().zip(&mut samples) {
            let sample = (contender.measure)();
            if round > 0 {
                samples.push(sample);
            }
        }
    }
    println!("{title}, {rounds} interleaved runs of each:");
    let summaries: Vec<_> = samples.into_iter().map(Summary::new).collect();
    let first = summaries[0].median.as_secs_f64();
    for (contender, summary) in contenders.iter().zip(&summaries) {
        let ratio = summary.median.as_secs_f64() / first;
        println!("  {}: {summary} (ratio {ratio:.2})", contender.name);
    }
}
