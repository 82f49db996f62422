use crate::{quote::join_first, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for plugins in the same run whose ids differ only in letter case, or in the hyphens, underscores, dots
    /// and spaces between words.
    ///
    /// ## Why is this bad?
    ///
    /// The id is the name of the plugin's folder, and Windows and macOS treat `Fuel` and `fuel` as the same folder. Ids
    /// with different separators are easily confused, and become equal when they are corrected to valid ids.
    ///
    /// ## Example
    ///
    /// ```text
    /// a/plugin.json    "id": "fuel-check"
    /// b/plugin.json    "id": "fuel_check"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// a/plugin.json    "id": "fuel-check"
    /// b/plugin.json    "id": "fuel-report"
    /// ```
    "colliding-plugin-id" {
        summary: "another plugin has almost the same id",
        group: Suspicious,
        stage: Project,
        source: Judgement,
        since: "0.1.0",
        depends_on_run: true,
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(id) = cx.text_at(&["id"]) else {
        return;
    };
    let folded = fold(&id.value);
    let others: Vec<_> = cx
        .facts
        .similar_plugins
        .iter()
        .filter(|other| other.id != id.value && fold(&other.id) == folded)
        .map(|other| format!("{} in {}", quote(&other.id), quote(&other.path)))
        .collect();
    if !others.is_empty() {
        out.push(
            cx.finding(
                span(id),
                format!(
                    "{} is almost the same as {}",
                    quote(&id.value),
                    join_first(others)
                ),
            )
            .note("corrected to valid ids, both would be the same")
            .help("give the plugins ids that differ in at least one word"),
        );
    }
}

fn fold(id: &str) -> String {
    let join = |char: char| match char {
        '_' | '.' | ' ' => '-',
        char => char,
    };
    id.trim().to_lowercase().chars().map(join).collect()
}
