//! A connected plugin process, from its handshake to its exit.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use stratos_protocol::auth::AuthState;
use stratos_protocol::config::ConfigChanged;
use stratos_protocol::error::chain;
use stratos_protocol::handshake::{FEATURE_CONFIG_CHANGES, FEATURE_RESUME};
use stratos_protocol::ipc::Invoke;
use stratos_protocol::lifecycle::{Resume, Retire, Start, Stop};
use stratos_protocol::limits::{
    DRAIN_TIMEOUT, FRAME_BYTES, REQUESTS_IN_FLIGHT, RETIRE_TIMEOUT, START_GUARD_TIMEOUT,
};
use stratos_protocol::logger::Level;
use stratos_protocol::start_guard::{Ask, Verdict};
use stratos_protocol::{ErrorCode, Request, RpcError, Service};
use stratos_transport::{CallError, Peer, PeerDriver};
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::debug;

use crate::http::{Connector, HttpClient};
use crate::process::{Exit, LaunchedPlugin, ProcessHandle};
use crate::routing::Target;
use crate::services::Caller;
use crate::session::SessionContext;
use crate::session::changes::{LoginSender, send_changes};
use crate::session::flight_events::send_flight_events;
use crate::session::handler::ServiceHandler;
use crate::session::handshake::complete_handshake;
use crate::timeouts::Timeouts;

/// Wait for the exit of a process after its connection has ended.
const EXIT_TIMEOUT: Duration = Duration::from_secs(2);
/// Wait, after the exit of a process, for the messages that it has sent before.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);
/// Wait for the exit after a request has failed, which may come a moment before the exit is noticed.
const EXIT_NOTICE_TIMEOUT: Duration = Duration::from_secs(1);
/// Wait of a stop for requests in flight, while new requests are held.
const LEASE_TIMEOUT: Duration = Duration::from_secs(1);
/// Permits for IPC calls. Below the plugin's limit of requests in flight, so that lifecycle requests always fit.
const INVOKE_PERMITS: usize = REQUESTS_IN_FLIGHT - 16;
/// Payload bytes per permit: calls that a plugin does not read hold at most 15 MiB.
const INVOKE_PERMIT_BYTES: usize = FRAME_BYTES / 16;

/// A plugin process that has completed the handshake.
pub(crate) struct Session {
    pub(crate) caller: Arc<Caller>,
    /// Client of the plugin's HTTP server.
    pub(crate) http: HttpClient,
    pub(crate) process: ProcessHandle,
    /// Requests in flight, which a shutdown in order waits for.
    leases: TaskTracker,
    peer: Peer,
    logins: LoginSender,
    /// Whether the plugin implements `on_resume`.
    pub(crate) resumes: bool,
    invoke_permits: Semaphore,
    context: SessionContext,
}

/// [`Invoke`] whose payload is passed on as text.
#[derive(Serialize)]
struct RawInvoke<'a> {
    channel: &'a str,
    payload: &'a RawValue,
}

/// First hook of a generation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartHook {
    /// `on_start`.
    Start,
    /// `on_resume`, beside the generation that it replaces.
    Resume,
}

/// Ways to stop a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopMode {
    /// With `on_stop`.
    Stop,
    /// Without `on_stop`, since a newer generation has resumed.
    Retire,
}

