//! One process of a plugin, seen from the shell.

mod handshake;
mod rpc;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use stratos_protocol::auth::{AuthChanged, AuthState};
use stratos_protocol::handshake::FEATURE_RESUME;
use stratos_protocol::ipc::Invoke;
use stratos_protocol::lifecycle::{Resume, Retire, Start, Stop};
use stratos_protocol::limits::{DRAIN_TIMEOUT, FRAME_BYTES, REQUESTS_IN_FLIGHT, RETIRE_TIMEOUT};
use stratos_protocol::{ErrorCode, Request, RpcError};
use stratos_transport::guard::Guard;
use stratos_transport::{CallError, Peer};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::http::{Connector, HttpClient};
use crate::process::{LaunchedPlugin, ProcessHandle};
use crate::session::handshake::greet;
use crate::session::rpc::PluginService;
use crate::shell::{Backend, chain};
use crate::timeouts::Timeouts;
use crate::timeouts::UNLIMITED;

/// How long a process may take to follow its connection.
const EXIT_DEADLINE: Duration = Duration::from_secs(2);
/// How long a stop waits for what was asked before it, while new requests wait for the stop.
const LEASE_DEADLINE: Duration = Duration::from_secs(1);
/// Fewer than a plugin takes requests at once, so that there is always room for its lifecycle.
const INVOKES_IN_FLIGHT: usize = REQUESTS_IN_FLIGHT - 16;
/// What each of them stands for: all together they hold 15 MiB for a plugin that does not read.
const INVOKE_BYTES: usize = FRAME_BYTES / 16;

/// A plugin that has greeted.
pub(crate) struct Session {
    pub(crate) plugin: String,
    pub(crate) generation: u64,
    pub(crate) http: HttpClient,
    pub(crate) process: ProcessHandle,
    peer: Peer,
    resumes: bool,
    backend: Arc<Backend>,
    /// What it was asked and has not answered to the end.
    pub(crate) leases: TaskTracker,
    /// It has ended: what it has not answered by now it never will.
    pub(crate) over: CancellationToken,
    invokes: Semaphore,
    /// Held by the session's service as well.
    pub(crate) shared: Arc<SessionShared>,
}

/// [`Invoke`] whose payload is passed on as it came.
#[derive(Serialize)]
struct RawInvoke<'a> {
    channel: &'a str,
    payload: &'a RawValue,
}

/// What the plugin's requests change.
#[derive(Debug, Default)]
pub(crate) struct SessionShared {
    /// The channels that have a handler.
    pub(crate) channels: Mutex<BTreeSet<String>>,
    /// A newer generation serves: late writes of this one are refused.
    pub(crate) retired: AtomicBool,
}

/// How a session begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StartHook {
    Start,
    Resume,
}

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StopMode {
    /// With `on_stop`.
    Stop,
    /// Without it: a newer generation has taken over.
    Retire,
}

impl Session {
    /// Waits for the greeting of a plugin that was just launched.
    ///
    /// On failure the plugin has been ended; the text says why.
    pub(crate) async fn open(
        launched: LaunchedPlugin,
        plugin: &str,
        generation: u64,
        backend: &Arc<Backend>,
    ) -> Result<Self, String> {
        let LaunchedPlugin {
            control,
            http,
            nonce,
            process,
        } = launched;
        let deadline = match Guard::HelloDeadline.is_on() {
            true => backend.timeouts().hello,
            false => UNLIMITED,
        };
        let greeting = tokio::select! {
            greeting = tokio::time::timeout(deadline, greet(control, &nonce, plugin)) => greeting,
            how = process.wait() => return Err(format!("{how} before it greeted the shell")),
        };
        let (connection, hello) = match greeting {
            Ok(Ok(greeted)) => greeted,
            Ok(Err(reason)) => {
                process.terminate().await;
                return Err(reason);
            }
            Err(_) => {
                process.terminate().await;
                return Err(format!(
                    "did not greet the shell within {} s: its `main` must call `stratos::serve`",
                    deadline.as_secs_f32()
                ));
            }
        };
        let (peer, driver) = Peer::new(connection);
        let shared = Arc::<SessionShared>::default();
        let service = Arc::new(PluginService {
            plugin: plugin.to_owned(),
            generation,
            backend: Arc::clone(backend),
            shared: Arc::clone(&shared),
        });
        let (events, id) = (backend.events.clone(), plugin.to_owned());
        tokio::spawn(async move {
            if let Err(error) = driver.run(service).await {
                let level = stratos_protocol::logger::Level::Error;
                events.log_from_shell(
                    &id,
                    level,
                    format!("the connection to the plugin failed: {}", chain(&error)),
                );
            }
            events.report_dropped(&id);
        });
        Ok(Self {
            plugin: plugin.to_owned(),
            generation,
            http: HttpClient::pooled(Connector::Stream(http)),
            process,
            peer,
            leases: TaskTracker::new(),
            over: CancellationToken::new(),
            invokes: Semaphore::new(INVOKES_IN_FLIGHT),
            resumes: hello
                .features
                .iter()
                .any(|feature| feature == FEATURE_RESUME),
            backend: Arc::clone(backend),
            shared,
        })
    }

