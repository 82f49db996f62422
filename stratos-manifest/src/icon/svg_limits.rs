//! What an SVG may not have too much of, since the XML parser takes time or memory by the square of it.

/// More attributes of one element than any SVG has.
const MAX_ATTRIBUTES: usize = 1_000;

/// More namespaces than any SVG declares, in all its elements.
const MAX_NAMESPACES: usize = 1_000;

/// What there is too much of.
pub(super) fn excess(text: &str) -> Option<&'static str> {
    if text.matches("xmlns").count() > MAX_NAMESPACES {
        return Some("it declares more than 1,000 namespaces");
    }
    let mut attributes = 0;
    let mut last = b' ';
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        match byte {
            // No value has it: this is the next element at the earliest.
            b'<' => attributes = 0,
            b'"' | b'\'' if last == b'=' => attributes += 1,
            _ => {}
        }
        if attributes > MAX_ATTRIBUTES {
            return Some("an element has more than 1,000 attributes");
        }
        last = byte;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_of_one_element_are_counted() {
        let most = " a\n= ''".repeat(MAX_ATTRIBUTES);
        let elements = format!("<a{most}/>").repeat(3);
        assert_eq!(excess(&elements), None);
        assert!(excess(&format!("<a{most} b=''/>")).is_some());
    }

    #[test]
    fn namespaces_of_all_elements_are_counted() {
        let most = "<a xmlns:b='c'/>".repeat(MAX_NAMESPACES);
        assert_eq!(excess(&most), None);
        assert!(excess(&format!("{most}<a xmlns=''/>")).is_some());
    }
}
