//! Comparison of contenders that are measured in turn (A B A B), so that a busy machine slows all of them down alike.

use std::collections::BTreeMap;
use std::path::PathBuf;

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

    /// Measures each contender once as a warm-up, then all of them in turn.
    ///
    /// Prints a table for each metric: minimum, median and maximum of each contender, and the ratio of the first one's
    /// median to that of the others.
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
            println!(
                "\n{:<44}{:>10}{:>10}{:>10}{:>8}",
                format!("{metric}, {rounds} rounds"),
                "minimum",
                "median",
                "maximum",
                "ratio"
            );
            let mut first = None;
            for (contender, rounds) in self.contenders.iter().zip(samples.values()) {
                let mut values: Vec<_> = rounds.iter().map(|values| values[number]).collect();
                values.sort_by(f64::total_cmp);
                let [minimum, median, maximum] =
                    [0.0, 0.5, 1.0].map(|part| percentile(&values, part));
                let ratio = first.map(|first: f64| format!("{:.2}", first / median));
                first.get_or_insert(median);
                let (name, ratio) = (&contender.name, ratio.unwrap_or_default());
                println!("{name:<44}{minimum:>10.1}{median:>10.1}{maximum:>10.1}{ratio:>8}");
            }
        }
    }
}

/// The program after the argument `--against`, as an absolute path: another build that is measured too.
#[must_use]
pub fn other_build() -> Option<PathBuf> {
    let mut arguments = std::env::args_os().skip_while(|argument| argument != "--against");
    arguments.next()?;
    let program = arguments.next().expect("`--against` has a path");
    Some(std::path::absolute(program).expect("the path is not empty"))
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
