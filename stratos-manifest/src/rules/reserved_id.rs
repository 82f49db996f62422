use crate::{portability::is_device, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for plugin ids that Windows reserves for devices: `con`, `prn`, `aux`, `nul`, `com0` to `com9`, `lpt0` to
    /// `lpt9`.
    ///
    /// ## Why is this bad?
    ///
    /// A plugin is installed in a folder named after its id. Windows cannot create a folder with such a name, and most
    /// pilots use Windows. The rule is based on the behaviour of Windows, not on the platform's documentation.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "id": "aux" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "id": "aux-plugin" }
    /// ```
    "reserved-id" {
        summary: "the plugin's folder cannot be created on Windows",
        group: Suspicious,
        stage: Manifest,
        source: Observed,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let Some(id) = cx.id().filter(|id| is_device(&id.value)) else {
        return;
    };
    let suffixed = format!("{}-plugin", id.value);
    out.push(
        cx.finding(
            span(id),
            format!("{} is a reserved device name on Windows", quote(&id.value)),
        )
        .note(
            "the plugin's folder is named after the id, and Windows cannot create a folder of this name",
        )
        .help(format!("choose another id, such as `{suffixed}`"))
        .unsafe_fix([Edit::set_text(id, &suffixed)]),
    );
}
