//! "Did you mean": the nearest of a few known words.

/// Words longer than this are not misspellings of anything that a manifest knows.
const MAX_BYTES: usize = 64;

/// The candidate that `word` is most likely a misspelling of, if any is near enough.
///
/// Letter case and the way words are joined (`iconLight`, `icon-light`, `icon_light`) count for nothing, since
/// that is what people remember least. Each third letter may be wrong, and a word may be cut short (`bool`).
pub fn closest<'c>(word: &str, candidates: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    if word.len() > MAX_BYTES {
        return None;
    }
    let plain_word = plain(word);
    candidates
        .into_iter()
        .map(|candidate| {
            let plain_candidate = plain(candidate);
            let is_cut_short = plain_word.len() > 2 && plain_candidate.starts_with(&plain_word);
            let distance = match is_cut_short {
                true => 1,
                false => strsim::damerau_levenshtein(&plain_word, &plain_candidate),
            };
            (distance, candidate)
        })
        .filter(|&(distance, candidate)| distance <= (candidate.len() / 3).max(1))
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, candidate)| candidate)
}

/// Whether the words differ in letter case and in the way they are joined only.
pub(crate) fn is_same_word(a: &str, b: &str) -> bool {
    plain(a) == plain(b)
}

fn plain(word: &str) -> String {
    word.chars()
        .filter(|char| char.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_misspelt_word_only() {
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
