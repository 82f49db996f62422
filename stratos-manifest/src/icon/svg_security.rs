//! Detection of active content and external references in an SVG.

use std::ops::Range;

use roxmltree::{Attribute, Document, Node, NodeType};

use crate::icon::{
    content::SvgMatches,
    css_urls::external_reference,
    url::{is_local, is_script},
};

/// The unsafe content of an SVG.
#[derive(Debug, Default)]
pub(super) struct UnsafeContent {
    /// Content that a browser would run.
    pub(super) active: Option<SvgMatches>,
    /// References that a browser would load.
    pub(super) external: Option<SvgMatches>,
}

/// The elements that run code, or embed a document that can.
const ACTIVE_ELEMENTS: [&str; 10] = [
    "audio",
    "embed",
    "foreignobject",
    "handler",
    "iframe",
    "listener",
    "meta",
    "object",
    "script",
    "video",
];

const ANIMATIONS: [&str; 4] = ["animate", "animatemotion", "animatetransform", "set"];

/// The most lines that a message names.
const MAX_LINES: usize = 5;

/// The length of the source that a message shows, in characters.
const MAX_CHARS: usize = 80;

/// Inspects every element, attribute and style sheet.
///
/// Letter case and namespace prefixes are ignored, since a shell may inline an icon into its page, where the HTML
/// parser ignores them, too.
pub(super) fn find_unsafe_content(document: &Document<'_>) -> UnsafeContent {
    let mut found = UnsafeContent::default();
    for node in document.descendants() {
        match node.node_type() {
            NodeType::Element => inspect_element(node, &mut found),
            NodeType::PI => {
                if node.pi().is_some_and(|pi| pi.target == "xml-stylesheet") {
                    add(&mut found.external, node, node.range(), "");
                }
            }
            NodeType::Root | NodeType::Comment | NodeType::Text => {}
        }
    }
    found
}

fn inspect_element(node: Node<'_, '_>, found: &mut UnsafeContent) {
    let name = node.tag_name().name().to_ascii_lowercase();
    if ACTIVE_ELEMENTS.contains(&name.as_str()) {
        let range = node.range();
        let text = &node.document().input_text()[range.clone()];
        let end = text.find('>').map_or(text.len(), |at| at + 1);
        let tag = range.start..range.start + end;
        add(&mut found.active, node, tag, effect(&name));
    }
    let is_animation = ANIMATIONS.contains(&name.as_str());
    for attribute in node.attributes() {
        inspect_attribute(node, &attribute, is_animation, found);
    }
    if name == "style" {
        let style: String = node.children().filter_map(|child| child.text()).collect();
        if let Some(reference) = external_reference(&style) {
            let range = range_of(node, node.range(), &reference);
            add(&mut found.external, node, range, "");
        }
    }
}

fn inspect_attribute(
    node: Node<'_, '_>,
    attribute: &Attribute<'_, '_>,
    is_animation: bool,
    found: &mut UnsafeContent,
) {
    let name = attribute.name().to_ascii_lowercase();
    let value = attribute.value();
    let range = attribute.range();
    // Nothing but the editor that wrote them reads attributes with a namespace.
    let has_namespace = attribute.namespace().is_some();
    let animated = match is_animation && name == "attributename" {
        true => value.rsplit(':').next().unwrap_or_default(),
        false => "",
    };
    let animated = animated.trim().to_ascii_lowercase();
    if (is_event_handler(&name) && !has_namespace) || is_event_handler(&animated) {
        add(&mut found.active, node, range, "can run code");
    } else if animated == "href" {
        let effect = "can turn a link into one that runs code";
        add(&mut found.active, node, range, effect);
    } else if is_script(value) {
        add(
            &mut found.active,
            node,
            range,
            "is an address that runs code",
        );
    } else if ["href", "src", "base"].contains(&name.as_str()) {
        if !is_local(value) {
            add(&mut found.external, node, range, "");
        }
    } else if let Some(reference) = external_reference(value).filter(|_| !has_namespace) {
        let range = range_of(node, range, &reference);
        add(&mut found.external, node, range, "");
    }
}

/// The effect of an active element, for messages.
fn effect(name: &str) -> &'static str {
    match name {
        "audio" | "video" => "can play sound and pictures",
        "embed" | "foreignobject" | "iframe" | "object" => "can embed a web page",
        "meta" => "can lead to another page",
        _ => "can run code",
    }
}

/// Whether an attribute in lower case is an event handler such as `onload`.
fn is_event_handler(name: &str) -> bool {
    name.strip_prefix("on")
        .is_some_and(|event| event.starts_with(|char: char| char.is_ascii_alphabetic()))
}

/// The range of `reference` in `range`, or all of `range` if the file writes the reference with escapes.
fn range_of(node: Node<'_, '_>, range: Range<usize>, reference: &str) -> Range<usize> {
    let text = &node.document().input_text()[range.clone()];
    match text.find(reference) {
        Some(at) => range.start + at..range.start + at + reference.len(),
        None => range,
    }
}

/// Counts a match, and keeps its source if it is the first, and its line if it is one of the first few.
fn add(
    found: &mut Option<SvgMatches>,
    node: Node<'_, '_>,
    range: Range<usize>,
    effect: &'static str,
) {
    let document = node.document();
    let found = found.get_or_insert_with(|| SvgMatches {
        first: excerpt(&document.input_text()[range.clone()]),
        effect,
        lines: Vec::new(),
        count: 0,
    });
    // `text_pos_at` counts the lines from the start of the file each time.
    if found.count < MAX_LINES {
        let line = document.text_pos_at(range.start).row;
        if found.lines.last() != Some(&line) {
            found.lines.push(line);
        }
    }
    found.count += 1;
}

