//! Sizes of long test campaigns, which CONTRIBUTING.md lists.

use std::str::FromStr;

/// The number in an environment variable, or the default for `cargo test`.
///
/// # Panics
///
/// When the variable is not a number.
#[must_use]
pub fn campaign<N: FromStr>(variable: &str, default: N) -> N {
    #[expect(clippy::disallowed_methods, reason = "tests have no context to ask")]
    let Ok(value) = std::env::var(variable) else {
        return default;
    };
    value
        .parse()
        .unwrap_or_else(|_| panic!("{variable} is `{value}`, which is not a number"))
}
