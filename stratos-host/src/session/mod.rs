//! One life of a plugin, seen from the shell.

mod greeting;
mod service;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use stratos_protocol::auth::{AuthChanged, AuthState};
use stratos_protocol::hello::RESUME;
use stratos_protocol::ipc::Invoke;
use stratos_protocol::lifecycle::{Resume, Retire, Start, Stop};
use stratos_protocol::limits::REQUESTS_IN_FLIGHT;
use stratos_protocol::{ErrorCode, Request, RpcError};
use stratos_transport::{CallError, Peer};
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;

use crate::launch::{Launched, Life};
use crate::server::Upstream;
use crate::session::greeting::greet;
use crate::session::service::PluginService;
use crate::shell::{Backend, Deadlines};

/// How long a process may take to follow its connection.
const EXIT_DEADLINE: Duration = Duration::from_millis(500);
/// How long the end of a session waits for requests that were passed on before it.
const LEASE_DEADLINE: Duration = Duration::from_secs(1);
/// Fewer than a plugin takes requests at once, so that there is always room for its lifecycle.
const INVOKES_IN_FLIGHT: usize = REQUESTS_IN_FLIGHT - 16;

/// A plugin that has greeted.
pub(crate) struct Session {
    pub(crate) plugin: String,
    pub(crate) generation: u64,
    pub(crate) upstream: Upstream,
    pub(crate) life: Life,
    peer: Peer,
    resumes: bool,
    backend: Arc<Backend>,
    /// The requests that are on their way to it.
    pub(crate) leases: TaskTracker,
    invokes: Semaphore,
    /// Held by the session's service as well.
    pub(crate) shared: Arc<SessionShared>,
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
pub(crate) enum Beginning {
    Start,
    Resume,
}

/// How a session ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
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
        launched: Launched,
        plugin: &str,
        generation: u64,
        backend: &Arc<Backend>,
    ) -> Result<Self, String> {
        let Launched {
            mut control,
            http,
            nonce,
            life,
        } = launched;
        let deadline = backend.patience().hello;
        let greeting = tokio::select! {
            greeting = tokio::time::timeout(deadline, greet(&mut control, &nonce, plugin)) => greeting,
            how = life.ended() => return Err(format!("{how} before it greeted the shell")),
        };
        let (connection, hello) = match greeting {
            Ok(Ok(greeted)) => greeted,
            Ok(Err(reason)) => {
                life.end().await;
                return Err(reason);
            }
            Err(_) => {
                life.end().await;
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
                let level = stratos_protocol::log::Level::Error;
                events.note(
                    &id,
                    level,
                    format!("the connection to the plugin failed: {error}"),
                );
            }
        });
        Ok(Self {
            plugin: plugin.to_owned(),
            generation,
            upstream: Upstream::new(http),
            life,
            peer,
            leases: TaskTracker::new(),
            invokes: Semaphore::new(INVOKES_IN_FLIGHT),
            resumes: hello.features.iter().any(|feature| feature == RESUME),
            backend: Arc::clone(backend),
            shared,
        })
    }

    /// Runs the plugin's hook; the text says why it failed.
    pub(crate) async fn begin(
        &self,
        how: Beginning,
        auth: AuthState,
        deadline: Duration,
    ) -> Result<(), String> {
        match how {
            Beginning::Start => self.hook("on_start", &Start { auth }, deadline).await,
            Beginning::Resume => self.hook("on_resume", &Resume { auth }, deadline).await,
        }
    }

    /// Ends the plugin in order, by force where it does not end by itself. Bounded in time:
    /// the stop deadline for its hook and all of its exit, plus what [`Life::end`] takes.
    pub(crate) async fn end(&self, how: Ending) -> Result<(), String> {
        let Deadlines { stop, exit, .. } = self.backend.patience();
        self.leases.close();
        let begin = Instant::now();
        // Requests that were passed on before the switch are let through first.
        let _ = tokio::time::timeout(LEASE_DEADLINE, self.leases.wait()).await;
        let hook = stop.saturating_sub(exit + begin.elapsed());
        let ended = match how {
            Ending::Stop => self.hook("on_stop", &Stop {}, hook).await,
            Ending::Retire => self.hook("the retirement", &Retire {}, hook).await,
        };
        // The end of the connection tells the plugin to end its process.
        self.peer.close();
        match tokio::time::timeout(exit, self.life.ended()).await {
            Ok(_) => ended,
            Err(_) => {
                let how = self.life.end().await;
                ended.and(Err(format!("did not end by itself and {how}")))
            }
        }
    }

    /// Whether an update may replace this plugin without a stop.
    pub(crate) fn resumes(&self) -> bool {
        self.resumes
    }

    /// Refuses whatever this generation still wants to write.
    pub(crate) fn fence(&self) {
        self.shared.retired.store(true, Ordering::SeqCst);
    }

    /// Waits until the plugin has ended by itself, and says how.
    pub(crate) async fn lost(&self) -> String {
        tokio::select! {
            how = self.life.ended() => how,
            () = self.peer.closed() => {
                // The process usually follows its connection at once, and says more.
                match tokio::time::timeout(EXIT_DEADLINE, self.life.ended()).await {
                    Ok(how) => how,
                    Err(_) => {
                        self.life.end().await;
                        "closed its connection to the shell".to_owned()
                    }
                }
            }
        }
    }

    /// Passes a question of the UI on.
    pub(crate) async fn invoke(&self, channel: &str, payload: Value) -> Result<Value, CallError> {
        let Ok(_permit) = self.invokes.try_acquire() else {
            let text = format!("{INVOKES_IN_FLIGHT} questions wait for an answer already");
            return Err(CallError::Refused(RpcError::new(ErrorCode::Busy, text)));
        };
        let invoke = Invoke {
            channel: channel.to_owned(),
            payload,
        };
        let deadline = self.backend.patience().answer;
        self.peer.call(&invoke, deadline).await
    }

    /// Tells the plugin about another login; returns when it counts, or after a deadline.
    pub(crate) async fn tell_auth(&self, auth: AuthState) -> Result<(), CallError> {
        let deadline = self.backend.patience().auth;
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
        let answer = tokio::select! {
            answer = self.peer.call(params, deadline) => answer,
            how = self.life.ended() => return Err(format!("{how} during {name}")),
        };
        match answer {
            Ok(_) => Ok(()),
            Err(CallError::Refused(error)) if error.code == ErrorCode::HandlerPanicked => {
                Err(format!("{name} {}", error.message))
            }
            Err(CallError::Refused(error)) => Err(format!("{name} failed: {error}")),
            Err(CallError::Deadline(_)) => Err(format!(
                "{name} did not finish within {} s",
                deadline.as_secs_f32()
            )),
            Err(CallError::Closed) => {
                let how = tokio::time::timeout(EXIT_DEADLINE, self.life.ended()).await;
                let how = how.unwrap_or_else(|_| "closed its connection".to_owned());
                Err(format!("{how} during {name}"))
            }
            Err(error) => Err(format!("{name}: {error}")),
        }
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
            .field("plugin", &self.plugin)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}