/// The first line of some source, shortened.
fn excerpt(source: &str) -> String {
    let line = source.trim().lines().next().unwrap_or_default();
    line.chars().take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inspect(content: &str) -> UnsafeContent {
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
             xmlns:s=\"http://www.w3.org/2000/svg\" xmlns:h=\"http://www.w3.org/1999/xhtml\" \
             xmlns:inkscape=\"http://www.inkscape.org/namespaces/inkscape\">\n{content}\n</svg>"
        );
        find_unsafe_content(&Document::parse(&text).unwrap())
    }

    #[test]
    fn active_content_is_found() {
        for content in [
            "<script>alert(1)</script>",
            "<SCRIPT href='#a'/>",
            "<s:script/>",
            "<h:script/>",
            "<script xmlns=''/>",
            "<foreignObject><h:body/></foreignObject>",
            "<foreignobject/>",
            "<h:iframe/>",
            "<rect onclick='x'/>",
            "<rect OnLoad='x'/>",
            "<g><g><animate onbegin='x' attributeName='x'/></g></g>",
            "<a href='javascript:alert(1)'/>",
            "<a xlink:href=' \tJavaScript:alert(1)'/>",
            "<a href='java&#10;script:alert(1)'/>",
            "<a href='&#106;avascript:alert(1)'/>",
            "<a href='data:text/html,x'/>",
            "<a><animate attributeName='href' values='#a'/></a>",
            "<a><set attributeName='xlink:href' to='#a'/></a>",
            "<a><set attributeName='onclick' to='x'/></a>",
            "<a><animate attributeName='x' values='javascript:alert(1)'/></a>",
        ] {
            let found = inspect(content);
            assert!(found.active.is_some(), "{content}");
            assert_eq!(found.external, None, "{content}");
        }
    }

    #[test]
    fn external_references_are_found() {
        for content in [
            "<image href='https://x.example/a.png'/>",
            "<image xlink:href='//x.example/a.png'/>",
            "<image href='a.png'/>",
            "<image href='data:image/svg+xml;base64,AAAA'/>",
            "<image href='data:image/pngx;base64,AAAA'/>",
            "<use href='file.svg#a'/>",
            "<a href='https://x.example'/>",
            "<rect fill='url(https://x.example/#a)'/>",
            "<rect style='fill: url(a.svg#b)'/>",
            "<rect filter=' URL( \"a.svg#b\" )'/>",
            "<style>@import 'a.css';</style>",
            "<style><![CDATA[ rect { fill: url(a.svg#b) } ]]></style>",
            "<style>rect { fill: <!-- --> u\\72l(a) }</style>",
            "<g xml:base='https://x.example/'/>",
            "<?xml-stylesheet href='a.css'?>",
            "<h:img src='a.png'/>",
            "<s:use href='a.svg'/>",
        ] {
            let found = inspect(content);
            assert!(found.external.is_some(), "{content}");
            assert_eq!(found.active, None, "{content}");
        }
    }

    #[test]
    fn output_of_editors_is_safe() {
        for content in [
            "<use xlink:href='#a'/><use href=' #a '/>",
            "<image href='data:image/png;base64,AAAA'/>",
            "<image href='DATA:IMAGE/JPEG;base64,AAAA'/>",
            "<rect fill='url(#a)' style='stroke: url(\"#b\")'/>",
            "<style>.a { fill: url(#a) } @media (prefers-color-scheme: dark) { .a { fill: red } }</style>",
            "<g inkscape:export-filename='/home/me/a.png' inkscape:onload='x' inkscape:x='url(a)'/>",
            "<text>onclick javascript: url(a) @import</text>",
            "<animate attributeName='opacity' values='0;1'/>",
            "<rect on='x' id='javascript'/>",
        ] {
            let found = inspect(content);
            assert!(
                found.active.is_none() && found.external.is_none(),
                "{content}: {found:?}"
            );
        }
    }

    #[test]
    fn the_first_match_is_kept_and_all_are_counted() {
        let active = inspect("<g/>\n<script/>\n<rect onclick='x'/>")
            .active
            .unwrap();
        assert_eq!(
            (active.first.as_str(), active.lines, active.count),
            ("<script/>", vec![3, 4], 2)
        );
        for (content, what, line) in [
            (
                "\n<a href='java&#10;script:x'/>",
                "href='java&#10;script:x'",
                3,
            ),
            (
                "<style>\n.a {}\n@import 'a.css';</style>",
                "@import 'a.css';",
                4,
            ),
            ("<rect\nfill='url(a.svg)'/>", "url(a.svg)", 3),
            ("<rect fill='u\\72l(a.svg)'/>", "fill='u\\72l(a.svg)'", 2),
        ] {
            let UnsafeContent { active, external } = inspect(content);
            let found = active.or(external).unwrap();
            assert_eq!((found.first.as_str(), found.lines), (what, vec![line]));
        }
        assert_eq!(
            inspect(&"<script/>\n".repeat(99))
                .active
                .unwrap()
                .lines
                .len(),
            MAX_LINES
        );
        let long = format!("<rect onclick='{}'/>", "x".repeat(1_000));
        assert_eq!(
            inspect(&long).active.unwrap().first.chars().count(),
            MAX_CHARS
        );
    }
}
