//! What in an SVG would run, or would be loaded from elsewhere.

use std::ops::Range;

use roxmltree::{Attribute, Document, Node, NodeType};

use crate::{facts::InSvg, icon::css::loaded_from_elsewhere};

/// The first of each kind.
#[derive(Debug, Default)]
pub(super) struct Dangers {
    pub(super) active: Option<InSvg>,
    pub(super) external: Option<InSvg>,
}

/// Elements that run something, or bring in what can.
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

/// As many places as a message names.
const MAX_LINES: usize = 5;

/// As much of a piece of an SVG as a message can show.
const MAX_CHARS: usize = 80;

/// Looks at every element, attribute and style sheet, in whatever letter case and behind whatever prefix: a shell
/// may put an icon into its page, where such differences vanish.
pub(super) fn dangers(document: &Document<'_>) -> Dangers {
    let mut dangers = Dangers::default();
    for node in document.descendants() {
        match node.node_type() {
            NodeType::Element => look_at_element(node, &mut dangers),
            NodeType::PI => {
                if node.pi().is_some_and(|pi| pi.target == "xml-stylesheet") {
                    add(&mut dangers.external, node, node.range(), "");
                }
            }
            NodeType::Root | NodeType::Comment | NodeType::Text => {}
        }
    }
    dangers
}

/// Whether the reference stays in the file, or is a picture that the file holds itself.
pub(super) fn is_local(reference: &str) -> bool {
    let reference = plain(reference);
    let pictures = ["data:image/png", "data:image/jpeg", "data:image/jpg"];
    let is_picture = pictures
        .iter()
        .filter_map(|start| reference.strip_prefix(start))
        .any(|rest| rest.starts_with([';', ',']));
    reference.is_empty() || reference.starts_with('#') || is_picture
}

fn look_at_element(node: Node<'_, '_>, dangers: &mut Dangers) {
    let name = node.tag_name().name();
    let lowercase = name.to_ascii_lowercase();
    if ACTIVE_ELEMENTS.contains(&lowercase.as_str()) {
        let range = node.range();
        let text = &node.document().input_text()[range.clone()];
        let end = text.find('>').map_or(text.len(), |at| at + 1);
        let tag = range.start..range.start + end;
        add(&mut dangers.active, node, tag, ability(&lowercase));
    }
    let is_animation = ANIMATIONS.contains(&lowercase.as_str());
    for attribute in node.attributes() {
        look_at_attribute(node, &attribute, is_animation, dangers);
    }
    if lowercase == "style" {
        let style: String = node.children().filter_map(|child| child.text()).collect();
        if let Some(loaded) = loaded_from_elsewhere(&style) {
            add(
                &mut dangers.external,
                node,
                place_of(node, node.range(), &loaded),
                "",
            );
        }
    }
}

fn look_at_attribute(
    node: Node<'_, '_>,
    attribute: &Attribute<'_, '_>,
    is_animation: bool,
    dangers: &mut Dangers,
) {
    let name = attribute.name().to_ascii_lowercase();
    let value = attribute.value();
    let written = attribute.range();
    let handles = attribute.namespace().is_none() && is_handler(&name);
    let animated = match is_animation && name == "attributename" {
        true => value.rsplit(':').next().unwrap_or_default(),
        false => "",
    };
    let animated = animated.trim().to_ascii_lowercase();
    if handles || is_handler(&animated) {
        add(&mut dangers.active, node, written, "can run code");
    } else if animated == "href" {
        let why = "can turn a link into one that runs code";
        add(&mut dangers.active, node, written, why);
    } else if runs(value) {
        add(
            &mut dangers.active,
            node,
            written,
            "is an address that runs code",
        );
    } else if ["href", "src", "base"].contains(&name.as_str()) {
        if !is_local(value) {
            add(&mut dangers.external, node, written, "");
        }
    } else if let Some(loaded) = loaded_from_elsewhere(value).filter(|_| may_be_style(attribute)) {
        add(
            &mut dangers.external,
            node,
            place_of(node, written, &loaded),
            "",
        );
    }
}

