use crate::{
    context::{FileReference, file_references, icons_with_content},
    facts::ICON_KEYS,
    icon::IconContent,
    rules::prelude::*,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for plugins whose icons for the light and the dark theme are the same file, or two files with the same
    /// content. An SVG that uses `prefers-color-scheme` is skipped.
    ///
    /// ## Why is this bad?
    ///
    /// There are two icons so that both are visible: an icon that stands out on white often vanishes on black. Some
    /// icons work on both, so this rule is off by default.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "icon_light": "icon.svg", "icon_dark": "assets/icon.svg" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "icon_light": "icon-light.svg", "icon_dark": "icon-dark.svg" }
    /// ```
    "same-icon-for-both-themes" {
        summary: "both themes use the same icon",
        group: Pedantic,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let icons: Vec<_> = file_references(cx).filter(|file| file.is_icon).collect();
    let [light, dark] = icons.as_slice() else {
        return;
    };
    let known: Vec<_> = icons_with_content(cx).map(|(_, fact)| fact).collect();
    if known.iter().any(|fact| adapts(&fact.content)) {
        return;
    }
    let note = match known.as_slice() {
        _ if is_same_path(light, dark) => "both paths name the same file",
        [light, dark] if light.fingerprint == dark.fingerprint => {
            "the two files have the same content"
        }
        _ => return,
    };
    out.push(
        cx.finding(span(dark.literal), "both themes have the same icon")
            .note(note)
            .help(
                "draw one icon for each: `icon_light` for the light theme, `icon_dark` for the dark one",
            )
            .related(span(light.literal), format!("`{}` is here", ICON_KEYS[0])),
    );
}

fn is_same_path(light: &FileReference<'_>, dark: &FileReference<'_>) -> bool {
    light.preferred_path() == dark.preferred_path()
}

fn adapts(image: &IconContent) -> bool {
    matches!(image, IconContent::Svg(svg) if svg.adapts_to_theme)
}
