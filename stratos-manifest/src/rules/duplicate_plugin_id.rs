use crate::{facts::SimilarPlugin, quote::join_first, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for plugins in the same run with the same id.
    ///
    /// ## Why is this bad?
    ///
    /// Ids must be unique among installed plugins: the id decides where a plugin is installed, and names its routes,
    /// channels and settings. Installing a second plugin with the same id replaces the first one, and `cargo stratos
    /// run` refuses to run both. This is a warning because one of them may be a copy that is never installed.
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
    let same = |neighbour: &&SimilarPlugin| neighbour.id == id.value;
    let others: Vec<_> = cx.facts.similar_plugins.iter().filter(same).collect();
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
                join_first(paths)
            ),
        )
        .note("the shell identifies plugins by id, so only one of them can be installed")
        .help(
            "give each plugin its own id, or exclude copies, such as build output, from the check",
        ),
    );
}
