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
        let segment = quote(segment);
        let (predicate, note) = describe_fault(fault, &segment);
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

fn describe_fault(fault: PortabilityError, segment: &str) -> (String, String) {
    match fault {
        PortabilityError::Device => (
            format!("contains the reserved device name {segment}"),
            "Windows reserves the name for a device, whatever its extension".to_owned(),
        ),
        PortabilityError::Character(char) => (
            format!("contains `{char}` in {segment}"),
            "file and folder names on Windows cannot contain this character".to_owned(),
        ),
        PortabilityError::LostEnd => (
            format!("has a dot or a space at the end of {segment}"),
            "Windows drops it, so the file has another name there".to_owned(),
        ),
        PortabilityError::Escape => (
            format!("contains a URL escape in {segment}"),
            "a path is not a URL: `%20` and the like are not decoded".to_owned(),
        ),
        PortabilityError::ShortName => (
            format!("contains the short name {segment}"),
            "Windows generates short names where a file is stored, and they differ on other computers"
                .to_owned(),
        ),
    }
}
