//! The number of elements that an SVG has after the expansion of its `<use>` elements.

use std::collections::HashMap;

use roxmltree::{Document, Node};

/// The most elements that all `<use>` elements may expand to.
const MAX_EXPANDED: u64 = 10_000;

/// The levels of nested `<use>` elements that are counted; cyclic references, which renderers reject, end here.
const MAX_LEVELS: usize = 16;

/// Whether the `<use>` elements expand to more than [`MAX_EXPANDED`] elements.
///
/// With nested `<use>` elements, the number of elements is exponential in the size of the file, and a renderer can
/// take hours. The elements are counted here without expanding them, one level of nesting after another.
pub(super) fn explodes(document: &Document<'_>) -> bool {
    let nodes: Vec<Node<'_, '_>> = document.descendants().collect();
    let uses = use_targets(&nodes);
    let mut expanded: HashMap<usize, u64> = HashMap::new();
    for _ in 0..MAX_LEVELS {
        if uses.is_empty() {
            break;
        }
        let counts = element_counts(&nodes, &expanded);
        let next: HashMap<_, _> = uses
            .iter()
            .map(|(node, target)| (*node, counts[*target]))
            .collect();
        let total = next
            .values()
            .fold(0_u64, |sum, count| sum.saturating_add(*count));
        if total > MAX_EXPANDED {
            return true;
        }
        if next == expanded {
            break;
        }
        expanded = next;
    }
    false
}

/// The index of each `<use>` element with the index of its target.
fn use_targets(nodes: &[Node<'_, '_>]) -> Vec<(usize, usize)> {
    let mut by_id = HashMap::new();
    for node in nodes {
        if let Some(id) = node.attribute("id") {
            by_id.entry(id).or_insert(index(*node));
        }
    }
    let uses = nodes
        .iter()
        .filter(|node| node.tag_name().name() == "use")
        .filter_map(|node| {
            let mut attributes = node.attributes();
            let href = attributes.find(|attribute| attribute.name() == "href")?;
            let target = by_id.get(href.value().trim().strip_prefix('#')?)?;
            Some((index(*node), *target))
        });
    uses.collect()
}

/// The number of elements in each node, of which `expanded` have additional ones.
fn element_counts(nodes: &[Node<'_, '_>], expanded: &HashMap<usize, u64>) -> Vec<u64> {
    let mut counts = vec![0_u64; nodes.len()];
    // Nodes are numbered in preorder, so children come after their parent.
    for node in nodes.iter().rev() {
        let at = index(*node);
        let own = u64::from(node.is_element());
        let added = expanded.get(&at).copied().unwrap_or(0);
        counts[at] = counts[at].saturating_add(own).saturating_add(added);
        if let Some(parent) = node.parent() {
            let parent = index(parent);
            counts[parent] = counts[parent].saturating_add(counts[at]);
        }
    }
    counts
}

fn index(node: Node<'_, '_>) -> usize {
    node.id().get_usize()
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
