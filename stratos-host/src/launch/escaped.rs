//! Ends what a plugin has started and what has left its process group since, such as a daemon.
//!
//! The system tells nobody whose child it was, but the nonce of the plugin's start is in its environment. On Windows
//! nothing leaves the job, and in tests without the feature `reload` nobody looks.

use std::collections::BTreeMap;

/// Ends what carries the nonce of a plugin that has ended; returns their numbers and names.
#[cfg(all(unix, feature = "reload"))]
pub(super) async fn end_escaped(nonce: &str) -> BTreeMap<u32, String> {
    use std::ffi::OsString;

    use stratos_protocol::environment::NONCE;
    use stratos_transport::guard::Guard;

    use crate::launch::ending::end_all;

    if !Guard::Escaped.is_on() {
        return BTreeMap::new();
    }
    let mark = OsString::from(format!("{NONCE}={nonce}"));
    let ended =
        tokio::task::spawn_blocking(move || end_all(|process| process.environ().contains(&mark)));
    ended.await.unwrap_or_default()
}

#[cfg(not(all(unix, feature = "reload")))]
pub(super) async fn end_escaped(_: &str) -> BTreeMap<u32, String> {
    BTreeMap::new()
}
