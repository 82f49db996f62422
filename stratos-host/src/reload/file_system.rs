//! File systems that do not report all changes.

use std::path::Path;

/// Kind of the file system of a folder, if other computers, or the other side of a virtual machine, can change files
/// without an event on this side. `None` where the kind is not known.
#[cfg(target_os = "linux")]
pub(super) fn remote_kind(folder: &Path) -> Option<&'static str> {
    // The type differs between processors; the numbers have 32 bits.
    remote_kind_of(rustix::fs::statfs(folder).ok()?.f_type as u32)
}

/// The kind by the number in `statfs`, from `linux/magic.h` and the sources of the file systems.
#[cfg(target_os = "linux")]
const fn remote_kind_of(magic: u32) -> Option<&'static str> {
    Some(match magic {
        0x6969 => "NFS",
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => "SMB",
        0x0102_1997 => "9p, as WSL has it",
        0x6573_5546 => "FUSE",
        0x5346_4846 => "a drive of Windows in WSL 1",
        0x786f_4256 => "a shared folder of VirtualBox",
        0x00c3_6400 => "Ceph",
        0x5346_414f => "AFS",
        _ => return None,
    })
}

/// Kind of the file system of a folder, if it is on another computer.
#[cfg(target_vendor = "apple")]
pub(super) fn remote_kind(folder: &Path) -> Option<&'static str> {
    /// `MNT_LOCAL` of `sys/mount.h`.
    const LOCAL: u32 = 0x1000;

    let flags = rustix::fs::statfs(folder).ok()?.f_flags;
    (flags & LOCAL == 0).then_some("a network drive")
}

/// Kind of the file system of a folder, if it is on another computer or in WSL: then its path begins with `\\server`,
/// also that of a drive with a letter.
#[cfg(windows)]
pub(super) fn remote_kind(folder: &Path) -> Option<&'static str> {
    use std::path::{Component, Prefix};

    let folder = folder.canonicalize().ok()?;
    match folder.components().next() {
        Some(Component::Prefix(prefix)) => match prefix.kind() {
            Prefix::UNC(..) | Prefix::VerbatimUNC(..) => Some("a network drive"),
            _ => None,
        },
        _ => None,
    }
}

/// The kinds of file systems are not known on this system.
#[cfg(not(any(target_os = "linux", target_vendor = "apple", windows)))]
pub(super) const fn remote_kind(_folder: &Path) -> Option<&'static str> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn file_systems_of_another_side_are_known() {
        let cifs = 0xff53_4d42;
        for (magic, expected) in [(0x6969, Some("NFS")), (cifs, Some("SMB")), (0xef53, None)] {
            assert_eq!(remote_kind_of(magic), expected, "{magic:x}");
        }
    }
}
