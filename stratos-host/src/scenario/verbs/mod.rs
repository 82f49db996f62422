//! The verbs of scenario steps: documentation, parsing and execution.
//!
//! Each file has a table with one entry for each of its verbs. To add a verb, add its entry, and describe new keys in
//! [`KEYS`]. The parser and the book's tables (`STRATOS_UPDATE_BOOK=1 cargo test -p stratos-tests --test docs`) follow
//! from them.

mod airline;
mod expect;
mod flight;
mod keys;
mod modal;
mod shell;
mod upstream;
mod verb;

pub use self::keys::{KEYS, Key};
pub use self::verb::Verb;

/// All verbs, in the order of the book.
pub fn verbs() -> impl Iterator<Item = &'static Verb> {
    let tables = [
        shell::SHELL,
        flight::FLIGHT,
        modal::MODAL,
        airline::AIRLINE,
        upstream::UPSTREAM,
        expect::EXPECT,
    ];
    tables.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_is_documented_and_used() {
        let keys = verbs().flat_map(|verb| verb.required.iter().chain(verb.optional));
        let common = ["do", "at", "after"];
        let used: BTreeSet<_> = keys.copied().chain(common).collect();
        let documented: BTreeSet<_> = KEYS.iter().map(|key| key.name).collect();
        assert_eq!(used, documented);
    }
}
