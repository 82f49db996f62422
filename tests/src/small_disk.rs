//! A file system with little room, for tests of full and read-only disks.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::requirement::Requirement;

/// A mounted `tmpfs`, unmounted on drop.
#[derive(Debug)]
pub struct SmallDisk {
    mount_point: PathBuf,
    // Dropped, and so removed, after the file system is unmounted.
    _root: TempDir,
}

impl SmallDisk {
    /// Mounts a file system of this size, or returns `None` with a line that the test is skipped.
    #[must_use]
    pub fn mount(mebibytes: u32) -> Option<Self> {
        let root = tempfile::tempdir().expect("a folder");
        // With a space, as in users' paths.
        let mount_point = root.path().join("small disk");
        fs::create_dir(&mount_point).expect("a folder");
        let size = format!("size={mebibytes}m");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(&mount_point)
            .output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            Requirement::Mount.skip("a small disk needs root and `mount`");
            return None;
        }
        Some(Self {
            mount_point,
            _root: root,
        })
    }

    /// The mount point.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.mount_point
    }

    /// Mounts the file system again with other options, such as `ro`.
    pub fn remount(&self, options: &str) {
        let status = Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(&self.mount_point)
            .status();
        assert!(status.expect("`mount` runs").success());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(&self.mount_point)
            .status();
    }
}
