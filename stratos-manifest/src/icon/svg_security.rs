//! Detection of active content and external references in an SVG.

use std::ops::Range;

use roxmltree::{Attribute, Document, Node, NodeType};

use crate::icon::{
    content::SvgMatches,
    css_urls::external_reference,
    event_handlers::is_event_handler,
    svg_namespaces::{SVG, XHTML},
    url::{Target, classify, is_data},
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

/// The elements that draw the target of a reference as an image, in which no script runs.
const IMAGES: [&str; 3] = ["feimage", "image", "img"];

/// The attributes with an address.
const ADDRESSES: [&str; 3] = ["base", "href", "src"];

/// The attributes with a style, or with a value of such an attribute in an animation.
const STYLES: [&str; 14] = [
    "by",
    "clip-path",
    "cursor",
    "fill",
    "filter",
    "from",
    "marker-end",
    "marker-mid",
    "marker-start",
    "mask",
    "stroke",
    "style",
    "to",
    "values",
];

/// The effect of a link, which loads nothing by itself.
pub(crate) const LINK: &str = "is a link to another page";

/// The effect of a style sheet in a `data:` address.
pub(crate) const EMBEDDED_STYLE_SHEET: &str = "can load other files";

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
                let style_sheet = node.pi().filter(|pi| pi.target == "xml-stylesheet");
                let address = style_sheet.and_then(|pi| pseudo_attribute(pi.value?, "href"));
                match address.map(classify) {
                    None | Some(Target::Local) => {}
                    Some(Target::StyleSheet) => {
                        add(
                            &mut found.external,
                            node,
                            node.range(),
                            EMBEDDED_STYLE_SHEET,
                        );
                    }
                    Some(_) => add(&mut found.external, node, node.range(), ""),
                }
            }
            NodeType::Root | NodeType::Comment | NodeType::Text => {}
        }
    }
    found
}

/// The value of an attribute within a processing instruction.
fn pseudo_attribute<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let (_, after) = text.split_once(name)?;
    let value = after.trim_start().strip_prefix('=')?.trim_start();
    value.split(['"', '\'']).nth(1)
}

fn inspect_element(node: Node<'_, '_>, found: &mut UnsafeContent) {
    let name = node.tag_name().name().to_ascii_lowercase();
    // Elements of other namespaces, such as the `object` of an editor's metadata, have no effect.
    let namespace = node.tag_name().namespace();
    let is_known = namespace.is_none_or(|namespace| ["", SVG, XHTML].contains(&namespace));
    if is_known && ACTIVE_ELEMENTS.contains(&name.as_str()) {
        let range = node.range();
        let text = &node.document().input_text()[range.clone()];
        let end = text.find('>').map_or(text.len(), |at| at + 1);
        let tag = range.start..range.start + end;
        add(&mut found.active, node, tag, effect(&name));
    }
    for attribute in node.attributes() {
        inspect_attribute(node, &name, &attribute, found);
    }
    if name == "style" {
        let texts = node.children().filter(|child| child.is_text());
        let style: String = texts.filter_map(|text| text.text()).collect();
        add_style_reference(&style, node, node.range(), found);
    }
}

