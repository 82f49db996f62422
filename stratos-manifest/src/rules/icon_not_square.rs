use crate::{context::icons_with_content, icon::IconContent, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for icons whose width and height differ. For an SVG, `width` and `height` count if both are lengths, or
    /// else the `viewBox`; an SVG without a size is skipped.
    ///
    /// ## Why is this bad?
    ///
    /// The documentation requires square icons, and the shell shows them in a square: others are distorted or
    /// surrounded by gaps.
    ///
    /// ## Example
    ///
    /// ```text
    /// icon-light.svg          <svg viewBox="0 0 64 48" ...
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```text
    /// icon-light.svg          <svg viewBox="0 0 64 64" ...
    /// ```
    "icon-not-square" {
        summary: "an icon is not square",
        group: Correctness,
        stage: Project,
        source: LaterDocs,
        since: "0.1.0",
    }
}

/// The tolerated difference of the sides of an SVG, as a fraction: vector programs round sizes.
const TOLERANCE: f64 = 0.01;

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (icon, fact) in icons_with_content(cx) {
        let (size, tolerance, help) = match &fact.content {
            IconContent::Png { width, height } => (
                [f64::from(*width), f64::from(*height)],
                0.0,
                "make width and height equal; add a margin rather than stretching the image",
            ),
            IconContent::Svg(svg) => match svg.size {
                Some(size) => (
                    size,
                    TOLERANCE,
                    "make `viewBox` square, and `width` and `height` equal",
                ),
                None => continue,
            },
            _ => continue,
        };
        let [width, height] = size;
        if (width - height).abs() > tolerance * width.max(height) {
            out.push(
                icon.icon_finding(cx, "is not square")
                    .note(format!(
                        "it is {} wide and {} high",
                        rounded(width),
                        rounded(height)
                    ))
                    .help(help),
            );
        }
    }
}

fn rounded(length: f64) -> f64 {
    (length * 100.0).round() / 100.0
}
