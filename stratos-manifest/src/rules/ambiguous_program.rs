use crate::{facts::Program, quote::join_first, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for Rust plugins whose `Cargo.toml` builds several programs, none of which is named after the plugin's
    /// id. A `Cargo.toml` belongs to a plugin if it depends on `stratos-sdk`. Programs that require features are not
    /// counted.
    ///
    /// ## Why is this bad?
    ///
    /// `cargo stratos run` starts the only program, or the one named after the plugin's id. Here it cannot tell which
    /// program is the plugin, and refuses to start.
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
        summary: "none of several programs is named after the plugin",
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
            format!("{file} builds the programs {}, but none called {id_quoted}", join_first(built)),
        )
        .note("of several programs, the one named after the plugin's id is started")
        .help(format!(
            "name the plugin's program {id_quoted}, in a `[[bin]]` section of {file} or by renaming its source file"
        )),
    );
}