impl Session {
    /// Waits for the handshake of a launched plugin.
    ///
    /// # Errors
    ///
    /// The reason of the failure; the process has been terminated.
    pub(crate) async fn open(
        launched: LaunchedPlugin,
        caller: Caller,
        context: &SessionContext,
    ) -> Result<Self, String> {
        let LaunchedPlugin {
            control,
            http,
            nonce,
            process,
        } = launched;
        let limit = context.timeouts.current().hello;
        let handshake = complete_handshake(
            control,
            &nonce,
            &caller.plugin,
            &process,
            context.version,
            limit,
        );
        let (connection, hello) = handshake.await?;
        let (peer, driver) = Peer::new(connection);
        let caller = Arc::new(caller);
        let has_feature = |feature| hello.features.iter().any(|name| name == feature);
        if has_feature(FEATURE_CONFIG_CHANGES) {
            let changes = context.services.config.subscribe(&caller.plugin);
            // The plugin reads the values itself.
            let sends = send_changes(peer.clone(), changes, |()| ConfigChanged {}, |(), _| ());
            tokio::spawn(sends);
        }
        if has_feature(Service::Flight.feature())
            && context.version.services().contains(&Service::Flight)
        {
            let hub = &context.services.flight.hub;
            let feed = hub.attach(&caller.plugin, caller.generation);
            tokio::spawn(send_flight_events(
                peer.clone(),
                feed,
                caller.plugin.clone(),
                context.events.clone(),
                process.clone(),
            ));
        }
        // Last, so that what the plugin subscribes to is there before its first message is read.
        tokio::spawn(drive(driver, Arc::clone(&caller), context.clone()));
        Ok(Self {
            caller,
            http: HttpClient::pooled(Connector::Stream(http)),
            process,
            leases: TaskTracker::new(),
            logins: LoginSender::new(peer.clone()),
            peer,
            resumes: has_feature(FEATURE_RESUME),
            invoke_permits: Semaphore::new(INVOKE_PERMITS),
            context: context.clone(),
        })
    }

    /// Calls the first hook of the plugin.
    ///
    /// # Errors
    ///
    /// The reason why the hook failed. The process still runs.
    pub(crate) async fn start(&self, hook: StartHook, auth: AuthState) -> Result<(), String> {
        let limit = self.context.timeouts.current().start;
        match hook {
            StartHook::Start => self.call_hook("on_start", &Start { auth }, limit).await,
            StartHook::Resume => self.call_hook("on_resume", &Resume { auth }, limit).await,
        }
    }

    /// Stops the plugin in order, and kills it where it does not exit by itself.
    ///
    /// Bounded in time: the wait for requests in flight, the timeout of the hook and of the exit, plus
    /// [`ProcessHandle::terminate`]. In [`StopMode::Retire`] the wait for requests is longer; `drain_now` ends it
    /// early. Timeouts are unlimited while plugins are debugged, until the shell shuts down.
    ///
    /// # Errors
    ///
    /// The reason why the plugin did not stop in order. The process has ended in any case.
    pub(crate) async fn stop(
        &self,
        mode: StopMode,
        drain_now: &CancellationToken,
    ) -> Result<(), String> {
        // Requests that wait for the pilot would hold up the stop.
        self.context.services.modal.unload(&self.caller);
        tokio::select! {
            stopped = self.stop_in_order(mode, drain_now) => stopped,
            () = self.context.timeouts.restored() => {
                Err(format!("{}: the shell ends", self.process.terminate().await))
            }
        }
    }

    async fn stop_in_order(
        &self,
        mode: StopMode,
        drain_now: &CancellationToken,
    ) -> Result<(), String> {
        let Timeouts { stop, exit, .. } = self.context.timeouts.current();
        self.leases.close();
        let (begin, drained) = (Instant::now(), self.leases.wait());
        let stopped = match mode {
            StopMode::Stop => {
                // The wait for requests is part of the timeout of the stop.
                let _ = timeout(LEASE_TIMEOUT, drained).await;
                let limit = stop.saturating_sub(exit + begin.elapsed());
                self.call_hook("on_stop", &Stop {}, limit).await
            }
            StopMode::Retire => {
                tokio::select! {
                    () = drained => {}
                    () = sleep(RETIRE_TIMEOUT - DRAIN_TIMEOUT) => {}
                    () = drain_now.cancelled() => {}
                    _ = self.process.wait() => {}
                }
                let limit = stop.saturating_sub(exit);
                self.call_hook("the retirement", &Retire {}, limit).await
            }
        };
        // The end of the connection tells the plugin to exit.
        self.peer.close();
        match timeout(exit, self.process.wait()).await {
            Ok(_) => stopped,
            Err(_) => {
                let exit = self.process.terminate().await;
                stopped.and(Err(format!("did not end by itself and {exit}")))
            }
        }
    }

