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

/// A finding for each unknown value of the field `key`, in the objects that `is_included` selects. `noun` names the
/// valid values, such as "a plugin type".
pub(in crate::rules) fn unknown_enum_values<'t>(
    cx: &RuleContext<'t>,
    is_included: impl Fn(&ObjectNode<'_>) -> bool,
    key: &str,
    noun: &str,
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
            Some(match closest(value, known.iter().copied()) {
                Some(similar) => finding.help(format!("did you mean `{similar}`?")).fix(
                    Safety::safe_if(is_same_word(value, similar)),
                    [Edit::set_text(literal, similar)],
                ),
                None => finding.help(format!("write {}", join_or(known))),
            })
        })
}
