use crate::{
    context::{RuleContext, file_references},
    diagnostic::Findings,
    fix::Edit,
    portability::{PortabilityFault, portability_fault, without_lost_ends},
    quote::quote,
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds icons and entry modules whose path is no name on Windows, or another one: `con.svg`, `icon?.svg`,
    /// `icon.svg.`, `icon%20light.svg`.
    ///
    /// ## Why is this bad?
    ///
    /// Most pilots run Windows. Names of devices (`CON`, `PRN`, `AUX`, `NUL`, `COM1`, `LPT1`) and the characters
    /// `: * ? " < > |` cannot be unpacked there, dots and spaces at the end vanish, and a colon names a stream inside a
    /// file. Escapes of addresses such as `%20` are characters like others in a path, and a short name like `ICON~1.SVG`
    /// exists only where Windows made it up.
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
        summary: "a path is not a name on every system",
        group: Suspicious,
        stage: Manifest,
        source: Observed,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for file in file_references(cx) {
        let path = &file.literal.value;
        let Some((fault, segment)) = portability_fault(path) else {
            continue;
        };
        let segment = quote(segment);
        let (what, note) = words(fault, &segment);
        let finding = cx
            .finding(span(file.literal), format!("`{}` {what}", file.field))
            .note(note);
        out.push(match fault {
            PortabilityFault::LostEnd => {
                let shorter = without_lost_ends(path);
                finding
                    .help(format!(
                        "write {}, and rename the file if it is called so",
                        quote(&shorter)
                    ))
                    .unsafe_fix([Edit::set_text(file.literal, &shorter)])
            }
            PortabilityFault::Escape => {
                finding.help("write the character itself, and no `/` or `\\` inside a name")
            }
            PortabilityFault::ShortName => finding.help("write the full name of the file"),
            PortabilityFault::Device | PortabilityFault::Character(_) => {
                finding.help("give the file or folder another name, of letters, digits and hyphens")
            }
        });
    }
}

fn words(fault: PortabilityFault, segment: &str) -> (String, String) {
    match fault {
        PortabilityFault::Device => (
            format!("names a device of Windows, {segment}"),
            "Windows takes the name for the device, whatever its ending".to_owned(),
        ),
        PortabilityFault::Character(char) => (
            format!("has `{char}` in {segment}"),
            "no file or folder can have this character in its name on Windows".to_owned(),
        ),
        PortabilityFault::LostEnd => (
            format!("has a dot or a space at the end of {segment}"),
            "Windows drops both, so that the file has another name there".to_owned(),
        ),
        PortabilityFault::Escape => (
            format!("has an escape in {segment}"),
            "a path is not a web address: `%20` and the like stay as they are".to_owned(),
        ),
        PortabilityFault::ShortName => (
            format!("has a name that Windows shortened, {segment}"),
            "Windows makes such names up where a file is stored, and they differ on other computers"
                .to_owned(),
        ),
    }
}
