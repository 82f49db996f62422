use crate::{context::text_field, quote::quote_source, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for escapes that are only one half of a surrogate pair, such as `\ud83d` without `\ude00` after it.
    ///
    /// ## Why is this bad?
    ///
    /// Characters beyond U+FFFF, such as emoji, are written as two escapes. `JSON.parse` accepts one of them alone, but it
    /// is no character: it is displayed as `�`, and lost when the text is stored or sent.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "name": "Fuel check \ud83d" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "name": "Fuel check \ud83d\ude00" }
    /// ```
    "lone-surrogate" {
        summary: "an escape is only one half of a character",
        group: Suspicious,
        stage: Manifest,
        source: Json,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let patterns = cx
        .objects
        .iter()
        .filter_map(|node| text_field(node.object, "pattern"));
    let patterns: Vec<_> = patterns.map(span).collect();
    for surrogate in &cx.manifest.lone_surrogates {
        let finding = cx.finding(
            surrogate.clone(),
            "this escape is only one half of a surrogate pair",
        );
        let is_in_pattern = patterns
            .iter()
            .any(|pattern| pattern.contains(&surrogate.start));
        out.push(match is_in_pattern {
            true => finding
                .note("it is no character, and programs that store or send the pattern may replace it")
                .help(format!(
                    "write {}, so that the pattern itself has the escape",
                    quote_source(&format!("\\{}", &cx.manifest.text[surrogate.clone()]))
                )),
            false => finding
                .note("the shell reads it, but it is no character: it is displayed as `\u{fffd}`")
                .help("write the character itself, or both halves like `\\ud83d\\ude00`, or remove the escape")
                .unsafe_fix([Edit::remove(surrogate.clone())]),
        });
    }
}
