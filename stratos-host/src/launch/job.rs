//! On Windows, everything that this process starts ends with it.
//!
//! Each plugin has a job of its own as well, by which it is ended. But a process joins that one a moment after it was
//! made, and a shell that is killed in between would leave it behind, suspended for ever. Whoever is in a job makes
//! its children in the same job, so this process joins one itself.

use std::io;
use std::sync::OnceLock;

use win32job::{ExtendedLimitInfo, Job};

/// Never closed by us: closing it would end this very process.
static JOB: OnceLock<Job> = OnceLock::new();

pub(super) fn tie_children_to_this_process() -> io::Result<()> {
    if JOB.get().is_some() {
        return Ok(());
    }
    let mut limits = ExtendedLimitInfo::new();
    limits.limit_kill_on_job_close();
    let job = Job::create_with_limit_info(&limits).map_err(io::Error::other)?;
    job.assign_current_process().map_err(io::Error::other)?;
    // Another thread may have been faster; then this job holds this process as well, and must stay.
    if let Err(second) = JOB.set(job) {
        std::mem::forget(second);
    }
    Ok(())
}
