//! Git repositories: their roots, and commands in them.

mod command;
mod repository;

pub(crate) use self::command::command;
pub(crate) use self::repository::{Checkout, is_nested_worktree, is_root, repository_root, root};
