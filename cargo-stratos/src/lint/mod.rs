//! How `cargo stratos check` goes through manifests.

mod diff;
mod examine;
mod failures;
mod git_tags;
mod guard;
mod levels;
mod parallel;
mod project;
mod rewrite;
mod run;
mod unused;

pub(crate) use self::examine::{Examiner, Repairs};
pub(crate) use self::git_tags::Tags;
pub(crate) use self::guard::guarded;
pub(crate) use self::levels::LevelArgs;
pub(crate) use self::parallel::{cores, in_order};
pub(crate) use self::project::Projects;
pub(crate) use self::run::{Run, Totals};
pub(crate) use self::unused::{Covered, Usage};
