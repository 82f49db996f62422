//! Classification of the URLs in an SVG.

/// The length of a normalized URL, in characters; enough to tell every prefix below.
const MAX_CHARS: usize = 40;

const EMBEDDED_IMAGES: [&str; 3] = ["data:image/png", "data:image/jpeg", "data:image/jpg"];

const SCRIPTS: [&str; 3] = ["javascript:", "vbscript:", "data:text/html"];

/// Whether the URL is a fragment of the same file, or an embedded PNG or JPEG.
pub(super) fn is_local(url: &str) -> bool {
    let url = normalized(url);
    let is_image = EMBEDDED_IMAGES
        .iter()
        .filter_map(|prefix| url.strip_prefix(prefix))
        .any(|rest| rest.starts_with([';', ',']));
    url.is_empty() || url.starts_with('#') || is_image
}

/// Whether a browser that follows the URL would run code.
pub(super) fn is_script(url: &str) -> bool {
    let url = normalized(url);
    SCRIPTS.iter().any(|prefix| url.starts_with(prefix))
}

/// The start of a URL as browsers read it: without line breaks and surrounding spaces, in lower case.
fn normalized(url: &str) -> String {
    url.chars()
        .filter(|char| !matches!(char, '\t' | '\r' | '\n'))
        .collect::<String>()
        .trim_matches(|char: char| char <= ' ')
        .chars()
        .take(MAX_CHARS)
        .collect::<String>()
        .to_ascii_lowercase()
}
