//! Processes as `/proc` shows them. The results are empty on systems other than Linux.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};

/// A number in `/proc/PID/status`, such as `VmHWM` in KiB or `Threads`.
#[must_use]
pub fn process_status(pid: u32, field: &str) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let fields = status.lines().filter_map(|line| line.split_once(':'));
    let (_, value) = fields.into_iter().find(|(name, _)| *name == field)?;
    value.split_whitespace().next()?.parse().ok()
}

/// Ids and command lines of the processes that have this variable in their environment.
#[must_use]
pub fn processes_with_env(name: &str, value: &str) -> Vec<(u32, String)> {
    let variable = format!("{name}={value}").into_bytes();
    let processes = processes().filter(|process| {
        let environment = fs::read(process.path().join("environ")).unwrap_or_default();
        environment
            .split(|byte| *byte == 0)
            .any(|it| it == variable)
    });
    let lines = processes.filter_map(|process| {
        let pid = process.file_name().to_str()?.parse().ok()?;
        let arguments = fs::read(process.path().join("cmdline")).unwrap_or_default();
        Some((pid, String::from_utf8_lossy(&arguments).replace('\0', " ")))
    });
    lines.collect()
}

/// Programs of the running processes that lie in this folder.
#[must_use]
pub fn running_programs(folder: &Path) -> Vec<PathBuf> {
    let programs = processes().filter_map(|process| fs::read_link(process.path().join("exe")).ok());
    programs.filter(|path| path.starts_with(folder)).collect()
}

fn processes() -> impl Iterator<Item = DirEntry> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    entries.map_while(Result::ok)
}
