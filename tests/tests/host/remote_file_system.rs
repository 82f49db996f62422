//! A plugin in a file system that reports no changes of its other side, like a network drive.

use std::ffi::OsStr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fuser::{
    BackgroundSession, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, Generation,
    INodeNo, LockOwner, OpenFlags, ReplyAttr, ReplyData, ReplyDirectory, ReplyEntry, Request,
    spawn_mount,
};
use stratos_tests::{Plugins, Requirement, RunOptions, ShellProcess, manifest};
use tempfile::TempDir;

use crate::SAMPLE;

#[test]
fn a_plugin_in_a_remote_file_system_needs_polling_and_is_told_so() {
    let Some(folder) = RemoteFolder::mount(manifest("sample")) else {
        return;
    };
    let start = |args: &[&str]| {
        let options = RunOptions {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            state: Some(folder.root.path().join("state")),
            watch: true,
            ..RunOptions::default()
        };
        ShellProcess::start_with(&folder.root.path().join("remote"), options)
    };
    let advice = "is in a file system (FUSE) that does not report changes from its other side: if a save is not \
                  noticed, use `cargo stratos run --poll`";
    let mut watching = start(&[]);
    watching.expect(|event| event["plugin"] == "sample" && event["message"] == advice);
    drop(watching);

    let mut polling = start(&["--poll"]);
    // More than one change, since the first scan may find one without polling.
    for number in 1..4 {
        let manifest = manifest("sample").replace("For tests", &format!("For test {number}"));
        folder.write_on_other_side(manifest);
        polling.wait_for(|event| event["event"] == "reread" && event["plugin"] == "sample");
    }
    let has_advice = polling
        .events
        .iter()
        .any(|event| event["message"] == advice);
    assert!(!has_advice, "{:#?}", polling.events);
}

#[test]
fn a_plugin_that_is_built_from_a_remote_file_system_is_told_so() {
    let Some(folder) = RemoteFolder::mount(manifest("sample")) else {
        return;
    };
    let plugins = Plugins::new(SAMPLE, &[]);
    let sources = plugins.add_sources(SAMPLE, "sample");
    let remote = folder.root.path().join("remote").canonicalize().unwrap();
    let included = remote.join("plugin.json");
    sources.main(&format!("{{ include_str!({included:?}); \"one\" }}"));
    let mut shell = ShellProcess::watch(&sources.folder);
    let advice = format!(
        "is built from {}, which is in a file system (FUSE)",
        remote.display()
    );
    shell.expect(|event| {
        event["plugin"] == "sample"
            && event["message"]
                .as_str()
                .is_some_and(|text| text.starts_with(&advice))
    });
}

/// A mounted folder with a `plugin.json`.
struct RemoteFolder {
    file: Arc<Mutex<File>>,
    // Dropped, and so unmounted, before its folder is removed.
    _session: BackgroundSession,
    root: TempDir,
}

struct File {
    text: String,
    modified: SystemTime,
}

impl RemoteFolder {
    /// Mounts the folder, or returns `None` with a line that the test is skipped.
    fn mount(text: String) -> Option<Self> {
        let root = tempfile::tempdir().expect("a folder");
        let mount_point = root.path().join("remote");
        std::fs::create_dir(&mount_point).expect("a folder");
        let modified = UNIX_EPOCH;
        let file = Arc::new(Mutex::new(File { text, modified }));
        let files = RemoteFiles(Arc::clone(&file));
        let Ok(session) = spawn_mount(files, &mount_point, &Config::default()) else {
            Requirement::Fuse.skip("a remote file system needs root and `/dev/fuse`");
            return None;
        };
        Some(Self {
            file,
            _session: session,
            root,
        })
    }

    /// Changes `plugin.json` without an event on this side.
    fn write_on_other_side(&self, text: String) {
        let modified = SystemTime::now();
        *self.file.lock().unwrap() = File { text, modified };
    }
}

/// The other side: a folder with one file.
struct RemoteFiles(Arc<Mutex<File>>);

const FILE: INodeNo = INodeNo(2);
const NAME: &str = "plugin.json";

impl RemoteFiles {
    fn attributes(&self, inode: INodeNo) -> FileAttr {
        let file = self.0.lock().unwrap();
        let (kind, size) = match inode {
            FILE => (FileType::RegularFile, file.text.len() as u64),
            _ => (FileType::Directory, 0),
        };
        FileAttr {
            ino: inode,
            size,
            blocks: 1,
            atime: UNIX_EPOCH,
            mtime: file.modified,
            ctime: UNIX_EPOCH,
            crtime: UNIX_EPOCH,
            kind,
            perm: 0o755,
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            blksize: 512,
            flags: 0,
        }
    }
}

impl Filesystem for RemoteFiles {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match name == NAME {
            true => reply.entry(&Duration::ZERO, &self.attributes(FILE), Generation(0)),
            false => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, inode: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        reply.attr(&Duration::ZERO, &self.attributes(inode));
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        _size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let file = self.0.lock().unwrap();
        let offset = usize::try_from(offset).unwrap().min(file.text.len());
        reply.data(&file.text.as_bytes()[offset..]);
    }

    fn readdir(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        offset: u64,
        mut reply: ReplyDirectory,
    ) {
        if offset == 0 {
            let _is_full = reply.add(FILE, 1, FileType::RegularFile, NAME);
        }
        reply.ok();
    }
}
