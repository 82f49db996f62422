use jsonc_parser::ast::StringLit;

use crate::{
    invisible::{InvisibleKind, invisible_characters},
    quote::{join_and, join_first},
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for invisible characters in texts that people read (names, descriptions, placeholders, labels, the
    /// author's contact) and in texts that programs compare (keys, defaults and options of settings): characters
    /// without width, fillers, soft hyphens, control characters, hidden tags, variation selectors without effect, and
    /// characters that change the writing direction.
    ///
    /// Characters that emoji, or scripts such as Persian, Hindi or Khmer, require are allowed, and so are direction
    /// marks in right-to-left text.
    ///
    /// ## Why is this bad?
    ///
    /// Most of them are copied from web pages by accident. Then a search does not find the name, two plugins that look
    /// the same differ, and code that asks for a setting by its key gets nothing. They can also be used on purpose, to
    /// disguise a text or to hide one.
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
        summary: "a text contains an invisible character",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

/// The number of different characters of a kind up to which a note lists all of them.
const MAX_LISTED: usize = 5;

/// Texts that people read: removing the characters has no other effect.
const DISPLAYED: &[&str] = &["name", "description", "placeholder", "label", "contact"];

/// Texts that programs compare with other texts, which may contain the same characters.
const COMPARED: &[&str] = &["key", "default", "value"];

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (keys, safety) in [(DISPLAYED, Safety::Safe), (COMPARED, Safety::Unsafe)] {
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
    found: &[(usize, char, InvisibleKind)],
    safety: Safety,
) -> Diagnostic {
    let count = match found.len() {
        1 => "an invisible character".to_owned(),
        count => format!("{count} invisible characters"),
    };
    let finding = cx
        .finding(
            span(text),
            format!("{} contains {count}: {}", quote(path), quote(&text.value)),
        )
        .note(format!(
            "{}; such characters are often copied by accident",
            describe_characters(found)
        ));
    let is_found = |at: usize| found.binary_search_by_key(&at, |(at, ..)| *at).is_ok();
    let is_visible = |(at, char): (usize, char)| !char.is_whitespace() && !is_found(at);
    if !text.value.char_indices().any(is_visible) {
        return finding.help("write a text with visible characters");
    }
    let changes_direction =
        |(_, _, kind): &(usize, char, InvisibleKind)| *kind == InvisibleKind::BidiControl;
    let changes_direction = found.iter().any(changes_direction);
    let them = if found.len() == 1 { "it" } else { "them" };
    let finding = finding.help(match changes_direction {
        true => format!("remove {them}, then check the order of the letters"),
        false => format!("remove {them}"),
    });
    let edits = Edit::remove_chars(cx.manifest.text, text, is_found);
    // Without direction characters, the letters are shown in another order.
    let safety = match changes_direction {
        true => Safety::Unsafe,
        false => safety,
    };
    finding.fix(safety, edits)
}

/// The different code points by kind, of each kind at most the first few.
fn describe_characters(found: &[(usize, char, InvisibleKind)]) -> String {
    let mut kinds: Vec<(InvisibleKind, Vec<char>)> = Vec::new();
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
                ..=MAX_LISTED => join_and(&names),
                _ => join_first(names),
            };
            format!("{named} {}", kind.predicate(chars.len()))
        })
        .collect();
    kinds.join(", ")
}
