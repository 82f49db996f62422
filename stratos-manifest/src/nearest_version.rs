//! The semantic version that comes nearest to a malformed one, and the flaws of that one.

use semver::Version;

/// The longest text that is analysed, in bytes.
const MAX_BYTES: usize = 100;

/// Words that start the name of a pre-release.
const PRE_RELEASES: [&str; 17] = [
    "alpha",
    "beta",
    "canary",
    "dev",
    "ea",
    "experimental",
    "insider",
    "milestone",
    "next",
    "nightly",
    "pre",
    "preview",
    "rc",
    "snapshot",
    "test",
    "unstable",
    "wip",
];

/// Words for what comes after a release. As a pre-release, it would count as older.
const LATER_RELEASES: [&str; 11] = [
    "build", "final", "fix", "ga", "hotfix", "patch", "post", "rel", "release", "rev", "sp",
];

/// A malformed version, analysed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct MalformedVersion {
    /// The reasons why it is malformed, for messages.
    pub(crate) flaws: Vec<String>,
    pub(crate) nearest: Nearest,
}

/// The nearest semantic version.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Nearest {
    /// The version that the text is without spaces and a `v`.
    Same(Version),
    /// A version that says all that the text says.
    Equal(Version),
    /// The text has a fourth number, or a suffix whose order is unknown.
    Shortened {
        /// The version without the rest. It is not newer than the one that the text means, and maybe already published.
        version: Version,
        /// The next version, which is newer.
        next: Version,
    },
    /// The text does not say which version it is.
    Unknown,
}

/// Analyses a text that is no semantic version.
pub(crate) fn analyse_version(text: &str) -> MalformedVersion {
    let mut flaws = Vec::new();
    let nearest = match text.len() <= MAX_BYTES {
        true => nearest(text, &mut flaws).unwrap_or(Nearest::Unknown),
        false => Nearest::Unknown,
    };
    if flaws.is_empty() {
        flaws.push("a version has three numbers: major.minor.patch".to_owned());
    }
    MalformedVersion { flaws, nearest }
}

fn nearest(text: &str, flaws: &mut Vec<String>) -> Option<Nearest> {
    let text = text.trim();
    let unprefixed = text.trim_start_matches(['v', 'V']);
    if let Ok(version) = Version::parse(unprefixed) {
        if unprefixed.len() < text.len() {
            flaws.push("a version starts with a number, without `v`".to_owned());
        } else {
            flaws.push("there is white space around it".to_owned());
        }
        return Some(Nearest::Same(version));
    }
    // Dashes that word processors put in the place of a hyphen.
    let text = text.replace(
        [
            '\u{2010}', '\u{2011}', '\u{2012}', '\u{2013}', '\u{2014}', '\u{2212}',
        ],
        "-",
    );
    let start = text.find(|char: char| char.is_ascii_digit())?;
    let (prefix, rest) = text.split_at(start);
    check_prefix(prefix.trim(), flaws)?;
    let mut number_flaws = Vec::new();
    let split = split_numbers(rest, &mut number_flaws);
    if let Some((numbers, suffix)) = &split
        && numbers.len() < 3
        && has_unclear_number(suffix)
    {
        return None;
    }
    flaws.append(&mut number_flaws);
    let (numbers, suffix) = split?;
    let [major, minor, patch] = [0, 1, 2].map(|at| numbers.get(at).copied().unwrap_or(0));
    let mut version = Version::new(major, minor, patch);
    let suffix = Suffix::parse(suffix, numbers.len(), flaws)?;
    let is_whole = numbers.iter().skip(3).all(|number| *number == 0) && !suffix.is_later;
    version.pre = suffix.pre.parse().ok()?;
    version.build = suffix.build.parse().ok()?;
    if is_whole {
        return Some(Nearest::Equal(version));
    }
    let next = Version {
        patch: patch.checked_add(1)?,
        ..version.clone()
    };
    Some(Nearest::Shortened { version, next })
}

