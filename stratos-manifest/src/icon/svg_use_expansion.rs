//! The number of elements that an SVG has after the expansion of its `<use>` elements.

use std::collections::HashMap;

use roxmltree::{Document, Node};

/// The most elements that all `<use>` elements may expand to.
const MAX_EXPANDED: usize = 10_000;

/// The levels of nested `<use>` elements that are counted; cyclic references, which renderers reject, end here.
const MAX_LEVELS: usize = 16;

/// The elements of an SVG by their `id`; the first one of several.
type ById<'d, 'i> = HashMap<&'d str, Node<'d, 'i>>;

/// Whether the `<use>` elements expand to more than [`MAX_EXPANDED`] elements.
///
/// With nested `<use>` elements, the number of elements is exponential in the size of the file, and a renderer can
/// take hours. The count ends at the limit.
pub(super) fn explodes(document: &Document<'_>) -> bool {
    let mut by_id = ById::new();
    for node in document.descendants() {
        if let Some(id) = node.attribute("id") {
            by_id.entry(id).or_insert(node);
        }
    }
    let mut count = 0;
    let targets = document
        .descendants()
        .filter_map(|node| use_target(node, &by_id));
    targets.for_each(|target| count_expanded(target, &by_id, 1, &mut count));
    count > MAX_EXPANDED
}

/// Adds the elements of an expanded `target` to `count`, up to the limit.
fn count_expanded(target: Node<'_, '_>, by_id: &ById<'_, '_>, level: usize, count: &mut usize) {
    for node in target.descendants().filter(Node::is_element) {
        if *count > MAX_EXPANDED {
            return;
        }
        *count += 1;
        if level < MAX_LEVELS
            && let Some(target) = use_target(node, by_id)
        {
            count_expanded(target, by_id, level + 1, count);
        }
    }
}

/// The target of a `<use>` element.
fn use_target<'d, 'i>(node: Node<'d, 'i>, by_id: &ById<'d, 'i>) -> Option<Node<'d, 'i>> {
    if node.tag_name().name() != "use" {
        return None;
    }
    let mut attributes = node.attributes();
    let href = attributes.find(|attribute| attribute.name() == "href")?;
    by_id.get(href.value().trim().strip_prefix('#')?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(content: &str) -> bool {
        let text = format!("<svg xmlns:xlink='http://www.w3.org/1999/xlink'>{content}</svg>");
        explodes(&Document::parse(&text).unwrap())
    }

    #[test]
    fn nested_use_elements_are_counted_without_expansion() {
        let mut laughs = String::from("<g id='a0'><rect/></g>");
        for level in 1..12 {
            let uses = format!("<use xlink:href='#a{}'/>", level - 1).repeat(10);
            laughs = format!("{laughs}<g id='a{level}'>{uses}</g>");
        }
        assert!(check(&laughs));
        let backwards: String = {
            let mut groups: Vec<_> = laughs.split_inclusive("</g>").collect();
            groups.reverse();
            groups.concat()
        };
        assert!(check(&backwards));
    }

    #[test]
    fn a_few_copies_and_cyclic_references_are_accepted() {
        let grid = "<g id='a'><rect/><rect/></g>".to_owned() + &"<use href='#a'/>".repeat(100);
        assert!(!check(&grid));
        assert!(!check("<g id='a'><use href='#a'/></g>"));
        assert!(!check(
            "<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>"
        ));
        assert!(!check(
            "<use href='other.svg#a'/><use/><use href='#nothing'/>"
        ));
    }
}
