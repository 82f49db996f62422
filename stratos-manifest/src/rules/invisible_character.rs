use jsonc_parser::ast::StringLit;

use crate::{
    context::RuleContext,
    diagnostic::{Diagnostic, Findings},
    fix::{Edit, Safety},
    invisible::{Invisible, invisible_characters},
    quote::{all, first_few, quote},
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds characters that nobody sees in a text that people get to see: names, descriptions, placeholders, labels
    /// and the author's contact; and in those that are compared with others: keys, defaults and options of settings.
    /// They are characters without width, fillers, soft hyphens, control characters, hidden tags, variation selectors
    /// that select nothing, and those that turn the direction of writing.
    ///
    /// What emoji, and scripts such as Persian, Hindi or Khmer, are written with is not meant, nor are the marks of
    /// direction in a text that runs from right to left.
    ///
    /// ## Why is this bad?
    ///
    /// Most come along unnoticed when text is copied from a web page. Then a search does not find the name, and two
    /// plugins that look the same are not, and code that asks for a setting by its key gets nothing. Used on purpose,
    /// they make a text look like another one, or hide one in it.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "name": "Fuel\u200b check" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "name": "Fuel check" }
    /// ```
    "invisible-character" {
        summary: "a character that nobody sees",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

/// As many of a kind are all named.
const MAX_NAMED: usize = 5;

/// Texts for people, where a repair changes nothing else.
const SEEN: &[&str] = &["name", "description", "placeholder", "label", "contact"];

/// Texts for programs, which may have the same characters.
const COMPARED: &[&str] = &["key", "default", "value"];

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (keys, safety) in [(SEEN, Safety::Safe), (COMPARED, Safety::Unsafe)] {
        for (path, text) in cx.texts(keys) {
            let found = invisible_characters(&text.value);
            if !found.is_empty() {
                out.push(describe(cx, &path, text, &found, safety));
            }
        }
    }
}

fn describe(
    cx: &RuleContext<'_>,
    path: &str,
    text: &StringLit<'_>,
    found: &[(usize, char, Invisible)],
    safety: Safety,
) -> Diagnostic {
    let count = match found.len() {
        1 => "a character".to_owned(),
        count => format!("{count} characters"),
    };
    let finding = cx
        .finding(
            span(text),
            format!(
                "{} has {count} that nobody sees: {}",
                quote(path),
                quote(&text.value)
            ),
        )
        .note(format!(
            "{}; such characters often come along with copied text",
            named(found)
        ));
    let seen = without(&text.value, found);
    if seen.trim().is_empty() {
        return finding.help("write a text that people can see");
    }
    let turns = |(_, _, kind): &(usize, char, Invisible)| *kind == Invisible::Direction;
    let turns = found.iter().any(turns);
    let them = if found.len() == 1 { "it" } else { "them" };
    let finding = finding.help(match turns {
        true => format!("remove {them}, then check that the letters are in the order you want"),
        false => format!("remove {them}"),
    });
    let is_found = |at: usize| found.binary_search_by_key(&at, |(at, ..)| *at).is_ok();
    let edits = Edit::cut(cx.text, text, is_found);
    match safety {
        // What was turned around is shown the other way round without them.
        Safety::Safe if !turns => finding.safe_fix(edits),
        _ => finding.unsafe_fix(edits),
    }
}

fn without(text: &str, found: &[(usize, char, Invisible)]) -> String {
    let mut rest = String::with_capacity(text.len());
    let mut start = 0;
    for &(at, char, _) in found {
        rest.push_str(&text[start..at]);
        start = at + char.len_utf8();
    }
    rest.push_str(&text[start..]);
    rest
}

/// What they are: one of each, and of each kind the first few.
fn named(found: &[(usize, char, Invisible)]) -> String {
    let mut kinds: Vec<(Invisible, Vec<char>)> = Vec::new();
    for &(_, char, kind) in found {
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, chars)) if chars.contains(&char) => {}
            Some((_, chars)) => chars.push(char),
            None => kinds.push((kind, vec![char])),
        }
    }
    let kinds: Vec<_> = kinds
        .into_iter()
        .map(|(kind, chars)| {
            let names: Vec<_> = chars
                .iter()
                .map(|&char| format!("U+{:04X}", u32::from(char)))
                .collect();
            let named = match names.len() {
                ..=MAX_NAMED => all(&names),
                _ => first_few(names),
            };
            format!("{named} {}", kind.predicate(chars.len()))
        })
        .collect();
    kinds.join(", ")
}
