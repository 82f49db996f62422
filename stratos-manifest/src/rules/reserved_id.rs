use crate::{
    context::RuleContext, diagnostic::Findings, fix::Edit, quote::quote, rule::declare_rule,
    syntax::span,
};

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
    let id = cx.text_at(&["id"]);
    let Some(id) = id.filter(|id| is_device_name(&id.value)) else {
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

/// Whether Windows reserves the lowercase name for a device. `malformed-id` reports uppercase ids.
fn is_device_name(id: &str) -> bool {
    let numbered = id.strip_prefix("com").or_else(|| id.strip_prefix("lpt"));
    matches!(id, "aux" | "con" | "nul" | "prn")
        || numbered.is_some_and(|rest| matches!(rest.as_bytes(), [b'0'..=b'9']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_names_are_reserved() {
        for id in ["con", "nul", "com0", "lpt9"] {
            assert!(is_device_name(id), "{id}");
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
            assert!(!is_device_name(id), "{id}");
        }
    }
}
