//! Suggestions for misspelt words.

/// The longest word for which a suggestion is made, in bytes.
const MAX_BYTES: usize = 64;

/// The candidate with the smallest edit distance to `word`, at most a third of the candidate's length.
///
/// Letter case and separators are ignored (`iconLight`, `icon-light`, `icon_light`), and a prefix of a candidate counts
/// as a distance of one (`bool`).
pub fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > MAX_BYTES {
        return None;
    }
    let folded_word = fold(word);
    candidates
        .into_iter()
        .map(|candidate| {
            let folded_candidate = fold(candidate);
            let is_cut_short = folded_word.len() > 2 && folded_candidate.starts_with(&folded_word);
            let distance = match is_cut_short {
                true => 1,
                false => strsim::damerau_levenshtein(&folded_word, &folded_candidate),
            };
            (distance, candidate)
        })
        .filter(|&(distance, candidate)| distance <= (candidate.len() / 3).max(1))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Whether the words are equal without regard to letter case and separators.
pub(crate) fn is_same_word(a: &str, b: &str) -> bool {
    fold(a) == fold(b)
}

/// The letters and digits of a word, in lower case.
fn fold(word: &str) -> String {
    word.chars()
        .filter(|char| char.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misspellings_have_a_suggestion() {
        let known = ["icon_light", "icon_dark", "id", "name", "version"];
        for (word, expected) in [
            ("iconLight", Some("icon_light")),
            ("icon-drak", Some("icon_dark")),
            ("ID", Some("id")),
            ("Verison", Some("version")),
            ("ver", Some("version")),
            ("permissions", None),
            ("", None),
        ] {
            assert_eq!(closest(word, known), expected, "{word}");
        }
        assert_eq!(closest(&"name".repeat(1000), known), None);
    }
}
