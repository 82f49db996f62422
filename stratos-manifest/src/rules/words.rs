//! What the rules about fixed words have in common.

use crate::{
    quote::{either, quote},
    suggest::closest,
};

/// Message and help for a word that is none of `known`; `what` is what it should have been.
pub(super) fn unknown_word(word: &str, what: &str, known: &[&str]) -> (String, String) {
    let help = match closest(word, known.iter().copied()) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => format!("write {}", either(known)),
    };
    (format!("{} is not {what}", quote(word)), help)
}
