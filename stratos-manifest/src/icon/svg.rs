//! Inspection of an SVG.

use roxmltree::{Document, Error, Node, ParsingOptions, TextPos};

use crate::{
    icon::{
        content::{Doctype, IconContent, Svg},
        svg_limits::exceeded_limit,
        svg_namespaces::SVG,
        svg_security::find_unsafe_content,
        svg_use_expansion::explodes,
    },
    quote::quote,
};

/// Inspects a text that contains `<svg`.
///
/// Entities are never expanded: a file that declares some is not parsed.
pub(super) fn inspect(text: &str) -> IconContent {
    if let Some(limit) = exceeded_limit(text) {
        return IconContent::BrokenSvg(limit.to_owned());
    }
    match Document::parse(text) {
        Ok(document) => describe(&document, None),
        Err(Error::DtdDetected) if has_declarations(text) => IconContent::Svg(Svg {
            has_namespace: true,
            doctype: Some(Doctype::WithDeclarations),
            ..Svg::default()
        }),
        Err(Error::DtdDetected) => {
            let options = ParsingOptions {
                allow_dtd: true,
                ..ParsingOptions::default()
            };
            match Document::parse_with_options(text, options) {
                Ok(document) => describe(&document, Some(Doctype::Plain)),
                Err(error) => IconContent::BrokenSvg(error_message(text, &error)),
            }
        }
        Err(error) => IconContent::BrokenSvg(error_message(text, &error)),
    }
}

/// Whether a document type declaration may declare entities, or attributes with default values.
fn has_declarations(text: &str) -> bool {
    ["<!ENTITY", "<!ATTLIST"]
        .iter()
        .any(|declaration| text.contains(declaration))
}

fn describe(document: &Document<'_>, doctype: Option<Doctype>) -> IconContent {
    let root = document.root_element();
    match root.tag_name().name() {
        "svg" => {}
        "html" => return IconContent::OtherFormat("an HTML page"),
        _ => return IconContent::OtherFormat("XML, but not an SVG"),
    }
    let defaults = root
        .namespaces()
        .filter(|namespace| namespace.name().is_none());
    if defaults.count() > 1 {
        // The parser accepts two default namespaces; browsers reject the duplicate attribute.
        return IconContent::BrokenSvg("`<svg>` has the attribute `xmlns` twice".to_owned());
    }
    let namespace = root.tag_name().namespace();
    let unsafe_content = find_unsafe_content(document);
    IconContent::Svg(Svg {
        size: size(root),
        blank: blank_reason(root),
        has_namespace: namespace == Some(SVG),
        has_other_namespace: namespace.is_some_and(|namespace| namespace != SVG),
        adapts_to_theme: document
            .descendants()
            .filter_map(|node| node.text())
            .any(|text| text.contains("prefers-color-scheme")),
        doctype,
        active: unsafe_content.active,
        external: unsafe_content.external,
        explodes: explodes(document),
    })
}

/// The parser's error as a message for authors.
fn error_message(text: &str, error: &Error) -> String {
    let line = error.pos().row;
    match error {
        Error::UnexpectedCloseTag(open, close, _) => {
            let [open, close] = [format!("<{open}>"), format!("</{close}>")].map(|tag| quote(&tag));
            format!("{open} is not closed before {close}, on line {line}")
        }
        Error::UnclosedRootNode => "`<svg>` is never closed".to_owned(),
        Error::DuplicatedAttribute(name, _) => {
            format!(
                "an element has the attribute {} twice, on line {line}",
                quote(name)
            )
        }
        Error::UnknownNamespace(prefix, _) => {
            let missing = quote(&format!("xmlns:{prefix}=\"...\""));
            format!(
                "{} is used on line {line}, but {missing} is missing",
                quote(prefix)
            )
        }
        Error::UnknownEntityReference(name, _) => {
            let reference = quote(&format!("&{name};"));
            format!("{reference} on line {line} is declared nowhere: write what it stands for")
        }
        Error::MalformedEntityReference(pos) if is_numeric(text, *pos) => {
            format!("`&#` on line {line} is not followed by the number of a character and `;`")
        }
        Error::MalformedEntityReference(_) => {
            format!("`&` on line {line} must be written `&amp;`")
        }
        Error::InvalidAttributeValue(_) | Error::InvalidChar(b'"' | b'\'', b'<', _) => {
            format!("`<` in an attribute on line {line} must be written `&lt;`")
        }
        Error::InvalidName(_) => format!(
            "a name is missing or starts with a character that is not allowed, on line {line}; a `<` in a text must be \
             written `&lt;`"
        ),
        Error::InvalidComment(_) => format!("a comment on line {line} contains `--`"),
        Error::UnexpectedDeclaration(_) => {
            format!("`<?xml` is not at the very start of the file, but on line {line}")
        }
        Error::NonXmlChar(char, _) => format!(
            "line {line} has the control character U+{:04X}, which XML does not allow",
            u32::from(*char)
        ),
        Error::InvalidChar2("a quote", ..) => {
            format!("the value of an attribute on line {line} has no quotes")
        }
        Error::NoRootNode => "there is no `<svg>` element in it".to_owned(),
        Error::UnexpectedEndOfStream => "the file ends in the middle".to_owned(),
        _ => format!("the XML parser reports: {}", quote(&error.to_string())),
    }
}

