//! Report for a terminal: an excerpt of the file for each finding, with carets under the span.

use std::ops::Range;

use annotate_snippets::{
    AnnotationKind, Element, Group, Level as Shown, Origin, Renderer, Snippet,
};
use stratos_bundle::Problem;
use stratos_manifest::{Diagnostic, Level, is_invisible, position};

use crate::error::Error;
use crate::output::escape::ci_commands;
use crate::output::report::{
    BundleFinding, CheckedBundle, CheckedFile, MAX_SHOWN, Reporter, Summary,
};
use crate::output::{Output, escape};

/// Maximum length of an excerpt, in bytes. The renderer is slow with long lines.
const MAX_EXCERPT: usize = 16 * 1024;

/// Maximum length of a marked span, in characters.
const MAX_MARKED: usize = 60;

/// Replacement for a control character of one byte.
const MASK: char = '?';

/// Prints the findings with excerpts of the file, and a summary.
pub(crate) struct Human<'a>(pub(crate) &'a Output);

impl Reporter for Human<'_> {
    fn manifest(&mut self, file: &CheckedFile<'_>) -> Result<(), Error> {
        let CheckedFile { report, .. } = file;
        if report.diagnostics.is_empty() {
            return Ok(());
        }
        let path = escape(file.path);
        let text = mask(&String::from_utf8_lossy(file.source));
        let renderer = Renderer::styled().term_width(self.0.width());
        for diagnostic in report.diagnostics.iter().take(MAX_SHOWN) {
            let group = group(&path, &text, lines(&text, diagnostic), diagnostic);
            self.0
                .line(format_args!("{}\n", renderer.render(&[group])))?;
        }
        match report.diagnostics.len().saturating_sub(MAX_SHOWN) + report.omitted {
            0 => Ok(()),
            omitted => self.0.line(format_args!(
                "{omitted} more findings in {path} are not shown\n"
            )),
        }
    }

    fn bundle(&mut self, bundle: &CheckedBundle<'_>) -> Result<(), Error> {
        let renderer = Renderer::styled().term_width(self.0.width());
        for finding in bundle.findings.iter().take(MAX_SHOWN) {
            let location = bundle.location(finding);
            let path = escape(&location);
            let group = bundle_group(&path, finding);
            self.0
                .line(format_args!("{}\n", renderer.render(&[group])))?;
        }
        match bundle.findings.len().saturating_sub(MAX_SHOWN) + bundle.omitted {
            0 => Ok(()),
            omitted => self.0.line(format_args!(
                "{omitted} more findings in {} are not shown\n",
                escape(bundle.path)
            )),
        }
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), Error> {
        self.0.line(summary)
    }
}

/// Rendered message of a finding about the bundle or the file in it at `path`.
fn bundle_group<'a>(path: &'a str, finding: &'a BundleFinding) -> Group<'a> {
    let Problem {
        name,
        level,
        message,
        help,
        ..
    } = &finding.problem;
    let note = finding
        .offset
        .map(|offset| Shown::NOTE.message(format!("at byte {offset} of the zip")));
    let help = help.iter().map(|help| Shown::HELP.message(escape(help)));
    shown_level(*level)
        .primary_title(escape(message))
        .id(*name)
        .element(Origin::path(path))
        .elements(note)
        .elements(help)
}

fn shown_level(level: Level) -> Shown<'static> {
    match level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
    }
}

/// Rendered message of a finding. `lines` is the part of `text` to show; it must contain all spans of the finding.
fn group<'a>(
    path: &'a str,
    text: &'a str,
    lines: Range<usize>,
    diagnostic: &'a Diagnostic,
) -> Group<'a> {
    let note = diagnostic
        .note
        .iter()
        .map(|note| Shown::NOTE.message(escape(note)));
    let help = diagnostic
        .help
        .iter()
        .map(|help| Shown::HELP.message(escape(help)));
    shown_level(diagnostic.level)
        .primary_title(escape(&diagnostic.message))
        .id(diagnostic.rule)
        .element(excerpt(path, text, lines, diagnostic))
        .elements(note)
        .elements(help)
}

/// Lines with marks under the spans of a finding. Lines that are too long or not readable are left out: the message
/// then has only the position.
fn excerpt<'a>(
    path: &'a str,
    text: &'a str,
    lines: Range<usize>,
    diagnostic: &'a Diagnostic,
) -> Element<'a> {
    if lines.len() > MAX_EXCERPT || is_unreadable(&text[lines.clone()]) {
        let position = position(text, diagnostic.span.start);
        let origin = Origin::path(path).line(position.line);
        return origin.char_column(position.column).into();
    }
    let inside = |span| {
        let span = shorten(text, clamp(text, span));
        span.start - lines.start..span.end - lines.start
    };
    let primary = AnnotationKind::Primary.span(inside(&diagnostic.span));
    let related = diagnostic.related.iter().map(|related| {
        let context = AnnotationKind::Context.span(inside(&related.span));
        context.label(escape(&related.message))
    });
    Snippet::source(&text[lines.clone()])
        .line_start(text[..lines.start].matches('\n').count() + 1)
        .path(path)
        .annotation(primary)
        .annotations(related)
        .into()
}

/// Whether the lines are blank or have many [masked](mask) characters, as UTF-16 does.
fn is_unreadable(lines: &str) -> bool {
    let masked = lines.matches([MASK, char::REPLACEMENT_CHARACTER]).count();
    lines.trim().is_empty() || 5 * masked > 2 * lines.chars().count()
}

