//! Findings in a manifest for people: the line, and carets under what is wrong.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Shown, Renderer, Snippet};
use stratos_manifest::{Diagnostic, Level};

use crate::error::Error;
use crate::output::escape::{is_harmful, log_commands};
use crate::output::report::{Checked, MAX_SHOWN, Reporter, Summary};
use crate::output::{Output, escape};

/// Prints findings with the lines they are about, and a summary.
pub(crate) struct Human<'a>(pub(crate) &'a Output);

impl Reporter for Human<'_> {
    fn manifest(&mut self, checked: &Checked<'_>) -> Result<(), Error> {
        let Checked { report, .. } = checked;
        let path = escape(checked.path);
        let text = mask(&String::from_utf8_lossy(checked.source));
        let renderer = Renderer::styled().term_width(self.0.width());
        for diagnostic in report.diagnostics.iter().take(MAX_SHOWN) {
            let group = group(&path, &text, diagnostic);
            self.0
                .line(format_args!("{}\n", renderer.render(&[group])))?;
        }
        match report.diagnostics.len().saturating_sub(MAX_SHOWN) + report.omitted {
            0 => Ok(()),
            hidden => self.0.line(format_args!(
                "{hidden} more findings in {path} are not shown\n"
            )),
        }
    }

    fn finish(&mut self, summary: &Summary) -> Result<(), Error> {
        self.0.line(summary)
    }
}

fn group<'a>(path: &'a str, text: &'a str, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
    };
    let place = AnnotationKind::Primary.span(fit(text, &diagnostic.span));
    let related = diagnostic.related.iter().map(|related| {
        let place = AnnotationKind::Context.span(fit(text, &related.span));
        place.label(escape(&related.message))
    });
    let snippet = Snippet::source(text)
        .path(path)
        .annotation(place)
        .annotations(related);
    let note = diagnostic
        .note
        .iter()
        .map(|note| Shown::NOTE.message(escape(note)));
    let help = diagnostic
        .help
        .iter()
        .map(|help| Shown::HELP.message(escape(help)));
    level
        .primary_title(escape(&diagnostic.message))
        .id(diagnostic.rule)
        .element(snippet)
        .elements(note)
        .elements(help)
}

/// A span of the file's bytes in the decoded text, which is another one where the file is not UTF-8.
fn fit(text: &str, span: &Range<usize>) -> Range<usize> {
    let mut range = span.start.min(text.len())..span.end.min(text.len());
    while !text.is_char_boundary(range.start) {
        range.start -= 1;
    }
    while !text.is_char_boundary(range.end) {
        range.end += 1;
    }
    range
}

/// The text with marks for what a terminal would obey, each as long as what it stands for: all spans stay true.
fn mask(source: &str) -> String {
    let commands = log_commands(source);
    let mask = |(at, character): (usize, char)| match (character, character.len_utf8()) {
        _ if commands.binary_search(&at).is_ok() => '?',
        ('\n' | '\t', _) => character,
        ('\r', _) => ' ',
        _ if !is_harmful(character) => character,
        (_, 1) => '?',
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
    fn the_mask_changes_no_span() {
        let text = "a\u{1b}[2J\r\n\u{9b}31m\u{202e}\u{feff}é\t\u{7f} # ##vso[x]\u{e0041}";
        let masked = mask(text);
        assert_eq!(masked, "a?[2J \n¿31m\u{fffd}\u{fffd}é\t? # #?vso[x]🛇");
        assert_eq!(masked.len(), text.len());
    }

    #[test]
    fn nothing_of_a_file_or_its_path_reaches_the_terminal_raw() {
        let sources = [
            "{ \"\u{1b}[2J\u{9b}\u{202e}\": 1, \"\u{1b}[2J\u{9b}\u{202e}\": 2 }\r\n".as_bytes(),
            b"{ \"id\": \"\x1b]0;title\x07\xff\" }",
            b"\xff\xfe\x1b\x00",
        ];
        for source in sources {
            let report = check(source, &ProjectFacts::none());
            let text = mask(&String::from_utf8_lossy(source));
            let path = escape("a\u{1b}[31m/plugin.json");
            for diagnostic in &report.diagnostics {
                let shown = Renderer::plain().render(&[group(&path, &text, diagnostic)]);
                let raw = shown.chars().find(|c| *c != '\n' && is_harmful(*c));
                assert_eq!(raw, None, "{shown}");
            }
        }
    }
}