/// Whether the `&` at this position, counted from 1, has a `#` after it.
fn is_numeric(text: &str, at: TextPos) -> bool {
    let line = (1..).zip(text.lines()).find(|(row, _)| *row == at.row);
    let mut chars = line
        .into_iter()
        .flat_map(|(_, line)| (0..).zip(line.chars()));
    chars.any(|next| next == (at.col, '#'))
}

/// The size in pixels: width and height if both are absolute lengths, or else those of the view box.
fn size(root: Node<'_, '_>) -> Option<[f64; 2]> {
    let length = |name| root.attribute(name).and_then(length);
    let stated = match (length("width"), length("height")) {
        (Some(width), Some(height)) => Some([width, height]),
        _ => None,
    };
    stated
        .or_else(|| root.attribute("viewBox").and_then(view_box))
        .filter(|size| size.iter().all(|side| *side > 0.0))
}

/// The elements that a browser draws.
const SHAPES: [&str; 11] = [
    "circle",
    "ellipse",
    "foreignobject",
    "image",
    "line",
    "path",
    "polygon",
    "polyline",
    "rect",
    "text",
    "use",
];

/// The elements whose content is not drawn where it stands.
const TEMPLATES: [&str; 9] = [
    "clippath",
    "defs",
    "filter",
    "lineargradient",
    "marker",
    "mask",
    "pattern",
    "radialgradient",
    "symbol",
];

/// The reason why a browser draws nothing, if there is one.
fn blank_reason(root: Node<'_, '_>) -> Option<&'static str> {
    let is_zero = |name| root.attribute(name).and_then(length) == Some(0.0);
    let view_box = root.attribute("viewBox").and_then(view_box);
    if view_box.is_some_and(|size| size.contains(&0.0)) {
        return Some("the width or height of its `viewBox` is zero");
    }
    if is_zero("width") || is_zero("height") {
        return Some("its `width` or `height` is zero");
    }
    let is_named = |node: &Node<'_, '_>, names: &[&str]| {
        node.is_element() && names.contains(&node.tag_name().name().to_ascii_lowercase().as_str())
    };
    let is_drawn = |node: Node<'_, '_>| {
        is_named(&node, &SHAPES) && !node.ancestors().any(|outer| is_named(&outer, &TEMPLATES))
    };
    // A style can draw a background, and a filter a colour.
    let may_draw =
        |node: Node<'_, '_>| node.is_pi() || is_named(&node, &["style", "script", "filter"]);
    let mut nodes = root.document().descendants();
    let is_empty =
        root.attribute("style").is_none() && !nodes.any(|node| is_drawn(node) || may_draw(node));
    is_empty.then_some("it has no shape, image or text")
}

