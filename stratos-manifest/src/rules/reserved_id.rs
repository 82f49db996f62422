use crate::{
    context::RuleContext, diagnostic::Findings, fix::Edit, quote::quote, reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds a plugin id that Windows keeps for a device: `con`, `prn`, `aux`, `nul`, `com0` to `com9`, `lpt0` to
    /// `lpt9`.
    ///
    /// ## Why is this bad?
    ///
    /// A plugin is installed in a folder that is called like its id. Windows makes no folder of such a name, in
    /// whatever folder it should lie, and most pilots have Windows. This rests on how Windows behaves, not on the
    /// platform's documentation.
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
        summary: "the plugin's folder cannot be made on Windows",
        group: Suspicious,
        stage: Manifest,
        source: Observed,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let id = cx.text_at(&["id"]);
    let Some(id) = id.filter(|id| is_device(&id.value)) else {
        return;
    };
    let suffixed = format!("{}-plugin", id.value);
    out.push(
        cx.finding(
            span(id),
            format!("{} is a device on Windows", quote(&id.value)),
        )
        .note(
            "the plugin's folder has the name of its id, and Windows makes no folder of this name",
        )
        .help(format!("choose another id, such as `{suffixed}`"))
        .unsafe_fix([Edit::set_text(id, &suffixed)]),
    );
}

/// Whether Windows keeps the name; other letter case makes it another rule's matter.
fn is_device(id: &str) -> bool {
    let numbered = id.strip_prefix("com").or_else(|| id.strip_prefix("lpt"));
    matches!(id, "aux" | "con" | "nul" | "prn")
        || numbered.is_some_and(|rest| matches!(rest.as_bytes(), [b'0'..=b'9']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_whole_names() {
        for id in ["con", "nul", "com0", "lpt9"] {
            assert!(is_device(id), "{id}");
        }
        for id in [
            "com",
            "com10",
            "lpt",
            "con-1",
            "aux2",
            "a-nul",
            "CON",
            "com\u{b9}",
        ] {
            assert!(!is_device(id), "{id}");
        }
    }
}
