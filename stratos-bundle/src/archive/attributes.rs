//! Kind of a file by its attributes: the mode of Unix, and the attributes of Windows.

/// Type of a file in its mode.
const TYPE_MASK: u32 = 0o170_000;
const TYPE_UNKNOWN: u32 = 0;
const TYPE_FILE: u32 = 0o100_000;
const TYPE_FOLDER: u32 = 0o040_000;
const TYPE_LINK: u32 = 0o120_000;
/// The bits setuid, setgid and sticky of a mode.
const SPECIAL_BITS: u32 = 0o7000;

const DOS_LABEL: u32 = 0x08;
const DOS_FOLDER: u32 = 0x10;
/// A link or another file with contents that a driver of Windows gives.
const WINDOWS_REPARSE_POINT: u32 = 0x400;

/// Reason to refuse the attributes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum AttributesError {
    /// The file is a symbolic link or a reparse point.
    Link,
    /// The file is a device, a pipe, a socket or the label of a disk.
    Special,
    /// The attributes make it a folder, and the name a file, or the other way round.
    Contradiction,
    /// The file would run with the rights of its owner or group.
    SpecialBits,
}

/// Checks the external attributes of a file, or of a folder, whose name ends with `/`.
///
/// Libraries read the mode also where the header says that another system than Unix wrote it.
pub(super) fn check_attributes(attributes: u32, is_folder: bool) -> Result<(), AttributesError> {
    if attributes & WINDOWS_REPARSE_POINT != 0 {
        return Err(AttributesError::Link);
    }
    if attributes & DOS_LABEL != 0 {
        return Err(AttributesError::Special);
    }
    // Folders of shared disks often have setgid, and no folder is unpacked with its mode.
    if !is_folder && (attributes >> 16) & SPECIAL_BITS != 0 {
        return Err(AttributesError::SpecialBits);
    }
    let is_folder_of_dos = attributes & DOS_FOLDER != 0;
    match (attributes >> 16) & TYPE_MASK {
        TYPE_LINK => Err(AttributesError::Link),
        TYPE_FOLDER if is_folder => Ok(()),
        TYPE_FILE if !is_folder && !is_folder_of_dos => Ok(()),
        TYPE_UNKNOWN if is_folder || !is_folder_of_dos => Ok(()),
        TYPE_FOLDER | TYPE_FILE | TYPE_UNKNOWN => Err(AttributesError::Contradiction),
        _ => Err(AttributesError::Special),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_and_folders_are_accepted() {
        use AttributesError::{Contradiction, Link, Special, SpecialBits};
        for (mode, attributes, is_folder, expected) in [
            (0, 0, false, Ok(())),
            (0, 0x20, false, Ok(())),
            (0o644, 0, false, Ok(())),
            (0o100_755, 0x20, false, Ok(())),
            (0o100_644, 0x8020, false, Ok(())),
            (0, 0x10, true, Ok(())),
            (0, 0, true, Ok(())),
            (0o040_755, 0x10, true, Ok(())),
            (0o040_755, 0, true, Ok(())),
            (0o040_755, 0, false, Err(Contradiction)),
            (0, 0x10, false, Err(Contradiction)),
            (0o100_644, 0x10, false, Err(Contradiction)),
            (0o100_644, 0, true, Err(Contradiction)),
            (0o120_777, 0, false, Err(Link)),
            (0o120_777, 0x10, true, Err(Link)),
            (0, 0x400, false, Err(Link)),
            (0, 0x410, true, Err(Link)),
            (0, 0x08, false, Err(Special)),
            (0o020_644, 0, false, Err(Special)),
            (0o060_644, 0, false, Err(Special)),
            (0o010_644, 0, false, Err(Special)),
            (0o140_644, 0, false, Err(Special)),
            (0o030_644, 0, false, Err(Special)),
            (0o104_755, 0, false, Err(SpecialBits)),
            (0o102_755, 0, false, Err(SpecialBits)),
            (0o1644, 0, false, Err(SpecialBits)),
            (0o042_755, 0x10, true, Ok(())),
        ] {
            let found = check_attributes(mode << 16 | attributes, is_folder);
            assert_eq!(found, expected, "{mode:o} {attributes:x} {is_folder}");
        }
    }
}
