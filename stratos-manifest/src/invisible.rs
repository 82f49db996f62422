//! Detection of invisible characters, and of those that change the display of others.

use std::ops::RangeInclusive;

/// The kind of an invisible character.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvisibleKind {
    /// A character without a glyph, such as a zero-width space.
    Blank,
    /// A bidirectional control, which changes the order in which other characters are displayed.
    BidiControl,
    /// A control character.
    Control,
    /// A tag character, the invisible copy of an ASCII character.
    Tag,
}

impl InvisibleKind {
    /// The predicate of a sentence about `count` such characters.
    pub(crate) const fn predicate(self, count: usize) -> &'static str {
        match (self, count) {
            (Self::Blank, 1) => "does not show",
            (Self::Blank, _) => "do not show",
            (Self::BidiControl, 1) => "changes the direction of the text around it",
            (Self::BidiControl, _) => "change the direction of the text around them",
            (Self::Control, 1) => "is a control character",
            (Self::Control, _) => "are control characters",
            (Self::Tag, 1) => "is a hidden copy of another character",
            (Self::Tag, _) => "are hidden copies of other characters",
        }
    }
}

/// Scripts from right to left: Hebrew, Arabic and related ones.
const RIGHT_TO_LEFT: &[RangeInclusive<char>] = &[
    '\u{590}'..='\u{61b}',
    '\u{61d}'..='\u{8ff}',
    '\u{fb1d}'..='\u{fdff}',
    '\u{fe70}'..='\u{fefc}',
    '\u{10800}'..='\u{10fff}',
    '\u{1e800}'..='\u{1efff}',
];

/// Scripts that join letters: Arabic and related ones, those of South and South-East Asia, and Mongolian.
const JOINED: &[RangeInclusive<char>] = &[
    '\u{600}'..='\u{109f}',
    '\u{1780}'..='\u{18af}',
    '\u{1900}'..='\u{1cff}',
    '\u{a800}'..='\u{abff}',
    '\u{fb50}'..='\u{fdff}',
    '\u{fe70}'..='\u{fefc}',
    '\u{10a00}'..='\u{11fff}',
    '\u{1e900}'..='\u{1e95f}',
];

/// Scripts without spaces between words: Thai, Lao, Tibetan, Myanmar, Khmer and related ones.
const WITHOUT_SPACES: &[RangeInclusive<char>] = &[
    '\u{e00}'..='\u{109f}',
    '\u{1780}'..='\u{17ff}',
    '\u{1950}'..='\u{19ff}',
    '\u{1a20}'..='\u{1aaf}',
];

/// Emoji, arrows and symbols.
const EMOJI: &[RangeInclusive<char>] = &['\u{2190}'..='\u{2bff}', '\u{1f000}'..='\u{1faff}'];

/// The leading consonants of decomposed Korean syllables.
const KOREAN_START: &[RangeInclusive<char>] = &['\u{1100}'..='\u{115e}'];

/// The vowels and trailing consonants of decomposed Korean syllables.
const KOREAN_REST: &[RangeInclusive<char>] = &['\u{1161}'..='\u{11ff}'];

/// The Braille patterns with at least one dot.
const BRAILLE: &[RangeInclusive<char>] = &['\u{2801}'..='\u{28ff}'];

const BLACK_FLAG: char = '\u{1f3f4}';

/// The most tag characters after a black flag; the flags of England, Scotland and Wales have six.
const MAX_FLAG_TAGS: usize = 6;

/// The invisible characters of `text` that its script does not need, with their byte offsets.
///
/// Needed are: joiners between emoji and in scripts that join letters, zero-width spaces in scripts without spaces,
/// directional marks in text from right to left, fillers of Korean syllables and Braille cells, and one variation
/// selector after a character. White space is not reported.
pub(crate) fn invisible_characters(text: &str) -> Vec<(usize, char, InvisibleKind)> {
    let is_right_to_left = text.chars().any(|char| is_in(RIGHT_TO_LEFT, char));
    let mut found = Vec::new();
    let mut before = None;
    let mut can_vary = false;
    let mut flag_tags = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        if is_variation_selector(char) {
            if !can_vary {
                found.push((at, char, InvisibleKind::Blank));
            }
            can_vary = false;
            continue;
        }
        let Some(kind) = kind(char) else {
            flag_tags = if char == BLACK_FLAG { MAX_FLAG_TAGS } else { 0 };
            before = Some(char);
            can_vary = !char.is_whitespace();
            continue;
        };
        can_vary = false;
        let after = chars.peek().map(|&(_, after)| after);
        let is_needed = match char {
            '\u{200e}' | '\u{200f}' | '\u{61c}' => is_right_to_left,
            '\u{200b}' => before.is_some_and(|before| is_in(WITHOUT_SPACES, before)),
            '\u{200c}' | '\u{180e}' => before.is_some_and(|before| is_in(JOINED, before)),
            '\u{200d}' => before.is_some_and(|before| {
                is_in(JOINED, before)
                    || (is_in(EMOJI, before) && after.is_some_and(|after| is_in(EMOJI, after)))
            }),
            '\u{115f}' => after.is_some_and(|after| is_in(KOREAN_REST, after)),
            '\u{1160}' => before.is_some_and(|before| is_in(KOREAN_START, before)),
            '\u{2800}' => before.is_some_and(|before| is_in(BRAILLE, before)),
            _ => flag_tags > 0 && kind == InvisibleKind::Tag,
        };
        flag_tags = flag_tags.saturating_sub(1);
        if !is_needed {
            found.push((at, char, kind));
        }
    }
    found
}