    /// Waits until the plugin ends without having been stopped; returns how it ended.
    pub(crate) async fn wait_for_crash(&self) -> String {
        let exit = tokio::select! {
            exit = self.exited() => exit,
            () = self.peer.closed() => {
                if let Some(violation) = self.peer.protocol_violation() {
                    self.process.terminate().await;
                    return broke_protocol(violation);
                }
                // The process usually exits right after its connection, and its exit status tells more.
                match timeout(EXIT_TIMEOUT, self.process.exit()).await {
                    Ok(exit) => exit,
                    Err(_) => {
                        self.process.terminate().await;
                        return "closed its connection to the shell by itself".to_owned();
                    }
                }
            }
        };
        // A signal has a sender, which may be the process itself or not.
        let by = if exit.is_by_signal() {
            ""
        } else {
            " by itself"
        };
        format!("{exit}{by}{}", exit.last_output())
    }

    /// Waits for the exit of the process, and until the messages are read that it sent before; returns how it ended.
    async fn exited(&self) -> Exit {
        let exit = self.process.exit().await;
        let _ = timeout(CLOSE_TIMEOUT, self.peer.closed()).await;
        exit
    }

    /// Describes how the plugin has ended with its last lines on stderr, if that is why a request has failed.
    pub(crate) async fn exit_before_answer(&self) -> Option<String> {
        let exit = timeout(EXIT_NOTICE_TIMEOUT, self.process.exit()).await;
        let exit = exit.ok()?;
        Some(format!("{exit} before it answered{}", exit.last_output()))
    }

    /// Calls the handler of an IPC channel.
    ///
    /// # Errors
    ///
    /// `Busy` if too many calls are in flight, and otherwise what the plugin or its connection answers.
    pub(crate) async fn invoke(
        &self,
        channel: &str,
        payload: Box<RawValue>,
    ) -> Result<Box<RawValue>, CallError> {
        let extra = payload.get().len() / INVOKE_PERMIT_BYTES;
        let permits = u32::try_from(extra + 1).unwrap_or(u32::MAX);
        let Ok(_permit) = self.invoke_permits.try_acquire_many(permits) else {
            let text = match extra {
                0 => format!("{INVOKE_PERMITS} IPC calls wait for an answer already"),
                _ => "so many large IPC calls wait for an answer already".to_owned(),
            };
            return Err(CallError::Rpc(RpcError::new(ErrorCode::Busy, text)));
        };
        let invoke = RawInvoke {
            channel,
            payload: &payload,
        };
        let params = to_raw_value(&invoke).expect("text and JSON have a JSON form");
        drop(payload);
        let limit = self.context.timeouts.current().answer;
        self.peer.call_raw(Invoke::METHOD, params, limit).await
    }

    /// Sends a changed login, and waits until the plugin has acknowledged it or has ended. If it does neither in time, or
    /// answers an error, logs a warning and returns false.
    pub(crate) async fn send_auth(&self, auth: AuthState) -> bool {
        let limit = self.context.timeouts.current().auth;
        let sent = timeout(limit, self.logins.send(auth)).await;
        let is_done = sent.unwrap_or(false);
        if !is_done {
            let text = "did not acknowledge the changed login";
            let events = &self.context.events;
            events.log_from_shell(&self.caller.plugin, Level::Warn, text);
        }
        is_done
    }

    /// Ends the events of the flight, since a newer generation of the plugin serves and handles them.
    pub(crate) fn mute_flight_events(&self) {
        let Caller {
            plugin, generation, ..
        } = &*self.caller;
        self.context.services.flight.hub.mute(plugin, *generation);
    }

