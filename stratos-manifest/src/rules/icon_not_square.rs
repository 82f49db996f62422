use crate::{
    context::{RuleContext, icons_with_content},
    diagnostic::Findings,
    facts::Image,
    quote::quote,
    reading::span,
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds icons that are wider than high, or higher than wide. Of an SVG, `width` and `height` count if both are
    /// lengths, or else the `viewBox`; one without a size is not reported.
    ///
    /// ## Why is this bad?
    ///
    /// The shell gives icons a square, and they are documented as square: others are distorted or surrounded by gaps.
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

/// Vector programs write sizes that are a little off.
const TOLERANCE: f64 = 0.01;

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    for (icon, fact) in icons_with_content(cx) {
        let (size, tolerance, help) = match &fact.image {
            Image::Png { width, height } => (
                [f64::from(*width), f64::from(*height)],
                0.0,
                "make width and height equal: leave room around the picture rather than stretch it",
            ),
            Image::Svg(svg) => match svg.size {
                Some(size) => (
                    size,
                    TOLERANCE,
                    "make `viewBox` a square, and `width` and `height` equal",
                ),
                None => continue,
            },
            _ => continue,
        };
        let [width, height] = size;
        if (width - height).abs() > tolerance * width.max(height) {
            out.push(
                cx.finding(
                    span(icon.literal),
                    format!("the icon {} is not square", quote(&icon.literal.value)),
                )
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
