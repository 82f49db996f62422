use crate::{context::icons_with_content, icon::IconContent, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons of more than 256 KiB, and PNGs of more than 1,024 pixels per side.
    ///
    /// ## Why is this bad?
    ///
    /// Icons are drawn small. Every pilot downloads the icon with the plugin, and in memory it takes four bytes per
    /// pixel, however small the file is. The limits are our own; published icons are far below them.
    ///
    /// ## Example
    ///
    /// ```text
    /// icon-light.png          4,096 x 4,096 pixels, 3 MB
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// icon-light.png          256 x 256 pixels, 12 kB
    /// ```
    "oversized-icon" {
        summary: "an icon is much larger than needed",
        group: Suspicious,
        stage: Project,
        source: Judgement,
        since: "0.1.0",
    }
}

const MAX_BYTES: u64 = 256 * 1024;
const MAX_SIDE: u32 = 1024;

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (icon, fact) in icons_with_content(cx) {
        let pixels = match fact.content {
            IconContent::Png { width, height } if width.max(height) > MAX_SIDE => {
                Some((width, height))
            }
            _ => None,
        };
        let (note, help) = match pixels {
            Some((width, height)) => (
                format!(
                    "it has {width} x {height} pixels; {MAX_SIDE} per side are more than enough"
                ),
                "scale it down, or draw it as an SVG",
            ),
            None if fact.bytes > MAX_BYTES => (
                format!(
                    "it has {} KiB; {} KiB are more than enough",
                    fact.bytes.div_ceil(1024),
                    MAX_BYTES / 1024
                ),
                "export it smaller: a simple SVG has a few thousand bytes",
            ),
            None => continue,
        };
        out.push(icon.icon_finding(cx, "is very large").note(note).help(help));
    }
}
