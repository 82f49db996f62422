//! Classification of the URLs in an SVG.

/// The length of a normalized URL, in characters; enough to tell every prefix below.
const MAX_CHARS: usize = 60;

const SCRIPTS: [&str; 2] = ["javascript:", "vbscript:"];

/// Media types of documents that can contain scripts, and of scripts, by parts of their names.
const ACTIVE_TYPES: [&str; 4] = ["html", "xml", "javascript", "ecmascript"];

/// The target of a URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Target {
    /// A part of the same file, or an embedded file that refers to nothing, such as an image or a font.
    Local,
    /// An embedded SVG. It is only an image where an image is drawn, and a document with scripts elsewhere.
    Svg,
    /// An embedded style sheet, which can refer to other files.
    StyleSheet,
    /// A script, or an embedded document that can have some.
    Script,
    /// Another file.
    External,
}

/// Classifies a URL as browsers read it: without line breaks and surrounding spaces, in lower case.
pub(super) fn classify(url: &str) -> Target {
    let url: String = url
        .chars()
        .filter(|char| !matches!(char, '\t' | '\r' | '\n'))
        .skip_while(|char| *char <= ' ')
        .take(MAX_CHARS)
        .collect();
    let url = url
        .trim_end_matches(|char: char| char <= ' ')
        .to_ascii_lowercase();
    if url.is_empty() || url.starts_with('#') {
        return Target::Local;
    }
    if SCRIPTS.iter().any(|prefix| url.starts_with(prefix)) {
        return Target::Script;
    }
    let Some(data) = url.strip_prefix("data:") else {
        return Target::External;
    };
    let media_type = data.split([';', ',']).next().unwrap_or_default().trim();
    match media_type {
        "image/svg+xml" => Target::Svg,
        "text/css" => Target::StyleSheet,
        _ if ACTIVE_TYPES.iter().any(|part| media_type.contains(part)) => Target::Script,
        _ => Target::Local,
    }
}

/// Whether the URL contains the file itself.
pub(super) fn is_data(url: &str) -> bool {
    let scheme = url.trim_start().get(..5);
    scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn embedded_files_are_local_unless_they_can_refer_to_others() {
        for (url, expected) in [
            ("", Target::Local),
            (" #a", Target::Local),
            ("data:image/png;base64,AAAA", Target::Local),
            ("DATA:IMAGE/webp,AAAA", Target::Local),
            ("data:font/woff2;base64,AAAA", Target::Local),
            (
                "data:application/font-woff;charset=utf-8;base64,A",
                Target::Local,
            ),
            ("data:,text", Target::Local),
            ("data:image/svg+xml;utf8,<svg/>", Target::Svg),
            ("data:text/css,a{}", Target::StyleSheet),
            ("data:text/html,x", Target::Script),
            ("data:application/xhtml+xml,x", Target::Script),
            ("data:text/javascript,x", Target::Script),
            ("java\nscript:x", Target::Script),
            (" \tJavaScript:x", Target::Script),
            ("a.png", Target::External),
            ("//x.example", Target::External),
            ("blob:https://x.example/1", Target::External),
        ] {
            assert_eq!(classify(url), expected, "{url}");
        }
    }
}
