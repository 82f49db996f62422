use crate::rules::prelude::*;

declare_rule! {
    /// ## What it does
    ///
    /// Checks for a `Cargo.toml`, beside `plugin.json` or in `background/`, whose package does not depend on
    /// `stratos-sdk`. Dev-dependencies do not count.
    ///
    /// ## Why is this bad?
    ///
    /// A plugin with a `Cargo.toml` in one of these places counts as a Rust plugin. Its program is started, and stopped
    /// again if it does not speak the protocol, which the SDK implements. If the package is something else, such as a
    /// tool of a JavaScript plugin, move it to another folder.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json
    /// Cargo.toml     [dependencies]
    ///                serde = "1"
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json
    /// Cargo.toml     [dependencies]
    ///                serde = "1"
    ///                stratos = { package = "stratos-sdk", version = "0.1" }
    /// ```
    "missing-sdk" {
        summary: "the plugin's crate does not use the SDK",
        group: Suspicious,
        stage: Project,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let found = cx.facts.rust_crate.as_ref();
    let Some(found) = found.filter(|found| found.package.is_some() && found.sdk.is_none()) else {
        return;
    };
    let file = quote(&found.file);
    out.push(
        cx.finding(cx.background_span(), format!("{file} does not depend on `stratos-sdk`"))
            .note(format!(
                "with {file} there, the plugin counts as a Rust plugin, which needs the SDK to communicate with the shell"
            ))
            .help("run `cargo add stratos-sdk --rename stratos`, or move a crate that is not the plugin to another folder"),
    );
}
