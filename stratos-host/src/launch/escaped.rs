//! Ends what a plugin has started and what has left its process group since, such as a daemon.
//!
//! The system tells nobody whose child it was, but the nonce of the plugin's start is in its environment. On Windows
//! nothing leaves the job, and in tests without the feature `reload` nobody looks.

use std::collections::BTreeMap;

/// Begins at once to end what carries the nonce of a plugin that has ended, and is not of the group that has ended with
/// it; resolves to numbers and names.
#[cfg(all(unix, feature = "reload"))]
pub(super) fn end_escaped(
    nonce: &str,
    group: Option<u32>,
) -> impl Future<Output = BTreeMap<u32, String>> + use<> {
    use std::ffi::OsString;

    use rustix::process::{Pid, getpgid};
    use stratos_protocol::environment::NONCE;
    use stratos_transport::guard::Guard;

    use crate::launch::ending::end_all;

    let raw = |id: u32| i32::try_from(id).ok().and_then(Pid::from_raw);
    let group = group.and_then(raw);
    let mark = OsString::from(format!("{NONCE}={nonce}"));
    let search = Guard::Escaped.is_on().then(|| {
        tokio::task::spawn_blocking(move || {
            end_all(|process| {
                // What has been killed with the group may take a moment to go.
                let has_left = || getpgid(raw(process.pid().as_u32())).ok() != group;
                process.environ().contains(&mark) && has_left()
            })
        })
    });
    async {
        match search {
            Some(search) => search.await.unwrap_or_default(),
            None => BTreeMap::new(),
        }
    }
}

#[cfg(not(all(unix, feature = "reload")))]
pub(super) async fn end_escaped(_: &str, _: Option<u32>) -> BTreeMap<u32, String> {
    BTreeMap::new()
}
