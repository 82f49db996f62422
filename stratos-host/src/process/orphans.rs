//! Orphans: processes that a plugin has started and that have left its process group, such as daemons.
//!
//! The operating system does not record their origin, but they inherit the nonce of the plugin's start in their
//! environment. On Windows no process leaves the plugin's job. Without the feature `reload`, orphans are not searched for.

use std::collections::BTreeMap;

/// Starts to kill the orphans of a plugin that has exited; resolves to their process ids and names.
///
/// Orphans have the nonce in their environment and are not members of `group`, which was killed before.
#[cfg(all(unix, feature = "reload"))]
pub(super) fn kill_orphans(
    nonce: &str,
    group: Option<u32>,
) -> impl Future<Output = BTreeMap<u32, String>> + use<> {
    use std::ffi::OsString;

    use rustix::process::{Pid, getpgid};
    use stratos_protocol::environment::NONCE;

    use crate::process::kill::kill_all;

    let raw = |id: u32| i32::try_from(id).ok().and_then(Pid::from_raw);
    let group = group.and_then(raw);
    let variable = OsString::from(format!("{NONCE}={nonce}"));
    let search = tokio::task::spawn_blocking(move || {
        kill_all(|process| {
            // Members of the killed group may take a moment to disappear.
            let has_left = || getpgid(raw(process.pid().as_u32())).ok() != group;
            process.environ().contains(&variable) && has_left()
        })
    });
    async { search.await.unwrap_or_default() }
}

/// Finds nothing on this platform or without the feature `reload`.
#[cfg(not(all(unix, feature = "reload")))]
pub(super) async fn kill_orphans(_: &str, _: Option<u32>) -> BTreeMap<u32, String> {
    BTreeMap::new()
}
