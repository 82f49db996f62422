//! Process groups: a process and all that it starts are killed together.

use process_wrap::tokio::{CommandWrap, KillOnDrop};
use tokio::process::Command;

/// Makes a command start as the leader of its own process group, on Windows as the first process of its own job.
///
/// Dropping the child kills the group. Ctrl-C in a terminal reaches the shell only, which then ends its plugins.
pub(super) fn in_process_group(command: Command) -> CommandWrap {
    let mut command = CommandWrap::from(command);
    command.wrap(KillOnDrop);
    #[cfg(unix)]
    command.wrap(process_wrap::tokio::ProcessGroup::leader());
    #[cfg(windows)]
    {
        use process_wrap::tokio::{CreationFlags, JobObject};
        use windows::Win32::System::Threading::CREATE_NEW_PROCESS_GROUP;

        command.wrap(CreationFlags(CREATE_NEW_PROCESS_GROUP));
        command.wrap(JobObject);
    }
    command
}
