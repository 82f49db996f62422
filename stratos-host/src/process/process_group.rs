//! Process groups: a process and all that it starts are killed together.

use std::io;

use process_wrap::tokio::{ChildWrapper, CommandWrap, KillOnDrop};
use tokio::process::Command;
#[cfg(windows)]
use windows::Win32::System::Threading::{
    BELOW_NORMAL_PRIORITY_CLASS, CREATE_NEW_PROCESS_GROUP, NORMAL_PRIORITY_CLASS,
    PROCESS_CREATION_FLAGS,
};

/// Makes a command start as the leader of its own process group, on Windows as the first process of its own job.
///
/// Dropping the child kills the group. Ctrl-C in a terminal reaches the shell only, which then ends its plugins.
pub(super) fn in_process_group(command: Command) -> CommandWrap {
    wrap(
        command,
        #[cfg(windows)]
        NORMAL_PRIORITY_CLASS,
    )
}

/// Spawns a command as the leader of its own process group, on Windows as the first process of its own job.
///
/// Dropping the child kills the group. Must be called within a tokio runtime.
///
/// # Errors
///
/// When the operating system cannot start the program.
pub fn spawn_in_group(command: Command) -> io::Result<Box<dyn ChildWrapper>> {
    in_process_group(command).spawn()
}

/// Spawns a command [in its own process group](in_process_group), with a lower priority than the plugins that run
/// meanwhile.
pub(super) fn spawn_in_background(command: Command) -> io::Result<Box<dyn ChildWrapper>> {
    let mut command = wrap(
        command,
        #[cfg(windows)]
        BELOW_NORMAL_PRIORITY_CLASS,
    );
    let child = command.spawn()?;
    #[cfg(unix)]
    lower_priority(child.id());
    Ok(child)
}

fn wrap(command: Command, #[cfg(windows)] priority: PROCESS_CREATION_FLAGS) -> CommandWrap {
    let mut command = CommandWrap::from(command);
    command.wrap(KillOnDrop);
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessGroup::leader());
    #[cfg(windows)]
    {
        use process_wrap::tokio::{CreationFlags, JobObject};

        command.wrap(CreationFlags(CREATE_NEW_PROCESS_GROUP | priority));
        command.wrap(JobObject);
    }
    command
}

/// Lowers the priority of a process that was just started; the processes that it starts inherit it.
#[cfg(unix)]
fn lower_priority(pid: Option<u32>) {
    use rustix::process::{Pid, getpriority_process, setpriority_process};

    /// The increment that the command `nice` has by default.
    const INCREMENT: i32 = 10;

    let pid = pid.and_then(|pid| i32::try_from(pid).ok());
    let pid = pid.and_then(Pid::from_raw);
    // The process has the shell's nice value, of which 19 is the largest. An error means that the process has exited.
    if let (Some(_), Ok(nice)) = (pid, getpriority_process(None)) {
        let _ = setpriority_process(pid, (nice + INCREMENT).min(19));
    }
}