/// Checks the text before the first number; `None` if the number is no version, or only a bound.
fn check_prefix(prefix: &str, flaws: &mut Vec<String>) -> Option<()> {
    let is_bound = prefix.contains(['<', '>', '!', '*']);
    if is_bound || prefix.starts_with(['^', '~', '=']) {
        flaws.push(format!(
            "`{}` belongs to the requirements of dependencies, and a plugin has one version",
            prefix.split(char::is_whitespace).next().unwrap_or_default()
        ));
    } else if !prefix.is_empty() {
        flaws.push("a version starts with a number".to_owned());
    }
    let is_cut_off = prefix.ends_with(['.', ',']) && !prefix.contains(char::is_alphabetic);
    let mut words = prefix.split(|char: char| !char.is_ascii_alphabetic());
    let is_pre_release = words.any(|word| is_one_of(&PRE_RELEASES, word));
    (!is_bound && !is_cut_off && !is_pre_release).then_some(())
}

/// Splits off the numbers at the start of the text, with the separator that all of them have.
fn split_numbers<'t>(text: &'t str, flaws: &mut Vec<String>) -> Option<(Vec<u64>, &'t str)> {
    let separator = match separator(text) {
        Some(separator) => {
            flaws.push(format!(
                "its numbers are separated by `{separator}`, and not by dots"
            ));
            separator
        }
        None => '.',
    };
    let mut numbers = Vec::new();
    let mut rest = text;
    let mut has_zero = false;
    loop {
        let end = rest
            .find(|char: char| !char.is_ascii_digit())
            .unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        has_zero |= number.len() > 1 && number.starts_with('0');
        let Ok(number) = number.parse() else {
            flaws.push("a number is too large".to_owned());
            return None;
        };
        numbers.push(number);
        let next = after.strip_prefix(separator);
        match next.filter(|next| next.starts_with(|char: char| char.is_ascii_digit())) {
            Some(next) => rest = next,
            None => {
                rest = after;
                break;
            }
        }
    }
    let is_wildcard = [".x", ".X", ".*"]
        .iter()
        .any(|wildcard| rest.starts_with(wildcard));
    let is_range = rest.contains(['<', '>', '|', '^']) || rest.contains(" - ");
    if is_wildcard || is_range {
        flaws.push("it stands for many versions, and a plugin has one".to_owned());
        return None;
    }
    let count = match numbers.len() {
        1 => Some("one number"),
        2 => Some("two numbers"),
        3 => None,
        4 => Some("four numbers"),
        _ => Some("more than three numbers"),
    };
    if let Some(count) = count {
        flaws.push(format!(
            "it has {count}, and a version has three: major.minor.patch"
        ));
    }
    if has_zero {
        flaws.push("a number starts with `0`".to_owned());
    }
    Some((numbers, rest))
}

/// The separator of numbers that have another one than a dot, as in `2024-01-15` and `1_2`.
fn separator(text: &str) -> Option<char> {
    let found = text.chars().find(|char| !char.is_ascii_digit())?;
    let parts: Vec<&str> = text.split(found).collect();
    let are_numbers = parts
        .iter()
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    // `1-2` may be a version and its revision.
    let least = if found == '-' { 3 } else { 2 };
    (!found.is_alphanumeric()
        && found != '.'
        && found != '+'
        && are_numbers
        && parts.len() >= least)
        .then_some(found)
}

/// Whether the text after less than three numbers has a number that may be one of the three: `1.2,3`. Or the numbers
/// belong to a name, as in `fuel2-1.0.0`.
fn has_unclear_number(suffix: &str) -> bool {
    let (pre, _) = suffix.split_once('+').unwrap_or((suffix, ""));
    let has_number = pre.contains(|char: char| char.is_ascii_digit());
    has_number
        && !is_one_of(
            &PRE_RELEASES,
            first_word(pre.trim_start_matches(is_separator)),
        )
}

/// The letters at the start of the text.
fn first_word(text: &str) -> &str {
    let end = text.find(|char: char| !char.is_ascii_alphabetic());
    &text[..end.unwrap_or(text.len())]
}