/// A length in pixels; `None` for relative lengths such as `100%` or `1em`.
fn length(text: &str) -> Option<f64> {
    let text = text.trim();
    let unit_at = text
        .find(|char: char| char.is_ascii_alphabetic() && !matches!(char, 'e' | 'E') || char == '%')
        .unwrap_or(text.len());
    let (number, unit) = text.split_at(unit_at);
    let pixels = match unit.to_ascii_lowercase().as_str() {
        "" | "px" => 1.0,
        "pt" => 4.0 / 3.0,
        "pc" => 16.0,
        "in" => 96.0,
        "cm" => 96.0 / 2.54,
        "mm" => 96.0 / 25.4,
        "q" => 96.0 / 101.6,
        _ => return None,
    };
    finite(number).map(|number| number * pixels)
}

fn view_box(text: &str) -> Option<[f64; 2]> {
    // A comma without a number before or after it makes the attribute invalid.
    let mut parts = text.split(',');
    let is_valid = parts.all(|part| !part.trim().is_empty());
    let numbers: Option<Vec<f64>> = text
        .split([' ', '\t', '\r', '\n', ','])
        .filter(|part| !part.is_empty())
        .map(finite)
        .collect();
    match numbers.filter(|_| is_valid)?[..] {
        [_, _, width, height] => Some([width, height]),
        _ => None,
    }
}

