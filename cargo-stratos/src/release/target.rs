//! Platforms of the shell, and the targets of Rust that build for them.

use std::slice;

use stratos_bundle::{Architecture, Platform, System};
use stratos_manifest::closest;

use crate::error::Error;
use crate::release::toolchain::Toolchain;

/// Targets that a platform's name stands for. The first one for which everything is installed is built, and the commands
/// in error messages are about the last one: unlike `msvc` outside of Windows, it needs no licence of anybody.
const TARGETS: [(Platform, &[&str]); 6] = [
    (
        Platform::new(System::Windows, Architecture::X64),
        &["x86_64-pc-windows-msvc", "x86_64-pc-windows-gnu"],
    ),
    (
        Platform::new(System::Windows, Architecture::Arm64),
        &["aarch64-pc-windows-msvc", "aarch64-pc-windows-gnullvm"],
    ),
    (
        Platform::new(System::MacOs, Architecture::Arm64),
        &["aarch64-apple-darwin"],
    ),
    (
        Platform::new(System::MacOs, Architecture::X64),
        &["x86_64-apple-darwin"],
    ),
    (
        Platform::new(System::Linux, Architecture::X64),
        &["x86_64-unknown-linux-gnu"],
    ),
    (
        Platform::new(System::Linux, Architecture::Arm64),
        &["aarch64-unknown-linux-gnu"],
    ),
];

/// Platform to build for, as a value of `--target` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BuildTarget {
    pub(super) platform: Platform,
    /// Targets of Rust that build for the platform, the preferred one first.
    pub(super) triples: Vec<String>,
}

impl BuildTarget {
    /// Parses the values of `--target`. Without any, it is the target of this machine.
    pub(super) fn parse_all(given: &[String], toolchain: &Toolchain) -> Result<Vec<Self>, Error> {
        let given = match given {
            [] => slice::from_ref(&toolchain.host),
            given => given,
        };
        let mut targets: Vec<Self> = Vec::new();
        for text in given {
            let target = Self::parse(text, toolchain)?;
            match targets.iter().find(|t| t.platform == target.platform) {
                Some(other) if *other == target => {}
                Some(_) => {
                    return Err(Error::usage(
                        format!("several targets are for the platform {}", target.platform),
                        "a bundle has one program for each platform: name one of them",
                    ));
                }
                None => targets.push(target),
            }
        }
        Ok(targets)
    }

    fn parse(text: &str, toolchain: &Toolchain) -> Result<Self, Error> {
        if let Ok(platform) = text.parse() {
            return Ok(Self::of_platform(platform, &toolchain.host));
        }
        let triples = toolchain.target_list()?;
        if let Some(platform) = Platform::of_target(text)
            && triples.iter().any(|triple| triple == text)
        {
            return Ok(Self {
                platform,
                triples: vec![text.to_owned()],
            });
        }
        Err(unknown(text, &triples))
    }

    /// The targets of a platform; that of this machine first, since its tools are there.
    fn of_platform(platform: Platform, host: &str) -> Self {
        let mut triples: Vec<String> = TARGETS
            .iter()
            .filter(|(of, _)| *of == platform)
            .flat_map(|(_, triples)| *triples)
            .map(|triple| (*triple).to_owned())
            .collect();
        if Platform::of_target(host) == Some(platform) {
            triples.retain(|triple| triple != host);
            triples.insert(0, host.to_owned());
        }
        Self { platform, triples }
    }
}

fn unknown(text: &str, triples: &[String]) -> Error {
    let platforms = Platform::ALL.map(|platform| platform.to_string());
    let triples = triples
        .iter()
        .filter(|triple| Platform::of_target(triple).is_some());
    let known = platforms.iter().chain(triples).map(String::as_str);
    let help = match closest(text, known) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!(
            "name a platform ({}) or a target of Rust for one, such as `x86_64-pc-windows-gnu`",
            platforms.join(", ")
        ),
    };
    Error::usage(
        format!("`{text}` is no target that the shell runs on"),
        help,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_platform_has_targets() {
        let platforms = TARGETS.map(|(platform, _)| platform);
        assert_eq!(platforms, Platform::ALL);
        for (platform, triples) in TARGETS {
            for triple in triples {
                assert_eq!(Platform::of_target(triple), Some(platform), "{triple}");
            }
        }
    }

    #[test]
    fn the_target_of_this_machine_comes_first() {
        let windows = "win32-x64".parse().unwrap();
        for (host, expected) in [
            ("x86_64-unknown-linux-gnu", "x86_64-pc-windows-msvc"),
            ("x86_64-pc-windows-gnu", "x86_64-pc-windows-gnu"),
        ] {
            let target = BuildTarget::of_platform(windows, host);
            assert_eq!(target.triples[0], expected, "{host}");
            assert_eq!(target.triples.len(), 2);
        }
    }

    #[test]
    fn typos_have_a_suggestion() {
        let triples = [
            "x86_64-pc-windows-gnu".to_owned(),
            "wasm32-wasip1".to_owned(),
        ];
        for (text, expected) in [
            ("win32-x46", "`win32-x64`"),
            ("x86_64-pc-windows-gun", "`x86_64-pc-windows-gnu`"),
            ("wasm32-wasip1", "name a platform"),
        ] {
            let help = unknown(text, &triples).help().unwrap();
            assert!(help.contains(expected), "{text}: {help}");
        }
    }
}
