use crate::rules::prelude::*;

declare_rule! {
    /// ## What it does
    ///
    /// Checks for white space around texts that people read: names, descriptions, placeholders and labels.
    ///
    /// ## Why is this bad?
    ///
    /// It is left over from typing or pasting. The text is displayed out of line, and sorted and compared differently
    /// than it looks.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "name": "Fuel check " }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "name": "Fuel check" }
    /// ```
    "untrimmed-text" {
        summary: "white space around a displayed text",
        group: Style,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (path, text) in cx.displayed_texts() {
        let trimmed = text.value.trim();
        if trimmed.len() == text.value.len() {
            continue;
        }
        let start = text.value.len() - text.value.trim_start().len();
        let kept = start..start + trimmed.len();
        let is_before = !text.value.starts_with(trimmed);
        let verb = match (is_before, text.value.ends_with(trimmed)) {
            (true, true) => "starts",
            (true, false) => "starts and ends",
            _ => "ends",
        };
        let around = text.value.replacen(trimmed, "", 1);
        let unusual = around.chars().find(|char| *char > ' ');
        let named = unusual.map_or_else(String::new, |char| {
            let name = match char {
                '\u{a0}' => " (a non-breaking space)",
                '\u{3000}' => " (a wide space)",
                _ => "",
            };
            format!(": U+{:04X}{name}", u32::from(char))
        });
        out.push(
            cx.finding(
                span(text),
                format!("{} {verb} with white space{named}", quote(&path)),
            )
            .note("it is invisible, but the text is displayed out of line and sorted in the wrong place")
            .help("remove the white space around the text")
            .safe_fix(Edit::remove_chars(cx.manifest.text, text, |at| !kept.contains(&at))),
        );
    }
}