fn finite(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(attributes: &str, content: &str) -> String {
        format!("<svg xmlns=\"{SVG}\" {attributes}>{content}</svg>")
    }

    fn inspect_svg(text: &str) -> Svg {
        match inspect(text) {
            IconContent::Svg(svg) => svg,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_size_comes_from_absolute_lengths_or_the_view_box() {
        for (attributes, expected) in [
            ("viewBox='0 0 24 12'", Some([24.0, 12.0])),
            ("viewBox=' -1,-1 , 24\n24 '", Some([24.0, 24.0])),
            (
                "width='48' height='24px' viewBox='0 0 9 9'",
                Some([48.0, 24.0]),
            ),
            ("width='1in' height='96'", Some([96.0, 96.0])),
            ("width='1e2' height='1E2px'", Some([100.0, 100.0])),
            (
                "width='100%' height='50%' viewBox='0 0 9 9'",
                Some([9.0, 9.0]),
            ),
            (
                "width='1em' height='1em' viewBox='0 0 9 9'",
                Some([9.0, 9.0]),
            ),
            ("width='9' viewBox='0 0 9 9'", Some([9.0, 9.0])),
            ("width='9'", None),
            ("viewBox='0 0 0 9'", None),
            ("viewBox='0 0 9'", None),
            ("viewBox='0 0 NaN inf'", None),
            ("", None),
        ] {
            assert_eq!(
                inspect_svg(&svg(attributes, "")).size,
                expected,
                "{attributes}"
            );
        }
    }

    #[test]
    fn an_svg_without_anything_to_draw_is_blank() {
        for (attributes, content, is_blank) in [
            ("", "<path d='M0 0h9v9z'/>", false),
            (
                "viewBox='0 0 9 9' width='100%'",
                "<g><g><rect/></g></g>",
                false,
            ),
            ("", "<defs><g id='a'/></defs><use href='#a'/>", false),
            ("style='background: red'", "", false),
            ("", "<style>svg { background: red }</style>", false),
            ("", "", true),
            ("", "<title>Icon</title><g/>", true),
            ("", "<defs><path d='M0 0h9v9z'/></defs>", true),
            ("viewBox='0 0 0 0'", "<rect/>", true),
            ("viewBox='0 0 9 0'", "<rect/>", true),
            ("width='0' height='9'", "<rect/>", true),
            ("width='0px'", "<rect/>", true),
            ("width='0 px'", "<rect/>", false),
            ("viewBox=',0 0 0 0'", "<rect/>", false),
            ("", "<?xml-stylesheet href='#a'?>", false),
            (
                "",
                "<filter id='a'><feFlood/></filter><g filter='url(#a)'/>",
                false,
            ),
        ] {
            let blank = inspect_svg(&svg(attributes, content)).blank;
            assert_eq!(
                blank.is_some(),
                is_blank,
                "{attributes} {content}: {blank:?}"
            );
        }
    }

    #[test]
    fn errors_name_the_character_to_write() {
        for (content, expected) in [
            (
                "<title>A & B</title>",
                "`&` on line 1 must be written `&amp;`",
            ),
            ("<g a='&'/>", "`&` on line 1 must be written `&amp;`"),
            (
                "<title>&company;</title>",
                "`&company;` on line 1 is declared nowhere",
            ),
            (
                "<title>é &#8364</title>",
                "`&#` on line 1 is not followed by",
            ),
            ("<g a='&#xZZ;'/>", "`&#` on line 1 is not followed by"),
            ("<title>&#1;</title>", "`&#` on line 1 is not followed by"),
            ("<title>a < b</title>", "must be written `&lt;`"),
            (
                "<g a='<'/>",
                "`<` in an attribute on line 1 must be written `&lt;`",
            ),
            ("<g a=b/>", "has no quotes"),
            ("<!-- a -- b -->", "contains `--`"),
            ("\u{1}", "U+0001"),
            (
                "\n<?xml version='1.0'?>",
                "`<?xml` is not at the very start",
            ),
        ] {
            let IconContent::BrokenSvg(error) = inspect(&svg("", content)) else {
                panic!("{content}");
            };
            assert!(error.contains(expected), "{content}: {error}");
        }
    }

    #[test]
    fn declared_entities_are_not_expanded() {
        let mut laughs = String::from("<!DOCTYPE svg [<!ENTITY a0 \"ha\">");
        for level in 1..30 {
            let before = format!("&a{};", level - 1).repeat(10);
            laughs = format!("{laughs}<!ENTITY a{level} \"{before}\">");
        }
        let hostile = [
            format!("{laughs}]>{}", svg("", "<text>&a29;</text>")),
            format!(
                "<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{}",
                svg("", "&x;")
            ),
            format!(
                "<!DOCTYPE svg [<!ENTITY % x SYSTEM \"http://x.example/\"> %x;]>{}",
                svg("", "")
            ),
            format!(
                "<!DOCTYPE svg [<!ATTLIST svg onload CDATA \"alert(1)\">]>{}",
                svg("", "")
            ),
        ];
        for text in hostile {
            assert_eq!(inspect_svg(&text).doctype, Some(Doctype::WithDeclarations));
        }
    }

    #[test]
    fn a_file_with_a_plain_doctype_is_inspected() {
        let public = "<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd\">";
        for doctype in [
            public,
            "<!DOCTYPE svg SYSTEM \"http://x.example/x.dtd\">",
            "<!DOCTYPE svg []>",
        ] {
            let text = format!("{doctype}{}", svg("viewBox='0 0 1 1'", "<script/>"));
            let svg = inspect_svg(&text);
            assert_eq!(svg.doctype, Some(Doctype::Plain), "{doctype}");
            assert_eq!(svg.size, Some([1.0, 1.0]));
            assert!(svg.active.is_some());
        }
        let comment = svg("", "<!-- <!DOCTYPE svg> <!ENTITY -->");
        assert_eq!(inspect_svg(&comment).doctype, None);
    }

    #[test]
    fn malformed_xml_is_broken() {
        for text in [
            "<svg",
            "<svg>",
            "<svg><g></svg>",
            "<svg a=1/>",
            "<svg>&nbsp;</svg>",
            "x <svg/>",
            "<svg xlink:href='#a'/>",
        ] {
            assert!(matches!(inspect(text), IconContent::BrokenSvg(_)), "{text}");
        }
        assert_eq!(
            inspect("<a><svg/></a>"),
            IconContent::OtherFormat("XML, but not an SVG")
        );
        assert!(!inspect_svg("<svg/>").has_namespace);
        assert!(!inspect_svg("<svg/>").has_other_namespace);
        assert!(inspect_svg("<svg xmlns='http://www.w3.org/1999/xhtml'/>").has_other_namespace);
        for text in [
            &svg("xmlns='http://www.w3.org/1999/xhtml'", ""),
            "<svg xmlns='a' xmlns='a'/>",
        ] {
            assert!(matches!(inspect(text), IconContent::BrokenSvg(_)), "{text}");
        }
        assert!(inspect_svg(&format!("<s:svg xmlns:s='{SVG}'/>")).has_namespace);
    }
}