fn inspect_attribute(
    node: Node<'_, '_>,
    element: &str,
    attribute: &Attribute<'_, '_>,
    found: &mut UnsafeContent,
) {
    let name = attribute.name().to_ascii_lowercase();
    let value = attribute.value();
    let range = attribute.range();
    // Nothing but the editor that wrote them reads attributes with a namespace.
    let has_namespace = attribute.namespace().is_some();
    let is_address = ADDRESSES.contains(&name.as_str());
    let is_style = STYLES.contains(&name.as_str()) && !has_namespace;
    let animated = match ANIMATIONS.contains(&element) && name == "attributename" {
        true => value.rsplit(':').next().unwrap_or_default(),
        false => "",
    };
    let animated = animated.trim().to_ascii_lowercase();
    let mut add_active = |effect| add(&mut found.active, node, range.clone(), effect);
    if (is_event_handler(&name) && !has_namespace) || is_event_handler(&animated) {
        return add_active("can run code");
    }
    if animated == "href" {
        return add_active("can turn a link into one that runs code");
    }
    let target = match classify(value) {
        Target::External => Target::External,
        // An image runs nothing and loads nothing.
        _ if IMAGES.contains(&element) && is_data(value) => Target::Local,
        target => target,
    };
    if target == Target::Script && (is_address || is_style) {
        return add_active("is an address that runs code");
    }
    if !is_address {
        if is_style {
            add_style_reference(value, node, range, found);
        }
        return;
    }
    match target {
        Target::Svg => add_active("is an SVG that can run code"),
        Target::External if element == "a" => add(&mut found.external, node, range, LINK),
        Target::External => add(&mut found.external, node, range, ""),
        Target::StyleSheet => add(&mut found.external, node, range, EMBEDDED_STYLE_SHEET),
        Target::Local | Target::Script => {}
    }
}

fn add_style_reference(
    style: &str,
    node: Node<'_, '_>,
    range: Range<usize>,
    found: &mut UnsafeContent,
) {
    let Some(reference) = external_reference(style) else {
        return;
    };
    let effect = match reference.target {
        Target::StyleSheet => EMBEDDED_STYLE_SHEET,
        _ => "",
    };
    let range = range_of(node, range, style, reference.range);
    add(&mut found.external, node, range, effect);
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

/// The range of `reference` in the file, or all of `range` if the file writes the reference with escapes.
fn range_of(
    node: Node<'_, '_>,
    range: Range<usize>,
    style: &str,
    reference: Range<usize>,
) -> Range<usize> {
    let text = &node.document().input_text()[range.clone()];
    let length = reference.len();
    let start = match text.find(style) {
        Some(at) => Some(at + reference.start),
        // The file writes other parts of the style with escapes.
        None => text.find(&style[reference]),
    };
    match start {
        Some(at) => range.start + at..range.start + at + length,
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
            "<a href='data:image/svg+xml,x'/>",
            "<use href='data:image/svg+xml,x'/>",
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
            "<?xml-stylesheet type='text/css' href = 'data:text/css,x'?>",
            "<h:img src='a.png'/>",
            "<s:use href='a.svg'/>",
            "<style>@import 'data:text/css,x';</style>",
            "<animate attributeName='fill' to='url(a.svg#b)'/>",
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
            "<metadata><inkscape:object/><inkscape:handler/></metadata>",
            "<g inkscape:export-filename='/home/me/a.png' inkscape:onload='x' inkscape:x='url(a)'/>",
            "<text>onclick javascript: url(a) @import</text>",
            "<animate attributeName='opacity' values='0;1'/>",
            "<rect on='x' id='javascript' one='1' data-on='x' only='a'/>",
            "<image href='data:image/svg+xml;base64,AAAA'/>",
            "<image href='data:image/webp;base64,AAAA'/>",
            "<style>@font-face { src: url('data:font/woff2;base64,AAAA') format('woff2') }</style>",
            "<style>.a::after { content: 'url(a.png) @import' }</style>",
            "<style><!-- .a { fill: url(b.svg) } --></style>",
            "<?xml-stylesheet href='#style'?>",
            "<image href='data:application/xml,x'/><image href=' DATA:text/css,x'/>",
            "<text aria-label='javascript: url(a)' data-name='url(b.svg)'>x</text>",
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
            (
                "<style>/* url(a.svg) */\nrect { fill: url(a.svg) }</style>",
                "url(a.svg)",
                3,
            ),
            (
                "<style>\na &gt; b { fill: url(a.svg) }</style>",
                "url(a.svg)",
                3,
            ),
            (
                "<rect style=\"fill: url('a.svg'); stroke: red\"/>",
                "url('a.svg')",
                2,
            ),
            ("<rect fill='u\\72l(a.svg)'/>", "u\\72l(a.svg)", 2),
            (
                "<rect fill='&#117;rl(a.svg)'/>",
                "fill='&#117;rl(a.svg)'",
                2,
            ),
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
