//! Findings about fields with a fixed set of values, such as `type` and `scope`.

use crate::{
    context::RuleContext,
    diagnostic::Diagnostic,
    fix::{Edit, Safety},
    quote::{join_or, quote},
    schema::{FieldKind, ObjectNode, ViolationKind},
    suggest::{closest, is_same_word},
    syntax::span,
};

/// A valid value, and the words that other platforms use for it.
#[derive(Debug)]
pub(in crate::rules) struct Synonyms {
    pub(in crate::rules) value: &'static str,
    pub(in crate::rules) words: &'static [&'static str],
    /// The continuation of the help with what the words say beyond the value; mostly empty.
    pub(in crate::rules) remark: &'static str,
}

impl Synonyms {
    pub(in crate::rules) const fn of(value: &'static str, words: &'static [&'static str]) -> Self {
        Self {
            value,
            words,
            remark: "",
        }
    }
}

/// A finding for each unknown value of the field `key`, in the objects that `is_included` selects. `noun` names the
/// valid values, such as "a plugin type".
pub(in crate::rules) fn unknown_enum_values<'t>(
    cx: &RuleContext<'t>,
    is_included: impl Fn(&ObjectNode<'_>) -> bool,
    key: &str,
    noun: &str,
    synonyms: &'static [Synonyms],
) -> impl Iterator<Item = Diagnostic> {
    cx.violations(ViolationKind::UnknownWord)
        .filter(move |(node, violation)| violation.field.key == key && is_included(node))
        .filter_map(move |(node, violation)| {
            let FieldKind::OneOf(known) = violation.field.kind else {
                return None;
            };
            let literal = violation.value(node)?.as_string_lit()?;
            let value = literal.value.as_ref();
            let finding = cx.finding(span(literal), format!("{} is not {noun}", quote(value)));
            let is_match = |of: &&Synonyms| of.words.iter().any(|word| is_same_word(word, value));
            let known_word = synonyms.iter().find(is_match);
            if let Some(Synonyms { value, remark, .. }) = known_word {
                return Some(
                    finding
                        .help(format!("write `{value}`, which is its name here{remark}"))
                        .unsafe_fix([Edit::set_text(literal, value)]),
                );
            }
            Some(match closest(value, known.iter().copied()) {
                Some(similar) => finding.help(format!("did you mean `{similar}`?")).fix(
                    Safety::safe_if(is_same_word(value, similar)),
                    [Edit::set_text(literal, similar)],
                ),
                None => finding.help(format!("write {}", join_or(known))),
            })
        })
}
