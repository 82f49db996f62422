use crate::{
    context::RuleContext,
    diagnostic::Findings,
    quote::{first_few, quote},
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds plugins that are checked together and whose ids differ in the case of letters only, or in what joins their
    /// words: a hyphen, an underscore, a dot or a space.
    ///
    /// ## Why is this bad?
    ///
    /// The id is the name of the plugin's folder, and Windows and macOS take `Fuel` and `fuel` for the same one. People
    /// mix up the others. Written as an id should be, both would be the same.
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
        .neighbours
        .iter()
        .filter(|other| other.id != id.value && fold(&other.id) == folded)
        .map(|other| format!("{} in {}", quote(&other.id), quote(&other.path)))
        .collect();
    if !others.is_empty() {
        out.push(
            cx.finding(
                span(id),
                format!(
                    "{} is almost the id {}",
                    quote(&id.value),
                    first_few(others)
                ),
            )
            .note("written as an id should be, they would be the same")
            .help("give the plugins ids that differ in a word"),
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
