//! Paths in a bundle, relative to its root, with `/` as the separator.
//!
//! `plugin.json`, `ui/index.js`, `background/index.js` and `assets/` are the platform's (V2, V3); the place of the
//! programs is ours.

use crate::platform::Platform;

/// The background module, which the shell loads.
pub const ENTRY: &str = "background/index.js";
/// Makes Node before version 20.19 load [`ENTRY`] as an ES module.
pub const ENTRY_PACKAGE_JSON: &str = "background/package.json";
/// Folder with a folder of programs for each platform.
pub const PROGRAMS: &str = "background/bin";
/// The UI, an ES module.
pub const UI: &str = "ui/index.js";
/// Folder of the UI.
pub const UI_FOLDER: &str = "ui";
/// Folder of icons and other files.
pub const ASSETS_FOLDER: &str = "assets";
/// Name of the zip, as published plugins call it.
pub const ZIP_NAME: &str = "bundle.zip";

/// Marks a folder that `cargo stratos build` has written, and which it may replace. Not a part of the bundle.
pub const DIST_MARKER: &str = ".stratos-dist";

/// Path of a plugin's program for a platform: `background/bin/win32-x64/my-plugin.exe`.
///
/// ```
/// use stratos_bundle::layout::program;
///
/// assert_eq!(program("win32-x64".parse()?, "my-plugin"), "background/bin/win32-x64/my-plugin.exe");
/// assert_eq!(program("darwin-arm64".parse()?, "my-plugin"), "background/bin/darwin-arm64/my-plugin");
/// # Ok::<(), stratos_bundle::ParsePlatformError>(())
/// ```
#[must_use]
pub fn program(platform: Platform, plugin_id: &str) -> String {
    let extension = platform.system.program_extension();
    format!("{PROGRAMS}/{platform}/{plugin_id}{extension}")
}

/// Whether the path in a bundle is in the folder of programs.
#[must_use]
pub fn is_program(path: &str) -> bool {
    let rest = path.strip_prefix(PROGRAMS);
    rest.is_some_and(|rest| rest.starts_with('/'))
}
