//! Reading a file that people write.

use crate::facts::folder::PluginFolder;

/// No file that people write is larger.
const MAX_BYTES: u64 = 1024 * 1024;

/// The file's bytes, unless it is missing, no regular file, too large, or a link that leads out of the folder.
pub(super) fn read(folder: &mut PluginFolder, path: &str) -> Option<Vec<u8>> {
    let (bytes, _) = folder.read(path, MAX_BYTES + 1).ok()?;
    (bytes.len() as u64 <= MAX_BYTES).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn only_files_of_a_bounded_size_are_read() {
        let dir = tempfile::tempdir().unwrap();
        let read = |path| read(&mut PluginFolder::new(dir.path()), path);
        assert_eq!(read("file"), None);
        assert_eq!(read(""), None);
        for (len, expected) in [(MAX_BYTES, true), (MAX_BYTES + 1, false)] {
            let file = File::create(dir.path().join("file")).unwrap();
            file.set_len(len).unwrap();
            assert_eq!(read("file").is_some(), expected, "{len}");
        }
    }
}
