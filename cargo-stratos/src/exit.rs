//! The exit codes, which are the same for all commands; the book's page on them says more.

/// It worked, and the answer is good.
pub(crate) const GOOD: u8 = 0;
/// It worked, and the answer is no.
pub(crate) const NO: u8 = 1;
/// The command line or a setting is wrong, or there is nothing to work on.
pub(crate) const WRONG: u8 = 2;
/// Something stood in the way.
pub(crate) const HINDERED: u8 = 3;
