//! A Windows job object that kills everything this process has started when the process ends.
//!
//! Each plugin also has a job of its own, by which it is killed. But a process joins its own job only after it was
//! created: a shell killed in between would leave the process behind, suspended. A child of a process in a job starts
//! in the same job, so the shell's process assigns itself to one.

use std::io;
use std::sync::OnceLock;

use win32job::{ExtendedLimitInfo, Job};

/// Never closed explicitly, because closing the job kills this process.
static JOB: OnceLock<Job> = OnceLock::new();

/// Assigns this process to the job; does nothing from the second call on.
pub(super) fn assign_current_process() -> io::Result<()> {
    if JOB.get().is_some() {
        return Ok(());
    }
    let mut limits = ExtendedLimitInfo::new();
    limits.limit_kill_on_job_close();
    let job = Job::create_with_limit_info(&limits).map_err(io::Error::other)?;
    job.assign_current_process().map_err(io::Error::other)?;
    // Another thread was faster. This job contains the process as well, so it must stay open, too.
    if let Err(second) = JOB.set(job) {
        std::mem::forget(second);
    }
    Ok(())
}