    /// Runs the plugin's hook; the text says why it failed.
    pub(crate) async fn begin(
        &self,
        how: StartHook,
        auth: AuthState,
        deadline: Duration,
    ) -> Result<(), String> {
        let deadline = match Guard::StartDeadline.is_on() {
            true => deadline,
            false => UNLIMITED,
        };
        match how {
            StartHook::Start => self.hook("on_start", &Start { auth }, deadline).await,
            StartHook::Resume => self.hook("on_resume", &Resume { auth }, deadline).await,
        }
    }

    /// Ends the plugin in order, by force where it does not end by itself. Bounded in time: the wait for what it is
    /// answering, the deadline for its hook and all of its exit, plus what [`ProcessHandle::end`] takes.
    ///
    /// A stop has its wait within the deadline. A retirement, which is in nobody's way, has a longer one before it,
    /// unless `drain_now` is cancelled. Whoever debugs it may take as long as they like, until the shell ends.
    pub(crate) async fn stop(
        &self,
        mode: StopMode,
        drain_now: &CancellationToken,
    ) -> Result<(), String> {
        let ended = tokio::select! {
            ended = self.stop_in_order(mode, drain_now) => ended,
            () = self.backend.timeouts_restored() => {
                Err(format!("{}: the shell ends", self.process.terminate().await))
            }
        };
        self.over.cancel();
        ended
    }

    async fn stop_in_order(
        &self,
        mode: StopMode,
        drain_now: &CancellationToken,
    ) -> Result<(), String> {
        let Timeouts { stop, exit, .. } = self.backend.timeouts();
        self.leases.close();
        let (begin, answered) = (Instant::now(), self.leases.wait());
        let ended = match mode {
            StopMode::Stop => {
                // The hook has to do with what is left.
                let _ = tokio::time::timeout(LEASE_DEADLINE, answered).await;
                let hook = stop.saturating_sub(exit + begin.elapsed());
                self.hook("on_stop", &Stop {}, hook).await
            }
            StopMode::Retire => {
                let patience = RETIRE_TIMEOUT - DRAIN_TIMEOUT;
                tokio::select! {
                    () = answered => {}
                    () = tokio::time::sleep(patience) => {}
                    () = drain_now.cancelled() => {}
                    _ = self.process.wait() => {}
                }
                let hook = stop.saturating_sub(exit);
                self.hook("the retirement", &Retire {}, hook).await
            }
        };
        // The end of the connection tells the plugin to end its process.
        self.peer.close();
        match tokio::time::timeout(exit, self.process.wait()).await {
            Ok(_) => ended,
            Err(_) => {
                let how = self.process.terminate().await;
                ended.and(Err(format!("did not end by itself and {how}")))
            }
        }
    }

    /// Whether an update may replace this plugin without a stop.
    pub(crate) fn resumes(&self) -> bool {
        self.resumes
    }

    /// Refuses whatever this generation still wants to write.
    pub(crate) fn revoke_writes(&self) {
        let is_on = Guard::Fence.is_on();
        self.shared.retired.store(is_on, Ordering::SeqCst);
    }

