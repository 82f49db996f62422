//! Sizes above which a bundle is refused.
//!
//! The platform's own limits are not known. These are far above published plugins, and low enough that a bundle is
//! handled in memory and that an archive cannot fill a disk.

/// Most files of a bundle. A UI with thousands of files is a forgotten `node_modules`.
pub const MAX_FILES: usize = 10_000;
/// Most bytes of all files together: six programs of up to 40 MiB each, or one forgotten debug build.
pub const MAX_UNPACKED_BYTES: u64 = 256 * 1024 * 1024;
/// Most bytes of the zip, which every pilot downloads at every update.
pub const MAX_ZIP_BYTES: u64 = 100 * 1024 * 1024;
/// Longest path of a file in a bundle, in UTF-16 code units.
///
/// Windows opens paths of up to 259 units unless a program asks for more, which unzip libraries may not do. The plugin's
/// folder `C:\Users\<user>\AppData\Roaming\<app>\plugins\<id>\` gets the other 109: assumed are a user of 20 units,
/// which is Windows' limit for local users, an app's name of up to 20, and an id of up to 33.
pub const MAX_PATH_UNITS: usize = 150;
/// Longest name of a file or folder, in bytes of UTF-8, as on Linux.
pub const MAX_NAME_BYTES: usize = 255;