/// Whether a character does not show, controls a terminal, breaks a line, or changes the direction of the text around it.
///
/// Spaces and the variation selectors of emoji are not among them. Some languages need some of these characters.
///
/// ```
/// use stratos_manifest::is_invisible;
///
/// assert!("\u{200b}\u{ad}\u{202e}\n".chars().all(is_invisible));
/// assert!(!"ä 日 ✈\u{fe0f}".chars().any(is_invisible));
/// ```
#[must_use]
pub fn is_invisible(char: char) -> bool {
    // Line separators; and the rest of the block of tags, with variation selectors that can encode hidden text.
    let is_other = matches!(char, '\u{2028}' | '\u{2029}' | '\u{e0080}'..='\u{e01ef}');
    char.is_control() || is_other || kind(char).is_some()
}

fn kind(char: char) -> Option<InvisibleKind> {
    match char {
        '\t' | '\n' | '\r' => None,
        _ if char.is_control() => Some(InvisibleKind::Control),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            Some(InvisibleKind::BidiControl)
        }
        '\u{ad}'
        | '\u{34f}'
        | '\u{115f}'
        | '\u{1160}'
        | '\u{17b4}'
        | '\u{17b5}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200d}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{2800}'
        | '\u{3164}'
        | '\u{feff}'
        | '\u{ffa0}'
        | '\u{fff9}'..='\u{fffb}' => Some(InvisibleKind::Blank),
        '\u{e0000}'..='\u{e007f}' => Some(InvisibleKind::Tag),
        _ => None,
    }
}

fn is_variation_selector(char: char) -> bool {
    matches!(char, '\u{180b}'..='\u{180d}' | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn is_in(ranges: &[RangeInclusive<char>], char: char) -> bool {
    ranges.iter().any(|range| range.contains(&char))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn needed_characters_are_not_reported() {
        for text in [
            "Fuel check — größer, 日本語\tand\nmore",
            "👨\u{200d}✈\u{fe0f} pilots, 🏳\u{fe0f}\u{200d}🌈",
            "👩🏽\u{200d}🚀",
            "🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
            "می\u{200c}خواهم",
            "क्\u{200d}ष",
            "ភាសា\u{200b}ខ្មែរ",
            "שלום \u{200f}(A320)\u{200e}",
            "葛\u{e0100}",
            "✈\u{fe0e} 1\u{fe0f}\u{20e3} ᠠ\u{180b}",
            "\u{115f}\u{1161} \u{1100}\u{1160}",
            "⠓⠑\u{2800}⠽⠕",
        ] {
            assert_eq!(invisible_characters(text), [], "{text:?}");
        }
    }

    #[test]
    fn needless_invisible_characters_are_reported() {
        use InvisibleKind::*;
        for (text, expected) in [
            ("a\u{200b}b", vec![('\u{200b}', Blank)]),
            ("a\u{200d}b", vec![('\u{200d}', Blank)]),
            ("👨\u{200d}b", vec![('\u{200d}', Blank)]),
            ("a\u{200c}b", vec![('\u{200c}', Blank)]),
            (
                "a\u{ad}b\u{feff}",
                vec![('\u{ad}', Blank), ('\u{feff}', Blank)],
            ),
            ("a\u{34f}b", vec![('\u{34f}', Blank)]),
            (
                "a\u{115f}\u{1160}b",
                vec![('\u{115f}', Blank), ('\u{1160}', Blank)],
            ),
            ("a\u{2800}", vec![('\u{2800}', Blank)]),
            (
                "\u{fe0f}a \u{fe0e}",
                vec![('\u{fe0f}', Blank), ('\u{fe0e}', Blank)],
            ),
            (
                "a\u{e0100}\u{e0101}\u{200b}\u{fe00}",
                vec![
                    ('\u{e0101}', Blank),
                    ('\u{200b}', Blank),
                    ('\u{fe00}', Blank),
                ],
            ),
            ("a\u{200e}", vec![('\u{200e}', BidiControl)]),
            ("a\u{61c}", vec![('\u{61c}', BidiControl)]),
            ("שלום\u{202e}", vec![('\u{202e}', BidiControl)]),
            (
                "\u{2066}a\u{2069}",
                vec![('\u{2066}', BidiControl), ('\u{2069}', BidiControl)],
            ),
            (
                "a\u{7}\u{9b}",
                vec![('\u{7}', Control), ('\u{9b}', Control)],
            ),
            ("a\u{e0041}", vec![('\u{e0041}', Tag)]),
            ("🏴a\u{e0041}", vec![('\u{e0041}', Tag)]),
        ] {
            let found: Vec<_> = invisible_characters(text)
                .into_iter()
                .map(|(at, char, kind)| {
                    assert!(text[at..].starts_with(char));
                    (char, kind)
                })
                .collect();
            assert_eq!(found, expected, "{text:?}");
        }
        let hidden_text = format!("🏴{}", "\u{e0041}".repeat(9));
        assert_eq!(invisible_characters(&hidden_text).len(), 3);
    }
}
