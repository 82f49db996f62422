//! What in an SVG would run, or would be loaded from elsewhere.

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
                if let Some(instruction) = node.pi().filter(|pi| pi.target == "xml-stylesheet") {
                    let value = instruction.value.unwrap_or_default();
                    add(
                        &mut dangers.external,
                        node,
                        &format!("<?xml-stylesheet {value}?>"),
                    );
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
        add(&mut dangers.active, node, &format!("<{name}>"));
    }
    let is_animation = ANIMATIONS.contains(&lowercase.as_str());
    for attribute in node.attributes() {
        look_at_attribute(node, &attribute, is_animation, dangers);
    }
    if lowercase == "style" {
        let style: String = node.children().filter_map(|child| child.text()).collect();
        if let Some(loaded) = loaded_from_elsewhere(&style) {
            add(&mut dangers.external, node, &loaded);
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
    let written = || format!("{}=\"{value}\"", attribute.name());
    let handles = attribute.namespace().is_none() && is_handler(&name);
    let animated = match is_animation && name == "attributename" {
        true => value.rsplit(':').next().unwrap_or_default(),
        false => "",
    };
    let animated = animated.trim().to_ascii_lowercase();
    if handles || animated == "href" || is_handler(&animated) || runs(value) {
        add(&mut dangers.active, node, &written());
    } else if ["href", "src", "base"].contains(&name.as_str()) {
        if !is_local(value) {
            add(&mut dangers.external, node, &written());
        }
    } else if let Some(loaded) = loaded_from_elsewhere(value).filter(|_| may_be_style(attribute)) {
        add(&mut dangers.external, node, &loaded);
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

fn add(found: &mut Option<InSvg>, node: Node<'_, '_>, what: &str) {
    match found {
        Some(first) => first.count += 1,
        None => {
            *found = Some(InSvg {
                what: what.trim().chars().take(MAX_CHARS).collect(),
                line: node.document().text_pos_at(node.range().start).row,
                count: 1,
            });
        }
    }
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
            (active.what.as_str(), active.line, active.count),
            ("<script>", 3, 2)
        );
        let long = format!("<rect onclick='{}'/>", "x".repeat(1_000));
        assert_eq!(look(&long).active.unwrap().what.chars().count(), MAX_CHARS);
    }
}