fn is_one_of(words: &[&str], word: &str) -> bool {
    words.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// The text after the numbers of a version.
struct Suffix {
    pre: String,
    build: String,
    /// Whether the text means a release that is not older than the one without it, or maybe not.
    is_later: bool,
}

impl Suffix {
    /// Parses the text after `numbers` numbers; `None` if there is a gap between the numbers.
    fn parse(text: &str, numbers: usize, flaws: &mut Vec<String>) -> Option<Self> {
        let (pre, build) = text.split_once('+').unwrap_or((text, ""));
        let name = pre.trim_start_matches(is_separator);
        if name.starts_with(|char: char| char.is_ascii_digit()) && pre.starts_with("..") {
            return None;
        }
        let is_marked = pre.starts_with('-') && numbers >= 3;
        let word = first_word(name);
        let is_pre_release = match is_marked {
            true => !is_one_of(&LATER_RELEASES, word),
            false => is_one_of(&PRE_RELEASES, word),
        };
        let can_be_read = |char: char| char.is_ascii_alphanumeric() || is_separator(char);
        let is_readable = pre.chars().chain(build.chars()).all(can_be_read);
        if !name.is_empty() && !pre.starts_with('-') {
            let flaw = match is_pre_release {
                true => "a pre-release starts with a hyphen, as in `-beta.1`",
                false => "only a pre-release can follow the numbers, as in `-beta.1`",
            };
            flaws.push(flaw.to_owned());
        }
        let [pre_ids, build_ids] = [name, build].map(identifiers);
        let without_zeros: Vec<&str> = pre_ids.iter().map(|id| without_zeros(id)).collect();
        if without_zeros != pre_ids {
            flaws.push("a number in the pre-release starts with `0`".to_owned());
        }
        let is_clean = is_readable
            && pre_ids.join(".") == pre.strip_prefix('-').unwrap_or(pre)
            && build_ids.join(".") == build
            && !text.ends_with(['+', '-']);
        if !is_clean && (is_marked || name.is_empty() || !build.is_empty()) {
            flaws.push(
                "after the numbers, there are only letters, digits and hyphens, with a dot between them"
                    .to_owned(),
            );
        }
        let is_kept = is_pre_release && is_readable;
        Some(Self {
            pre: match is_kept {
                true => without_zeros.join("."),
                false => String::new(),
            },
            build: match is_readable {
                true => build_ids.join("."),
                false => String::new(),
            },
            is_later: !is_readable || (!is_kept && !name.is_empty()),
        })
    }
}

/// The identifiers of a pre-release or of build metadata, whatever separates them.
fn identifiers(text: &str) -> Vec<&str> {
    let is_end = |char: char| char != '-' && is_separator(char);
    let parts = text.split(is_end).map(|part| part.trim_matches('-'));
    parts.filter(|part| !part.is_empty()).collect()
}

fn is_separator(char: char) -> bool {
    matches!(
        char,
        '.' | '-' | '_' | ' ' | '~' | '/' | ':' | ',' | '(' | ')'
    )
}

/// The number without zeros at its start; any other text as it is.
fn without_zeros(text: &str) -> &str {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    match text.trim_start_matches('0') {
        _ if !is_number => text,
        "" => "0",
        rest => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match analyse_version(text).nearest {
            Nearest::Same(version) => format!("same {version}"),
            Nearest::Equal(version) => version.to_string(),
            Nearest::Shortened { version, next } => format!("{version} or {next}"),
            Nearest::Unknown => "unknown".to_owned(),
        }
    }

    #[test]
    fn the_nearest_version_loses_nothing_and_is_no_downgrade() {
        for (text, expected) in [
            ("v1.2.3", "same 1.2.3"),
            ("V1.2.3-rc.1", "same 1.2.3-rc.1"),
            (" 1.2.3\n", "same 1.2.3"),
            ("1", "1.0.0"),
            (" 1.2 ", "1.2.0"),
            ("v1.2", "1.2.0"),
            ("v.1.2.3", "1.2.3"),
            ("01.2.3", "1.2.3"),
            ("17.11.07", "17.11.7"),
            ("1.4.2.0", "1.4.2"),
            ("1.2.3.4", "1.2.3 or 1.2.4"),
            ("17.11.07.1", "17.11.7 or 17.11.8"),
            ("1.2.3.4.5", "1.2.3 or 1.2.4"),
            ("1.2.3.4-beta", "1.2.3-beta or 1.2.4-beta"),
            ("^1.2.3", "1.2.3"),
            ("~1.2", "1.2.0"),
            ("==1.2.3", "1.2.3"),
            ("= 1.2.3", "1.2.3"),
            (">=1.2.3", "unknown"),
            ("<2.0.0", "unknown"),
            ("1.2.3 - 2.0.0", "unknown"),
            ("1.x", "unknown"),
            ("1.2.*", "unknown"),
            ("*", "unknown"),
            ("latest", "unknown"),
            ("", "unknown"),
            ("1..3", "unknown"),
            (".1.2", "unknown"),
            ("99999999999999999999.0.0", "unknown"),
            ("1.2.", "1.2.0"),
            ("1.2.3.", "1.2.3"),
            ("1.2.3-", "1.2.3"),
            ("1.2.3+", "1.2.3"),
            ("1,2,3", "1.2.3"),
            ("1_2_3", "1.2.3"),
            ("1-2-3", "1.2.3"),
            ("1-2", "unknown"),
            ("1. 2. 3", "unknown"),
            ("1.2,3", "unknown"),
            ("1.2 .3", "unknown"),
            ("10 .4 .2", "unknown"),
            ("2024-01", "unknown"),
            ("1e3", "unknown"),
            ("0x10", "unknown"),
            ("2a1", "unknown"),
            ("rc1", "unknown"),
            ("Beta-1.2.3", "unknown"),
            ("alpha 3", "unknown"),
            ("2024-01-15", "2024.1.15"),
            ("2024.01.15", "2024.1.15"),
            ("1.2-beta.1", "1.2.0-beta.1"),
            ("1.2.3_beta", "1.2.3-beta"),
            ("1.2.3beta2", "1.2.3-beta2"),
            ("1.2.3 RC 1", "1.2.3-RC.1"),
            ("1.2.3.beta.1", "1.2.3-beta.1"),
            ("1.2.3 (beta)", "1.2.3-beta"),
            ("1.2.3–beta", "1.2.3-beta"),
            ("1.0.0-dev.01", "1.0.0-dev.1"),
            ("1.0.0-00", "1.0.0-0"),
            ("1.0.0-beta..1", "1.0.0-beta.1"),
            ("1.0.0-beta_1", "1.0.0-beta.1"),
            ("1.0.0-a-b.c_d", "1.0.0-a-b.c.d"),
            ("1.0.0+build_5", "1.0.0+build.5"),
            ("1.0.0-béta", "1.0.0 or 1.0.1"),
            ("1.2.3.post1", "1.2.3 or 1.2.4"),
            ("1.2.3-hotfix_1", "1.2.3 or 1.2.4"),
            ("1.2.3a", "1.2.3 or 1.2.4"),
            ("1.2.3 (45)", "1.2.3 or 1.2.4"),
            ("1.2-3", "unknown"),
            ("release-1.2.3", "1.2.3"),
            ("fuel-check@1.2.3", "1.2.3"),
            ("fuel2-1.2.3", "unknown"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
            assert!(!analyse_version(text).flaws.is_empty(), "{text}");
        }
        assert_eq!(shown(&"1.".repeat(1_000)), "unknown");
        for text in ["1.2.3-beta!", "1.2.3+build+5", "1.2.3-"] {
            let flaws = analyse_version(text).flaws;
            assert!(
                flaws[0].starts_with("after the numbers"),
                "{text}: {flaws:?}"
            );
        }
    }
}
