use crate::{
    context::RuleContext,
    diagnostic::Findings,
    facts::Neighbour,
    quote::{first_few, quote},
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds plugins that are checked together and have the same id.
    ///
    /// ## Why is this bad?
    ///
    /// An id has to be unique among installed plugins: it decides where a plugin is installed, and under which name its
    /// routes, channels and settings are known. Of two plugins with one id the second replaces the first, and `cargo
    /// stratos run` refuses to run both. That it is a warning is because one may be a copy that is never installed.
    ///
    /// ## Example
    ///
    /// ```text
    /// fuel-check/plugin.json    "id": "fuel-check"
    /// landing/plugin.json       "id": "fuel-check"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// fuel-check/plugin.json    "id": "fuel-check"
    /// landing/plugin.json       "id": "landing"
    /// ```
    "duplicate-plugin-id" {
        summary: "another plugin has the same id",
        group: Suspicious,
        stage: Project,
        source: LaterDocs,
        since: "0.1.0",
        depends_on_run: true,
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(id) = cx.text_at(&["id"]) else {
        return;
    };
    let same = |neighbour: &&Neighbour| neighbour.id == id.value;
    let others: Vec<_> = cx.facts.neighbours.iter().filter(same).collect();
    if others.is_empty() {
        return;
    }
    let paths = others.iter().map(|other| quote(&other.path));
    out.push(
        cx.finding(
            span(id),
            format!(
                "{} is also the id in {}",
                quote(&id.value),
                first_few(paths)
            ),
        )
        .note("the shell knows a plugin by its id, so that only one of them can be installed")
        .help("give each plugin an id of its own, or leave copies, such as built ones, out of the check"),
    );
}
