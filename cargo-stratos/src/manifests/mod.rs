//! Which manifests a command line means, and what is in them.

mod neighbours;
mod read;
mod search;
mod target;

pub(crate) use self::neighbours::neighbours;
pub(crate) use self::read::{limited, read, read_text};
pub(crate) use self::search::{Found, all_below, search};
pub(crate) use self::target::{Target, repeated};
