use crate::{
    context::RuleContext,
    diagnostic::Findings,
    facts::Program,
    quote::{first_few, quote},
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds a plugin in Rust whose `Cargo.toml` builds several programs of which none is called like the plugin's id.
    /// It is a plugin's `Cargo.toml` if `stratos-sdk` is among its dependencies. Programs that are built with certain
    /// features only are not counted.
    ///
    /// ## Why is this bad?
    ///
    /// `cargo stratos run` takes the only program, or the one that has the name of the plugin. Here it would have to
    /// guess, and refuses.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json           "id": "fuel-check"
    /// src/bin/client.rs
    /// src/bin/server.rs
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json           "id": "fuel-check"
    /// src/bin/client.rs
    /// src/bin/fuel-check.rs
    /// ```
    "ambiguous-program" {
        summary: "none of several programs is called like the plugin",
        group: Suspicious,
        stage: Project,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let found = cx.facts.rust_crate.as_ref();
    let found = found.filter(|found| found.sdk.is_some());
    let (Some(found), Some(id)) = (found, cx.id()) else {
        return;
    };
    let is_named = |program: &Program| program.name == id.value;
    let built: Vec<_> = found
        .programs
        .iter()
        .filter(|program| !program.needs_features)
        .map(|program| quote(&program.name))
        .collect();
    if built.len() < 2 || found.programs.iter().any(is_named) {
        return;
    }
    let [file, id_quoted] = [&*found.file, &*id.value].map(quote);
    out.push(
        cx.finding(
            span(id),
            format!("{file} builds the programs {}, but none called {id_quoted}", first_few(built)),
        )
        .note("of several programs, the one with the plugin's id for its name is run")
        .help(format!(
            "call the plugin's program {id_quoted}, in a `[[bin]]` of {file} or by the name of its file"
        )),
    );
}
