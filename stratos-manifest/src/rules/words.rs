//! What the rules about fixed words have in common.

use crate::{
    diagnostic::Diagnostic,
    fix::Edit,
    quote::{either, quote},
    reading::span,
    rules::RuleContext,
    shape::{Kind, Place, ShapeFaultKind},
    suggest::{closest, is_same_word},
};

/// A finding for each field `key` of the places meant whose text is none of its words; `what` is what it should be.
pub(super) fn unknown_words<'t>(
    cx: &RuleContext<'t>,
    is_meant: impl Fn(&Place<'_>) -> bool,
    key: &str,
    what: &str,
) -> impl Iterator<Item = Diagnostic> {
    cx.shape_faults(ShapeFaultKind::UnknownWord)
        .filter(move |(place, fault)| fault.field.key == key && is_meant(place))
        .filter_map(move |(place, fault)| {
            let Kind::OneOf(known) = fault.field.kind else {
                return None;
            };
            let literal = fault.value(place)?.as_string_lit()?;
            let word = literal.value.as_ref();
            let finding = cx.finding(span(literal), format!("{} is not {what}", quote(word)));
            Some(match closest(word, known.iter().copied()) {
                Some(similar) => {
                    let finding = finding.help(format!("did you mean `{similar}`?"));
                    let edit = Edit::set_text(literal, similar);
                    match is_same_word(word, similar) {
                        true => finding.safe_fix([edit]),
                        false => finding.unsafe_fix([edit]),
                    }
                }
                None => finding.help(format!("write {}", either(known))),
            })
        })
}
