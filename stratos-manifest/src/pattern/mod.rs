//! Regular expressions of JavaScript, as strangers write them.

mod cost;
mod matching;

pub(crate) use self::matching::Patterns;
