//! The same plugin has the same zip, wherever and whenever it is packed.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use stratos_tests::{CommandOutput, cargo_stratos, tiny_program};

use crate::pack::dist::{Plugin, other_platform};

#[test]
fn the_zip_does_not_depend_on_folder_time_zone_locale_umask_and_times() {
    let (one, other) = (plugin(), plugin());
    change_metadata(&other.path().join("dist"));
    let packed = pack_as(&one, "UTC", "C", "022");
    assert_eq!(packed.code, Some(0), "{packed:?}");
    let packed = pack_as(&other, "Pacific/Kiritimati", "tr_TR.UTF-8", "077");
    assert_eq!(packed.code, Some(0), "{packed:?}");
    assert!(one.zip() == other.zip(), "the zips differ");
    let again = one.pack(&["--no-build"]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert!(one.zip() == other.zip(), "the zip changes with time");
}

fn plugin() -> Plugin {
    let plugin = Plugin::new();
    plugin.write("dist/background/index.js", "export default {};\n");
    let platform = other_platform();
    plugin.write_program(platform, &tiny_program(&platform.to_string()));
    plugin.write("dist/assets/größe.txt", "text\n".repeat(1000));
    plugin.write("dist/assets/Z.txt", "");
    plugin.write("dist/assets/a.txt", "a");
    plugin
}

/// Gives all files another time, and other permissions.
fn change_metadata(folder: &Path) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            change_metadata(&path);
            continue;
        }
        let file = File::options().write(true).open(&path).expect("a file");
        let day = Duration::from_secs(24 * 3600);
        file.set_modified(SystemTime::UNIX_EPOCH + 5000 * day)
            .expect("a time");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).expect("a mode");
        }
    }
}

fn pack_as(plugin: &Plugin, time_zone: &str, locale: &str, umask: &str) -> CommandOutput {
    let mut command = match cfg!(unix) {
        true => {
            let mut shell = Command::new("sh");
            let line = format!("umask {umask}; exec \"$0\" \"$@\"");
            shell.args(["-c", &line]).arg(cargo_stratos());
            shell
        }
        false => Command::new(cargo_stratos()),
    };
    let output = command
        .args(["pack", "--no-build"])
        .current_dir(plugin.path())
        .env("TZ", time_zone)
        .env("LC_ALL", locale)
        .env("NO_COLOR", "1")
        .output()
        .expect("cargo-stratos runs");
    CommandOutput {
        code: output.status.code(),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
