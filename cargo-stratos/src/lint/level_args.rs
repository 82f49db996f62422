//! Options that set the levels of rules: `--allow`, `--warn` and `--deny`, as in rustc.

use clap::{ArgMatches, Args, FromArgMatches};
use stratos_manifest::{Levels, RuleLevel};

use crate::error::Error;

/// Levels in the order of the command line. clap keeps the order within each option, but not across them.
#[derive(Debug, Default)]
pub(crate) struct LevelArgs(Vec<(String, RuleLevel)>);

#[derive(Debug, Args)]
struct Flags {
    /// Do not report the findings of a rule or a group of rules; the last level on the command line counts
    #[arg(short = 'A', long, value_name = "RULE")]
    allow: Vec<String>,
    /// Report the findings of a rule as warnings
    #[arg(short = 'W', long, value_name = "RULE")]
    warn: Vec<String>,
    /// Report the findings of a rule as errors; `warnings` means all rules with the level warn
    #[arg(short = 'D', long, value_name = "RULE")]
    deny: Vec<String>,
}

const FLAGS: [(&str, RuleLevel); 3] = [
    ("allow", RuleLevel::Allow),
    ("warn", RuleLevel::Warn),
    ("deny", RuleLevel::Deny),
];

impl LevelArgs {
    /// Sets the levels of the command line in `levels`, over those that are set already.
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
        let mut levels = Vec::new();
        for (flag, level) in FLAGS {
            let names = matches.get_many::<String>(flag).into_iter().flatten();
            let indices = matches.indices_of(flag).into_iter().flatten();
            levels.extend(
                indices
                    .zip(names)
                    .map(|(at, name)| (at, name.clone(), level)),
            );
        }
        levels.sort_by_key(|(at, _, _)| *at);
        let levels = levels.into_iter();
        Ok(Self(levels.map(|(_, name, level)| (name, level)).collect()))
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
