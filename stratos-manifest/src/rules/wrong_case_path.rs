use crate::{context::file_references, facts::FileStatus, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons and entry modules whose path differs from the file name in letter case.
    ///
    /// ## Why is this bad?
    ///
    /// Windows and most Macs open the file anyway. Linux does not, and neither does a program that looks it up in the
    /// packed plugin.
    ///
    /// ## Example
    ///
    /// ```text
    /// plugin.json             "icon_light": "icon-light.svg"
    /// assets/Icon-Light.svg
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// plugin.json             "icon_light": "Icon-Light.svg"
    /// assets/Icon-Light.svg
    /// ```
    "wrong-case-path" {
        summary: "a path differs from the file name in letter case",
        group: Correctness,
        stage: Project,
        source: Observed,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for file in file_references(cx) {
        let Some(resolved) = file.resolve(cx) else {
            continue;
        };
        if let FileStatus::CaseMismatch(real) = resolved.fact {
            let path = as_in_manifest(&file.literal.value, resolved.path, real);
            out.push(
                cx.finding(
                    span(file.literal),
                    format!("`{}` differs from the file name in letter case", file.field),
                )
                .note(format!(
                    "the file is {}, and Linux and the packed plugin treat these as different files",
                    quote(real)
                ))
                .help(format!("write {}", quote(path)))
                .safe_fix([Edit::set_text(file.literal, path)]),
            );
        }
    }
}

/// The real path; without `assets/` if the manifest leaves out that folder and its letter case is right.
fn as_in_manifest<'r>(written: &str, path: &str, real: &'r str) -> &'r str {
    let is_short = path.len() > written.trim_start_matches("./").len();
    real.strip_prefix("assets/")
        .filter(|_| is_short)
        .unwrap_or(real)
}
