//! Files that macOS and Windows add to folders and archives.

use crate::bundle::Bundle;
use crate::problem::Problem;

/// Names of files and folders that the systems create.
const SYSTEM_NAMES: [&str; 4] = ["__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"];

/// A warning about the files of a finished zip that a system added. `cargo stratos pack` leaves such files out.
///
/// ```
/// use stratos_bundle::{Bundle, leftover_problems};
///
/// let mut bundle = Bundle::default();
/// bundle.files.insert("__MACOSX/._plugin.json".to_owned(), Vec::new());
/// assert_eq!(leftover_problems(&bundle)[0].name, "system-file");
/// ```
#[must_use]
pub fn leftover_problems(bundle: &Bundle) -> Vec<Problem> {
    let mut leftovers = bundle.files.keys().filter(|path| is_leftover(path));
    let Some(first) = leftovers.next() else {
        return Vec::new();
    };
    let message = match leftovers.count() {
        0 => format!("`{first}` was added by the system, and is not part of the plugin"),
        others => format!(
            "`{first}` and {others} more files were added by the system, and are not part of the plugin"
        ),
    };
    let help = "remove them with `zip --delete bundle.zip '__MACOSX/*' '*.DS_Store'`, or write the zip with `cargo \
                stratos pack`";
    vec![
        Problem::error("system-file", first, message)
            .warning()
            .help(help),
    ]
}

fn is_leftover(path: &str) -> bool {
    path.split('/').any(|name| SYSTEM_NAMES.contains(&name))
}
