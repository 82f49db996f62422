//! Whether an SVG is drawn as very many elements, once each `<use>` has become a copy.

use std::collections::HashMap;

use roxmltree::{Document, Node};

/// More copied elements than any icon has.
const MAX_COPIES: u64 = 10_000;

/// Whether copies add far too many elements.
///
/// Ten copies of ten copies of ... are a small file and take a renderer hours. Nothing is copied here: each pass
/// counts one level of copies more, and a loop of copies, which renderers refuse, ends with the passes.
pub(super) fn explodes(document: &Document<'_>) -> bool {
    const PASSES: usize = 16;
    let nodes: Vec<Node<'_, '_>> = document.descendants().collect();
    let place = |node: Node<'_, '_>| node.id().get_usize();
    let mut by_id = HashMap::new();
    let mut uses = Vec::new();
    for node in &nodes {
        if let Some(id) = node.attribute("id") {
            by_id.entry(id).or_insert(place(*node));
        }
    }
    for node in &nodes {
        let target = (node.tag_name().name() == "use").then(|| {
            let href = node
                .attributes()
                .find(|attribute| attribute.name() == "href")?;
            by_id.get(href.value().trim().strip_prefix('#')?).copied()
        });
        if let Some(target) = target.flatten() {
            uses.push((place(*node), target));
        }
    }
    let mut copied = HashMap::new();
    for _ in 0..PASSES {
        if uses.is_empty() {
            break;
        }
        // Nodes are numbered in the order of the file, so that each comes before what it holds.
        let mut weights = vec![0_u64; nodes.len()];
        for node in nodes.iter().rev() {
            let own = u64::from(node.is_element());
            let at = place(*node);
            let weight = weights[at]
                .saturating_add(own)
                .saturating_add(copied.get(&at).copied().unwrap_or(0));
            weights[at] = weight;
            if let Some(parent) = node.parent() {
                let parent = &mut weights[place(parent)];
                *parent = parent.saturating_add(weight);
            }
        }
        let before = copied.clone();
        for (from, target) in &uses {
            copied.insert(*from, weights[*target]);
        }
        let total = copied
            .values()
            .fold(0_u64, |sum, weight| sum.saturating_add(*weight));
        if total > MAX_COPIES {
            return true;
        }
        if copied == before {
            break;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explode(content: &str) -> bool {
        let text = format!("<svg xmlns:xlink='http://www.w3.org/1999/xlink'>{content}</svg>");
        explodes(&Document::parse(&text).unwrap())
    }

    #[test]
    fn laughs_are_counted_and_not_told() {
        let mut laughs = String::from("<g id='a0'><rect/></g>");
        for level in 1..12 {
            let uses = format!("<use xlink:href='#a{}'/>", level - 1).repeat(10);
            laughs = format!("{laughs}<g id='a{level}'>{uses}</g>");
        }
        assert!(explode(&laughs));
        let backwards: String = {
            let mut groups: Vec<_> = laughs.split_inclusive("</g>").collect();
            groups.reverse();
            groups.concat()
        };
        assert!(explode(&backwards));
    }

    #[test]
    fn honest_copies_and_loops_are_nothing() {
        let grid = "<g id='a'><rect/><rect/></g>".to_owned() + &"<use href='#a'/>".repeat(100);
        assert!(!explode(&grid));
        assert!(!explode("<g id='a'><use href='#a'/></g>"));
        assert!(!explode(
            "<g id='a'><use href='#b'/></g><g id='b'><use href='#a'/></g>"
        ));
        assert!(!explode(
            "<use href='other.svg#a'/><use/><use href='#nothing'/>"
        ));
    }
}
