//! Limits on an SVG, which keep the XML parser from taking quadratic time or memory.

/// The most attributes of one element.
const MAX_ATTRIBUTES: usize = 1_000;

/// The most namespace declarations in all elements together.
const MAX_NAMESPACES: usize = 1_000;

/// The limit that the SVG exceeds, for messages.
pub(super) fn exceeded_limit(text: &str) -> Option<&'static str> {
    if text.matches("xmlns").count() > MAX_NAMESPACES {
        return Some("it declares more than 1,000 namespaces");
    }
    let mut attributes = 0;
    let mut last = b' ';
    for byte in text.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        match byte {
            // Attribute values cannot contain `<`, so the element has ended.
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
    fn the_attributes_of_each_element_are_limited() {
        let most = " a\n= ''".repeat(MAX_ATTRIBUTES);
        let elements = format!("<a{most}/>").repeat(3);
        assert_eq!(exceeded_limit(&elements), None);
        assert!(exceeded_limit(&format!("<a{most} b=''/>")).is_some());
    }

    #[test]
    fn the_namespaces_of_all_elements_are_limited() {
        let most = "<a xmlns:b='c'/>".repeat(MAX_NAMESPACES);
        assert_eq!(exceeded_limit(&most), None);
        assert!(exceeded_limit(&format!("{most}<a xmlns=''/>")).is_some());
    }
}