/// What an active element can do.
fn ability(name: &str) -> &'static str {
    match name {
        "audio" | "video" => "can play sound and pictures",
        "embed" | "foreignobject" | "iframe" | "object" => "can embed a web page",
        "meta" => "can lead to another page",
        _ => "can run code",
    }
}

/// `onload`, `onclick` and so on, in lower case.
fn is_handler(name: &str) -> bool {
    name.strip_prefix("on")
        .is_some_and(|event| event.starts_with(|char: char| char.is_ascii_alphabetic()))
}

/// Attributes of editors, which have a namespace, are read by nobody else.
fn may_be_style(attribute: &Attribute<'_, '_>) -> bool {
    attribute.namespace().is_none()
}

/// Whether an address is code.
fn runs(value: &str) -> bool {
    let value = plain(value);
    ["javascript:", "vbscript:", "data:text/html"]
        .iter()
        .any(|scheme| value.starts_with(scheme))
}

/// The address as a browser reads it: without line breaks and spaces around it, and in lower case.
fn plain(address: &str) -> String {
    address
        .chars()
        .filter(|char| !matches!(char, '\t' | '\r' | '\n'))
        .collect::<String>()
        .trim_matches(|char: char| char <= ' ')
        .chars()
        .take(40)
        .collect::<String>()
        .to_ascii_lowercase()
}

/// Where `loaded` stands in `range` of the file, or all of the range if it is written in another way there.
fn place_of(node: Node<'_, '_>, range: Range<usize>, loaded: &str) -> Range<usize> {
    let text = &node.document().input_text()[range.clone()];
    match text.find(loaded) {
        Some(at) => range.start + at..range.start + at + loaded.len(),
        None => range,
    }
}

/// Line numbers are counted from the start of the file each time, and so only for a few.
fn add(found: &mut Option<InSvg>, node: Node<'_, '_>, place: Range<usize>, why: &'static str) {
    let document = node.document();
    let found = found.get_or_insert_with(|| InSvg {
        what: shown(&document.input_text()[place.clone()]),
        why,
        lines: Vec::new(),
        count: 0,
    });
    if found.count < MAX_LINES {
        let line = document.text_pos_at(place.start).row;
        if found.lines.last() != Some(&line) {
            found.lines.push(line);
        }
    }
    found.count += 1;
}

/// The first line of a piece, which can be searched for.
fn shown(piece: &str) -> String {
    let line = piece.trim().lines().next().unwrap_or_default();
    line.chars().take(MAX_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(content: &str) -> Dangers {
        let text = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
             xmlns:s=\"http://www.w3.org/2000/svg\" xmlns:h=\"http://www.w3.org/1999/xhtml\" \
             xmlns:inkscape=\"http://www.inkscape.org/namespaces/inkscape\">\n{content}\n</svg>"
        );
        dangers(&Document::parse(&text).unwrap())
    }

    #[test]
    fn what_runs_is_found() {
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
            let dangers = look(content);
            assert!(dangers.active.is_some(), "{content}");
            assert_eq!(dangers.external, None, "{content}");
        }
    }

    #[test]
    fn what_is_loaded_is_found() {
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
            let dangers = look(content);
            assert!(dangers.external.is_some(), "{content}");
            assert_eq!(dangers.active, None, "{content}");
        }
    }

    #[test]
    fn what_editors_write_is_harmless() {
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
            let dangers = look(content);
            assert!(
                dangers.active.is_none() && dangers.external.is_none(),
                "{content}: {dangers:?}"
            );
        }
    }

    #[test]
    fn the_first_is_shown_and_all_are_counted() {
        let active = look("<g/>\n<script/>\n<rect onclick='x'/>").active.unwrap();
        assert_eq!(
            (active.what.as_str(), active.lines, active.count),
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
            let Dangers { active, external } = look(content);
            let found = active.or(external).unwrap();
            assert_eq!((found.what.as_str(), found.lines), (what, vec![line]));
        }
        assert_eq!(
            look(&"<script/>\n".repeat(99)).active.unwrap().lines.len(),
            MAX_LINES
        );
        let long = format!("<rect onclick='{}'/>", "x".repeat(1_000));
        assert_eq!(look(&long).active.unwrap().what.chars().count(), MAX_CHARS);
    }
}
