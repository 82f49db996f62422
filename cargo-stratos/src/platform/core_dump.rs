//! Core dumps, which would contain the token.

/// Makes a crash of this process leave no file with its memory. A failure is ignored: core dumps are a setting of the
/// system, which this program cannot be made to need.
#[cfg(unix)]
pub(crate) fn disable_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};

    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    // A program that collects dumps, such as systemd-coredump, is not bound by the limit.
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};

        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// Windows writes no dumps of a program unless an administrator sets that up.
#[cfg(not(unix))]
pub(crate) fn disable_core_dumps() {}
