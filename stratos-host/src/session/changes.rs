//! Messages about a state of the shell that changes, such as the login.

use stratos_protocol::Request;
use stratos_protocol::auth::{AuthChanged, AuthState};
use stratos_transport::{CallError, Peer};
use tokio::sync::watch;

use crate::timeouts::UNLIMITED;

/// Sends the present state to a plugin at each change, until the connection ends.
///
/// Calls follow one another, and states that are replaced meanwhile are not sent: a plugin that does not answer delays
/// its own messages only. A call has no timeout, because a call that times out is cancelled: a suspended plugin
/// would read the request and its cancellation together later, and not learn of the state.
///
/// `answered` receives each state that was sent, and whether the plugin acknowledged it instead of answering an error.
pub(super) async fn send_changes<S: Clone, R: Request>(
    peer: Peer,
    mut states: watch::Receiver<S>,
    request: impl Fn(&S) -> R,
    answered: impl Fn(S, bool),
) {
    let send = async {
        while states.changed().await.is_ok() {
            let state = states.borrow_and_update().clone();
            match peer.call(&request(&state), UNLIMITED).await {
                Err(CallError::Closed) => return,
                answer => answered(state, answer.is_ok()),
            }
        }
    };
    tokio::select! {
        () = send => {}
        () = peer.closed() => {}
    }
}

/// Tells one plugin of changed logins.
#[derive(Debug)]
pub(super) struct LoginSender {
    /// Number and state of the latest login.
    latest: watch::Sender<(u64, AuthState)>,
    /// Number of the login that was answered last, and whether it was acknowledged.
    answered: watch::Receiver<(u64, bool)>,
}

impl LoginSender {
    /// Must be called within a tokio runtime.
    pub(super) fn new(peer: Peer) -> Self {
        let (latest, logins) = watch::channel((0, AuthState::default()));
        let (acknowledge, answered) = watch::channel((0, true));
        let request = |(_, auth): &(u64, AuthState)| AuthChanged { auth: auth.clone() };
        let sends = send_changes(
            peer,
            logins,
            request,
            move |(number, _), is_acknowledged| {
                acknowledge.send_replace((number, is_acknowledged));
            },
        );
        tokio::spawn(sends);
        Self { latest, answered }
    }

    /// Sends a login, and waits until the plugin has answered it or a later one. Returns whether it acknowledged it;
    /// true if the plugin has ended, which needs no login any more.
    ///
    /// The login is sent even if the future is dropped after its first poll.
    pub(super) async fn send(&self, auth: AuthState) -> bool {
        let mut number = 0;
        self.latest.send_modify(|latest| {
            number = latest.0 + 1;
            *latest = (number, auth);
        });
        let mut answered = self.answered.clone();
        match answered.wait_for(|(last, _)| *last >= number).await {
            Ok(answer) => answer.1,
            Err(_) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::value::{RawValue, to_raw_value};
    use stratos_protocol::config::ConfigChanged;
    use stratos_protocol::limits::FRAME_BYTES;
    use stratos_protocol::method::Empty;
    use stratos_protocol::{ErrorCode, RpcError};
    use stratos_transport::stream::memory_pair;
    use stratos_transport::{Connection, Handler, PeerDriver, rpc};
    use tokio::sync::mpsc;
    use tokio::time::timeout;

    use super::*;

    /// A plugin that reports the requests that it handles, and refuses the token `refused`.
    struct Plugin(mpsc::UnboundedSender<String>);

    impl Handler for Plugin {
        async fn handle_request(
            &self,
            method: &str,
            params: &RawValue,
        ) -> Result<Box<RawValue>, RpcError> {
            self.0.send(format!("{method} {params}")).unwrap();
            match params.get().contains("refused") {
                true => Err(RpcError::new(ErrorCode::HandlerFailed, "no")),
                false => Ok(to_raw_value(&Empty {}).unwrap()),
            }
        }

        async fn handle_notification(&self, _method: &str, _params: &RawValue) {}
    }

    struct NoRequests;

    impl Handler for NoRequests {
        async fn handle_request(
            &self,
            method: &str,
            _params: &RawValue,
        ) -> Result<Box<RawValue>, RpcError> {
            Err(rpc::method_not_found("shell", method))
        }

        async fn handle_notification(&self, _method: &str, _params: &RawValue) {}
    }

    /// The shell's end of a connection, and the plugin's, which is suspended until it is run.
    fn connect() -> (Peer, PeerDriver) {
        let (ours, theirs) = memory_pair();
        let (peer, driver) = Peer::new(Connection::new(Box::new(ours), FRAME_BYTES));
        tokio::spawn(driver.run(NoRequests.into()));
        let (_, plugin) = Peer::new(Connection::new(Box::new(theirs), FRAME_BYTES));
        (peer, plugin)
    }

    fn run(plugin: PeerDriver) -> mpsc::UnboundedReceiver<String> {
        let (seen, requests) = mpsc::unbounded_channel();
        tokio::spawn(plugin.run(Plugin(seen).into()));
        requests
    }

    fn login(token: &str) -> AuthState {
        AuthState {
            authenticated: true,
            token: Some(token.to_owned()),
        }
    }

    const HOUR: Duration = Duration::from_secs(3600);

    #[tokio::test(start_paused = true)]
    async fn a_suspended_plugin_learns_of_changes_later() {
        let (peer, plugin) = connect();
        let (changes, states) = watch::channel(());
        tokio::spawn(send_changes(
            peer,
            states,
            |()| ConfigChanged {},
            |(), _| (),
        ));
        changes.send_replace(());
        tokio::time::sleep(HOUR).await;
        let mut requests = run(plugin);
        let request = timeout(HOUR, requests.recv()).await.unwrap();
        assert_eq!(request.unwrap(), "config/changed {}");
    }

    #[tokio::test(start_paused = true)]
    async fn of_many_logins_a_suspended_plugin_is_sent_the_latest() {
        let (peer, plugin) = connect();
        let logins = LoginSender::new(peer);
        for number in 0..1000 {
            let sent = timeout(
                Duration::from_secs(2),
                logins.send(login(&number.to_string())),
            );
            assert!(sent.await.is_err(), "acknowledged");
        }
        let mut requests = run(plugin);
        assert!(logins.send(login("last")).await);
        for token in ["0", "last"] {
            let request = requests.recv().await.unwrap();
            assert!(request.contains(&format!("{token:?}")), "{request}");
        }
        assert!(!logins.send(login("refused")).await);
    }

    #[tokio::test(start_paused = true)]
    async fn a_plugin_that_ends_needs_no_login() {
        let (peer, plugin) = connect();
        let logins = LoginSender::new(peer);
        let end = async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            drop(plugin);
        };
        let (is_acknowledged, ()) = tokio::join!(timeout(HOUR, logins.send(login("1"))), end);
        assert_eq!(is_acknowledged, Ok(true));
        assert!(logins.send(login("2")).await);
    }
}
