//! Slugs, the format of ids.

/// Whether `text` is a non-empty sequence of lowercase ASCII letters, digits and hyphens.
///
/// The documentation (V2, V3) says "lowercase letters". Only ASCII is accepted, because ids become part of URLs, channel
/// names and folder names.
pub(crate) fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_slug_byte)
}

/// Converts `text` into a slug, with Latin letters instead of those with accents. `None` if it has no letter or digit, or
/// one that would be lost.
pub(crate) fn to_slug(text: &str) -> Option<String> {
    let mut slug = String::with_capacity(text.len());
    for char in text.chars().flat_map(char::to_lowercase) {
        let letters = match char {
            'a'..='z' | '0'..='9' => char.encode_utf8(&mut [0; 4]).to_owned(),
            // Combining accents, which belong to the letter before them.
            '\u{300}'..='\u{36f}' => continue,
            _ if char.is_alphanumeric() => latin_letters(char)?.to_owned(),
            _ => {
                if !slug.is_empty() && !slug.ends_with('-') {
                    slug.push('-');
                }
                continue;
            }
        };
        slug.push_str(&letters);
    }
    let slug = slug.trim_end_matches('-');
    (!slug.is_empty()).then(|| slug.to_owned())
}

/// Transliteration of a lowercase letter to a-z; `None` if there is none.
const fn latin_letters(char: char) -> Option<&'static str> {
    Some(match char {
        'ä' | 'æ' => "ae",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ă' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ė' | 'ę' | 'ě' => "e",
        'ğ' | 'ģ' => "g",
        'ì' | 'í' | 'î' | 'ï' | 'ī' | 'į' | 'ı' => "i",
        'ķ' => "k",
        'ł' | 'ļ' | 'ľ' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ö' | 'œ' => "oe",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' | 'ō' | 'ő' => "o",
        'ř' => "r",
        'ß' => "ss",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ť' | 'ţ' | 'ț' => "t",
        'þ' => "th",
        'ü' => "ue",
        'ù' | 'ú' | 'û' | 'ū' | 'ů' | 'ű' | 'ų' => "u",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

fn is_slug_byte(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_converts_to_a_slug() {
        for (text, expected) in [
            ("My Plugin", Some("my-plugin")),
            ("  fuel__check 2! ", Some("fuel-check-2")),
            ("Größe", Some("groesse")),
            ("É́cole n° 2", Some("ecole-n-2")),
            ("✈ Fuel", Some("fuel")),
            ("日本", None),
            ("日本 fuel", None),
            ("--", None),
        ] {
            let slug = to_slug(text);
            assert_eq!(slug.as_deref(), expected, "{text}");
            assert!(slug.is_none_or(|slug| is_slug(&slug)));
        }
    }

    #[test]
    fn only_lowercase_ascii_is_a_slug() {
        assert!(is_slug("hun-fdm2"));
        for text in ["", "é", "A", "a_b", "a b", "a/b"] {
            assert!(!is_slug(text), "{text}");
        }
    }
}
