//! The bundle of several `dist` folders, each of which has the programs of other platforms.

use std::collections::BTreeMap;

use crate::bundle::Bundle;
use crate::layout;
use crate::problem::Problem;

/// Joins bundles: their programs are united, and everything else must be equal.
///
/// The text beside each bundle is its name in messages, such as the path of its folder.
///
/// # Errors
///
/// The files that differ, or that are missing in one of the bundles, and the platforms of which two different programs
/// were built.
pub fn merge(bundles: &[(String, Bundle)]) -> Result<Bundle, Vec<Problem>> {
    let Some(((first_name, first), others)) = bundles.split_first() else {
        return Ok(Bundle::default());
    };
    let mut merged = first.clone();
    let mut origins = platforms_of(first, first_name);
    let mut problems = Vec::new();
    for (name, bundle) in others {
        problems.extend(differences((first_name, first), (name, bundle)));
        for (platform, origin) in platforms_of(bundle, name) {
            let programs = programs_of(bundle, platform);
            let Some(other) = origins.get(platform) else {
                let programs = programs.into_iter();
                let programs = programs.map(|(path, bytes)| (path.clone(), bytes.clone()));
                merged.files.extend(programs);
                origins.insert(platform, origin);
                continue;
            };
            if programs_of(&merged, platform) != programs {
                problems.push(duplicate_platform(platform, other, name));
            }
        }
    }
    match problems.is_empty() {
        true => Ok(merged),
        false => Err(problems),
    }
}

/// The folders of platforms in a bundle, each with the name of the bundle.
fn platforms_of<'b>(bundle: &'b Bundle, name: &'b str) -> BTreeMap<&'b str, &'b str> {
    let programs = bundle.program_files();
    programs
        .map(|(_, program)| program.split('/').next().unwrap_or(program))
        .map(|platform| (platform, name))
        .collect()
}

fn programs_of<'b>(bundle: &'b Bundle, platform: &str) -> Vec<(&'b String, &'b Vec<u8>)> {
    let folder = format!("{}/{platform}", layout::PROGRAMS);
    let is_inside = |path: &str| {
        let rest = path.strip_prefix(&folder);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    bundle
        .files
        .iter()
        .filter(|(path, _)| is_inside(path))
        .collect()
}

fn differences(
    (first_name, first): (&str, &Bundle),
    (name, other): (&str, &Bundle),
) -> Vec<Problem> {
    let paths = first.files.keys().chain(
        other
            .files
            .keys()
            .filter(|path| !first.files.contains_key(*path)),
    );
    let shared = paths.filter(|path| !layout::is_program(path));
    let problems = shared.filter_map(|path| {
        let (message, help) = match (first.files.get(path), other.files.get(path)) {
            (Some(one), Some(two)) if one == two => return None,
            (Some(one), Some(two)) if lines(one) == lines(two) => (
                format!("`{path}` has other line ends in {first_name} than in {name}"),
                "add `* text=auto eol=lf` to .gitattributes, so that git writes the same files on every system",
            ),
            (Some(_), Some(_)) => (
                format!("`{path}` differs between {first_name} and {name}"),
                "build all folders from the same commit, and the UI once, so that its files are the same in all of them",
            ),
            (one, _) => {
                let (has, has_not) = match one {
                    Some(_) => (first_name, name),
                    None => (name, first_name),
                };
                (
                    format!("`{path}` is in {has} and not in {has_not}"),
                    "build all folders from the same commit, with the same `stratos.toml`",
                )
            }
        };
        Some(Problem::error("merge-difference", path, message).help(help))
    });
    problems.collect()
}

/// The bytes without carriage returns at the ends of lines.
fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    let lines = bytes.split(|byte| *byte == b'\n');
    lines
        .map(|line| line.strip_suffix(b"\r").unwrap_or(line))
        .collect()
}

fn duplicate_platform(platform: &str, first: &str, other: &str) -> Problem {
    let path = format!("{}/{platform}", layout::PROGRAMS);
    let message = format!("{first} and {other} have different programs for `{platform}`");
    Problem::error("duplicate-platform", &path, message)
        .help("name each platform's folder once, and build each platform in one job only")
}
