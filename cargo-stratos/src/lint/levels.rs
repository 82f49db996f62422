//! Levels on the command line, in rustc's words.

use clap::{ArgMatches, Args, FromArgMatches};
use stratos_manifest::{Levels, RuleLevel};

use crate::error::Error;

/// What is said about rules, in the order of the command line: clap keeps an order within an option only.
#[derive(Debug, Default)]
pub(crate) struct LevelArgs(Vec<(String, RuleLevel)>);

#[derive(Debug, Args)]
struct Flags {
    /// Do not report what a rule finds, or a group of rules; of several levels the last one counts
    #[arg(short = 'A', long, value_name = "RULE")]
    allow: Vec<String>,
    /// Report what a rule finds as warnings
    #[arg(short = 'W', long, value_name = "RULE")]
    warn: Vec<String>,
    /// Report what a rule finds as errors; `warnings` stands for all rules that warn
    #[arg(short = 'D', long, value_name = "RULE")]
    deny: Vec<String>,
}

const FLAGS: [(&str, RuleLevel); 3] = [
    ("allow", RuleLevel::Allow),
    ("warn", RuleLevel::Warn),
    ("deny", RuleLevel::Deny),
];

impl LevelArgs {
    /// Sets the levels of the command line on top of those that are there already.
    pub(crate) fn apply(&self, levels: &mut Levels) -> Result<(), Error> {
        for (name, level) in &self.0 {
            levels.set(name, *level).map_err(|error| Error::Usage {
                message: error.to_string(),
                help: None,
            })?;
        }
        Ok(())
    }
}

impl FromArgMatches for LevelArgs {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut said = Vec::new();
        for (flag, level) in FLAGS {
            let names = matches.get_many::<String>(flag).into_iter().flatten();
            let indices = matches.indices_of(flag).into_iter().flatten();
            said.extend(
                indices
                    .zip(names)
                    .map(|(at, name)| (at, name.clone(), level)),
            );
        }
        said.sort_by_key(|(at, _, _)| *at);
        let said = said.into_iter().map(|(_, name, level)| (name, level));
        Ok(Self(said.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for LevelArgs {
    fn augment_args(command: clap::Command) -> clap::Command {
        Flags::augment_args(command)
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Flags::augment_args_for_update(command)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        levels: LevelArgs,
    }

    #[test]
    fn the_order_across_the_options_is_kept() {
        let line = [
            "x",
            "-D",
            "style",
            "--allow=a",
            "-W",
            "b",
            "-Ac",
            "--deny",
            "warnings",
        ];
        let line = Line::try_parse_from(line).unwrap();
        let said: Vec<_> = line
            .levels
            .0
            .iter()
            .map(|(name, level)| (name.as_str(), *level))
            .collect();
        assert_eq!(
            said,
            [
                ("style", RuleLevel::Deny),
                ("a", RuleLevel::Allow),
                ("b", RuleLevel::Warn),
                ("c", RuleLevel::Allow),
                ("warnings", RuleLevel::Deny),
            ]
        );
    }
}
