use crate::{
    context::file_references,
    portability::{PortabilityError, portability_error, trim_lost_ends},
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons and entry modules whose path is invalid or ambiguous on Windows: `con.svg`, `icon?.svg`,
    /// `icon.svg.`, `icon%20light.svg`.
    ///
    /// ## Why is this bad?
    ///
    /// Most pilots use Windows. Device names (`CON`, `PRN`, `AUX`, `NUL`, `COM1`, `LPT1`) and the characters `: * ? " <
    /// > |` cannot be unpacked there, trailing dots and spaces are dropped, and a colon names a stream inside a file.
    /// URL escapes such as `%20` are ordinary characters in a path, and a short name like `ICON~1.SVG` only exists
    /// where Windows generated it.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "icon_light": "assets/con.svg", "icon_dark": "assets/icon:dark.svg" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "icon_light": "assets/console.svg", "icon_dark": "assets/icon-dark.svg" }
    /// ```
    "unportable-path" {
        summary: "a path does not work on every system",
        group: Suspicious,
        stage: Manifest,
        source: Observed,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for file in file_references(cx) {
        let path = &file.literal.value;
        let Some((fault, segment)) = portability_error(path) else {
            continue;
        };
        let (predicate, note) = fault.describe(segment);
        let finding = cx
            .finding(span(file.literal), format!("`{}` {predicate}", file.field))
            .note(note);
        out.push(match fault {
            PortabilityError::LostEnd => {
                let shorter = trim_lost_ends(path);
                finding
                    .help(format!(
                        "write {}, and rename the file if necessary",
                        quote(&shorter)
                    ))
                    .unsafe_fix([Edit::set_text(file.literal, &shorter)])
            }
            PortabilityError::Escape => {
                finding.help("write the character itself; a name cannot contain `/` or `\\`")
            }
            PortabilityError::ShortName => finding.help("write the full name of the file"),
            PortabilityError::Device | PortabilityError::Character(_) => {
                finding.help("give the file or folder another name, of letters, digits and hyphens")
            }
        });
    }
}