    /// Waits until the plugin has ended, which nobody wanted, and says how.
    pub(crate) async fn wait_for_crash(&self) -> String {
        let how = tokio::select! {
            how = self.process.wait() => how,
            () = self.peer.closed() => {
                if let Some(offence) = self.peer.protocol_violation() {
                    self.process.terminate().await;
                    self.over.cancel();
                    return broke_off(offence);
                }
                // The process usually follows its connection at once, and says more.
                match tokio::time::timeout(EXIT_DEADLINE, self.process.wait()).await {
                    Ok(how) => how,
                    Err(_) => {
                        self.process.terminate().await;
                        "closed its connection to the shell".to_owned()
                    }
                }
            }
        };
        self.over.cancel();
        format!("{how} by itself")
    }

    /// Passes a question of the UI on.
    pub(crate) async fn invoke(
        &self,
        channel: &str,
        payload: Box<RawValue>,
    ) -> Result<Box<RawValue>, CallError> {
        let more = match Guard::Questions.is_on() {
            true => payload.get().len() / INVOKE_BYTES,
            false => 0,
        };
        let wanted = u32::try_from(more + 1).unwrap_or(u32::MAX);
        let Ok(_permit) = self.invokes.try_acquire_many(wanted) else {
            let text = match more {
                0 => format!("{INVOKES_IN_FLIGHT} questions wait for an answer already"),
                _ => "so many large questions wait for an answer already".to_owned(),
            };
            return Err(CallError::Rpc(RpcError::new(ErrorCode::Busy, text)));
        };
        let invoke = RawInvoke {
            channel,
            payload: &payload,
        };
        let params = to_raw_value(&invoke).expect("text and JSON have a JSON form");
        drop(payload);
        let deadline = self.backend.timeouts().answer;
        self.peer.call_raw(Invoke::METHOD, params, deadline).await
    }

    /// Tells the plugin about another login; returns when it counts, or after a deadline.
    pub(crate) async fn send_auth(&self, auth: AuthState) -> Result<(), CallError> {
        let deadline = self.backend.timeouts().auth;
        self.peer.call(&AuthChanged { auth }, deadline).await?;
        Ok(())
    }

    pub(crate) fn channels(&self) -> Vec<String> {
        let channels = self
            .shared
            .channels
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        channels.iter().cloned().collect()
    }

    async fn hook<R: Request>(
        &self,
        name: &str,
        params: &R,
        deadline: Duration,
    ) -> Result<(), String> {
        let begin = Instant::now();
        let answer = tokio::select! {
            answer = self.peer.call(params, deadline) => answer,
            how = self.process.wait() => return Err(format!("{how} during {name}")),
        };
        match answer {
            Ok(_) => Ok(()),
            Err(CallError::Rpc(error)) if error.code == ErrorCode::HandlerPanicked => {
                Err(format!("{name} {}", error.message))
            }
            Err(CallError::Rpc(error)) => Err(format!("{name} failed: {error}")),
            Err(CallError::Timeout(_)) => Err(format!(
                "{name} did not finish within {} s",
                (deadline.as_secs_f32() * 10.0).round() / 10.0
            )),
            Err(CallError::Closed) => {
                if let Some(offence) = self.peer.protocol_violation() {
                    return Err(format!("{} during {name}", broke_off(offence)));
                }
                // Whoever ends it must not wait longer than for a hook that does not return.
                let left = deadline.saturating_sub(begin.elapsed());
                let left = left.max(self.backend.timeouts().exit).min(EXIT_DEADLINE);
                let how = tokio::time::timeout(left, self.process.wait()).await;
                let how = how.unwrap_or_else(|_| "closed its connection".to_owned());
                Err(format!("{how} during {name}"))
            }
            Err(error) => Err(format!("{name}: {error}")),
        }
    }
}

fn broke_off(offence: &str) -> String {
    format!("broke the protocol: {offence}")
}

impl Drop for Session {
    fn drop(&mut self) {
        self.peer.close();
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("plugin", &self.plugin)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{ORPHAN_SEARCH_TIMEOUT, TERMINATE_TIMEOUT};

    #[test]
    fn a_shell_ends_within_eight_seconds() {
        let Timeouts { stop, exit, .. } = Timeouts::default();
        // A hook that closes its connection at the last moment is waited for as long as for a process's end.
        let longest = stop + exit + TERMINATE_TIMEOUT + ORPHAN_SEARCH_TIMEOUT;
        assert!(longest <= Duration::from_secs(8), "{longest:?}");
    }
}
