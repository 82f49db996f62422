use crate::rules::prelude::*;

declare_rule! {
    /// ## What it does
    ///
    /// Checks for Rust plugins whose `Cargo.toml` builds no program. The rule looks at the `Cargo.toml` beside
    /// `plugin.json`, or else at the one in `background/`, and only if it depends on `stratos-sdk`.
    ///
    /// ## Why is this bad?
    ///
    /// A Rust plugin is a separate program that the shell starts. `cargo stratos run` fails without one.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json
    /// Cargo.toml
    /// src/lib.rs
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json
    /// Cargo.toml
    /// src/lib.rs
    /// src/main.rs    fn main() -> ExitCode { stratos::serve::<FuelCheck>() }
    /// ```
    "crate-without-program" {
        summary: "the plugin's crate builds no program",
        group: Suspicious,
        stage: Project,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let found = cx.facts.rust_crate.as_ref();
    let Some(found) = found.filter(|found| found.sdk.is_some() && found.programs.is_empty()) else {
        return;
    };
    let file = quote(&found.file);
    out.push(match found.package {
        Some(_) => cx
            .finding(cx.background_span(), format!("{file} builds no program"))
            .note("a Rust plugin is a program that the shell starts")
            .help("add `src/main.rs` with `stratos::serve::<YourPlugin>()`"),
        None => cx
            .finding(
                cx.background_span(),
                format!(
                    "{file} is a workspace without a package, and builds no program of its own"
                ),
            )
            .note("the `Cargo.toml` beside `plugin.json` is the one that the plugin is built from")
            .help("move `plugin.json` to the folder of the plugin's own package"),
    });
}