/// Byte range of the whole lines from the first span of a finding to its last.
fn lines(text: &str, diagnostic: &Diagnostic) -> Range<usize> {
    let related = diagnostic.related.iter().map(|related| &related.span);
    let spans = related.chain([&diagnostic.span]);
    let (start, end) = spans.fold((text.len(), 0), |(start, end), span| {
        let span = clamp(text, span);
        (start.min(span.start), end.max(span.end))
    });
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[end..].find('\n').map_or(text.len(), |at| end + at + 1);
    line_start..line_end
}

/// The span in `text`, which differs from the file's bytes if the file is not UTF-8: clamped to its length and to
/// character boundaries.
fn clamp(text: &str, span: &Range<usize>) -> Range<usize> {
    let mut range = span.start.min(text.len())..span.end.min(text.len());
    while !text.is_char_boundary(range.start) {
        range.start -= 1;
    }
    while !text.is_char_boundary(range.end) {
        range.end += 1;
    }
    range
}

/// The start of a long span. The renderer never cuts a marked span, so that a long one would not fit on the screen.
fn shorten(text: &str, span: Range<usize>) -> Range<usize> {
    let piece = &text[span.clone()];
    match piece.char_indices().nth(MAX_MARKED) {
        Some((end, _)) if !piece[..end].contains('\n') => span.start..span.start + end,
        _ => span,
    }
}

/// Replaces characters that must not be printed by others of the same length in UTF-8, so that all spans stay valid.
fn mask(source: &str) -> String {
    let commands = ci_commands(source);
    let mask = |(at, character): (usize, char)| match (character, character.len_utf8()) {
        _ if commands.binary_search(&at).is_ok() => '?',
        ('\n' | '\t', _) => character,
        ('\r', _) => ' ',
        _ if !is_invisible(character) => character,
        (_, 1) => MASK,
        (_, 2) => '¿',
        (_, 3) => char::REPLACEMENT_CHARACTER,
        _ => '🛇',
    };
    source.char_indices().map(mask).collect()
}

#[cfg(test)]
mod tests {
    use stratos_manifest::{ProjectFacts, check};

    use super::*;

    #[test]
    fn masked_text_keeps_its_length() {
        let text = "a\u{1b}[2J\r\n\u{9b}31m\u{202e}\u{feff}é\t\u{7f} # ##vso[x]\u{e0041}";
        let masked = mask(text);
        assert_eq!(masked, "a?[2J \n¿31m\u{fffd}\u{fffd}é\t? # #?vso[x]🛇");
        assert_eq!(masked.len(), text.len());
    }

    #[test]
    fn an_excerpt_renders_like_the_whole_file() {
        let texts = [
            "",
            "{\n",
            "{\n  \"id\": \"A B\",\n\n  \"id\": \"é\"\n}\n",
            "{ \"id\":\r\n  \"A\",\t}\r\n\r\n",
            "\n\n{\n\"a\": [\n1,\n]\n}",
        ];
        for text in texts {
            let masked = mask(text);
            for diagnostic in check(text.as_bytes(), &ProjectFacts::none()).diagnostics {
                let shown = |lines| {
                    let group = group("plugin.json", &masked, lines, &diagnostic);
                    Renderer::plain().render(&[group])
                };
                assert_eq!(
                    shown(lines(&masked, &diagnostic)),
                    shown(0..masked.len()),
                    "{text:?}"
                );
            }
        }
    }

    #[test]
    fn blank_and_utf_16_lines_are_not_shown() {
        let utf16: Vec<u8> = "{ }\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for source in [
            &b"  \n \n"[..],
            b"",
            &utf16,
            &[&[0xff, 0xfe], utf16.as_slice()].concat(),
        ] {
            let report = check(source, &ProjectFacts::none());
            let text = mask(&String::from_utf8_lossy(source));
            let found = &report.diagnostics[0];
            let group = group("plugin.json", &text, lines(&text, found), found);
            let shown = Renderer::plain().render(&[group]);
            assert!(shown.contains("--> plugin.json:1:1\n"), "{shown}");
            assert!(!shown.contains('|'), "{shown}");
        }
    }

    #[test]
    fn a_long_span_is_marked_at_its_start_only() {
        let text = format!("{{ \"name\": \"{}\" }}", "a ".repeat(300));
        let report = check(text.as_bytes(), &ProjectFacts::none());
        let found = report
            .diagnostics
            .iter()
            .find(|d| d.rule == "untrimmed-text")
            .unwrap();
        let group = group("plugin.json", &text, lines(&text, found), found);
        let shown = Renderer::plain().term_width(100).render(&[group]);
        let widest = shown.lines().map(|line| line.chars().count()).max();
        assert!(widest < Some(110), "{shown}");
        assert!(shown.contains(&"^".repeat(MAX_MARKED)), "{shown}");
    }

    #[test]
    fn a_long_line_is_not_shown() {
        let text = format!("{{\n{}\"id\": \"A B\" }}", " ".repeat(MAX_EXCERPT));
        let report = check(text.as_bytes(), &ProjectFacts::none());
        let found = report.diagnostics.iter().find(|d| d.rule == "malformed-id");
        let found = found.unwrap();
        let group = group("plugin.json", &text, lines(&text, found), found);
        let shown = Renderer::plain().render(&[group]);
        assert!(shown.contains("--> plugin.json:2:16391\n"), "{shown}");
        assert!(shown.len() < 1000, "{shown}");
    }
}
