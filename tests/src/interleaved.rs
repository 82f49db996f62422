//! Comparison of contenders that are measured in turn (A B A B), so that a busy machine slows all of them down alike.

use std::collections::BTreeMap;

/// A measurement in rounds of several contenders; the first one is compared with the others.
///
/// A round of a contender returns one value for each of the metrics.
#[derive(Default)]
#[expect(missing_debug_implementations, reason = "closures have no debug form")]
pub struct Comparison<'a> {
    contenders: Vec<Contender<'a>>,
}

struct Contender<'a> {
    name: String,
    measure: Box<dyn FnMut() -> Vec<f64> + 'a>,
}

/// The samples of one contender for one metric, in ascending order.
#[derive(Debug, Clone)]
pub struct Samples {
    name: String,
    values: Vec<f64>,
}

impl<'a> Comparison<'a> {
    /// Adds a contender. `measure` runs one round, and returns a value for each metric.
    #[must_use]
    pub fn with(mut self, name: &str, measure: impl FnMut() -> Vec<f64> + 'a) -> Self {
        self.contenders.push(Contender {
            name: name.to_owned(),
            measure: Box::new(measure),
        });
        self
    }

    /// Measures each contender once as a warm-up, then all of them in turn, and prints a table for each metric.
    pub fn run(mut self, rounds: usize, metrics: &[&str]) {
        let mut samples: BTreeMap<usize, Vec<Vec<f64>>> = BTreeMap::new();
        for round in 0..=rounds {
            for (number, contender) in self.contenders.iter_mut().enumerate() {
                let values = (contender.measure)();
                assert_eq!(values.len(), metrics.len(), "{}", contender.name);
                if round > 0 {
                    samples.entry(number).or_default().push(values);
                }
            }
        }
        for (number, metric) in metrics.iter().enumerate() {
            let contenders = self.contenders.iter().zip(samples.values());
            let samples: Vec<_> = contenders
                .map(|(contender, rounds)| {
                    let values = rounds.iter().map(|values| values[number]).collect();
                    Samples::new(&contender.name, values)
                })
                .collect();
            println!("\n{metric}, {rounds} rounds");
            print_table(&samples);
        }
    }
}

impl Samples {
    /// Sorts the values of a contender.
    #[must_use]
    pub fn new(name: &str, mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let name = name.to_owned();
        Self { name, values }
    }

    /// The value that a part of the samples does not exceed: 0.5 is the median, 0.99 the 99th percentile.
    #[must_use]
    pub fn percentile(&self, part: f64) -> f64 {
        percentile(&self.values, part)
    }
}

/// The value that a part of the ascending values does not exceed.
#[must_use]
pub fn percentile(values: &[f64], part: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index of a short list"
    )]
    let index = (values.len() as f64 * part) as usize;
    values[index.min(values.len() - 1)]
}

/// Prints minimum, median and maximum of each contender, and the ratio of the first one's median to the others'.
pub fn print_table(samples: &[Samples]) {
    println!(
        "{:<44}{:>10}{:>10}{:>10}{:>8}",
        "", "minimum", "median", "maximum", "ratio"
    );
    let first = samples[0].percentile(0.5);
    for (number, contender) in samples.iter().enumerate() {
        let [minimum, median, maximum] = [0.0, 0.5, 1.0].map(|part| contender.percentile(part));
        let ratio = match number {
            0 => String::new(),
            _ => format!("{:.2}", first / median),
        };
        let name = &contender.name;
        println!("{name:<44}{minimum:>10.1}{median:>10.1}{maximum:>10.1}{ratio:>8}");
    }
}