    /// Asks the plugin's start guards.
    ///
    /// # Errors
    ///
    /// The reason why there is no answer, as the predicate of a sentence.
    pub(crate) async fn ask_start_guards(&self) -> Result<Verdict, String> {
        let asked = self.peer.call(&Ask {}, START_GUARD_TIMEOUT).await;
        asked.map_err(|error| match error {
            CallError::Timeout(_) => {
                format!("did not answer within {} s", START_GUARD_TIMEOUT.as_secs())
            }
            error => format!("failed: {}", chain(&error)),
        })
    }

    async fn call_hook<R: Request>(
        &self,
        name: &str,
        params: &R,
        limit: Duration,
    ) -> Result<(), String> {
        let Caller {
            plugin, generation, ..
        } = &*self.caller;
        debug!(plugin, generation, ?limit, "{name} is called");
        let begin = Instant::now();
        let result = tokio::select! {
            // An answer counts, even if the process has ended since.
            biased;
            result = self.peer.call(params, limit) => result,
            exit = self.exited() => return Err(ended_during(name, &exit)),
        };
        let (duration, succeeded) = (begin.elapsed(), result.is_ok());
        debug!(plugin, generation, ?duration, succeeded, "{name} returned");
        match result {
            Ok(_) => Ok(()),
            Err(CallError::Rpc(error)) if error.code == ErrorCode::HandlerPanicked => {
                Err(format!("{name} {}", error.message))
            }
            Err(CallError::Rpc(error)) => Err(format!("{name} failed: {error}")),
            Err(CallError::Timeout(_)) => Err(format!(
                "{name} did not finish within {} s",
                (limit.as_secs_f32() * 10.0).round() / 10.0
            )),
            Err(CallError::Closed) => {
                if let Some(violation) = self.peer.protocol_violation() {
                    return Err(format!("{} during {name}", broke_protocol(violation)));
                }
                // Bounded like a hook that does not return.
                let left = limit.saturating_sub(begin.elapsed());
                let left = left
                    .max(self.context.timeouts.current().exit)
                    .min(EXIT_TIMEOUT);
                Err(match timeout(left, self.process.exit()).await {
                    Ok(exit) => ended_during(name, &exit),
                    Err(_) => format!("closed its connection during {name}"),
                })
            }
            Err(error) => Err(format!("{name}: {error}")),
        }
    }
}

/// Reads and writes the session's messages until the connection ends.
async fn drive(driver: PeerDriver, caller: Arc<Caller>, context: SessionContext) {
    let handler = Arc::new(ServiceHandler {
        caller: Arc::clone(&caller),
        context: context.clone(),
    });
    if let Err(error) = driver.run(handler).await {
        let text = format!("the connection to the plugin failed: {}", chain(&error));
        let events = &context.events;
        events.log_from_shell(&caller.plugin, Level::Error, text);
    }
    context.services.session_ended(&caller);
}

fn ended_during(hook: &str, exit: &Exit) -> String {
    format!("{exit} during {hook}{}", exit.last_output())
}

fn broke_protocol(violation: &str) -> String {
    format!("broke the protocol: {violation}")
}

impl Target for Session {
    fn plugin(&self) -> &str {
        &self.caller.plugin
    }

    fn generation(&self) -> u64 {
        self.caller.generation
    }

    fn leases(&self) -> &TaskTracker {
        &self.leases
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.peer.close();
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("caller", &self.caller)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{ORPHAN_SEARCH_TIMEOUT, TERMINATE_TIMEOUT};

    #[test]
    fn a_stop_takes_at_most_eight_seconds() {
        let Timeouts { stop, exit, .. } = Timeouts::default();
        // After a hook that closes its connection at the last moment, the exit is waited for once more.
        let longest = stop + exit + TERMINATE_TIMEOUT + ORPHAN_SEARCH_TIMEOUT;
        assert!(longest <= Duration::from_secs(8), "{longest:?}");
    }
}
