//! Calls of plugins' IPC channels.

use std::time::Instant;

use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};
use stratos_protocol::{ErrorCode, RpcError};
use stratos_transport::CallError;
use tracing::debug;

use crate::control::path_lookup::why_unavailable;
use crate::control::{Control, ControlError};
use crate::event::{Entry, Event, LimitedEvent, fractional_millis};
use crate::plugin::PluginHandle;

impl Control {
    /// Calls the handler of an IPC channel, as a plugin's UI does, and waits for its answer.
    ///
    /// # Errors
    ///
    /// Returns an error if the plugin is not running, has no handler for the channel, or the handler fails.
    pub async fn invoke(
        &self,
        id: &str,
        channel: &str,
        payload: Value,
    ) -> Result<Value, ControlError> {
        let payload = to_raw_value(&payload).expect("a value has a JSON form");
        let answer = self.invoke_raw(id, channel, payload).await?;
        serde_json::from_str(answer.get()).map_err(|error| ControlError::Handler {
            id: id.to_owned(),
            channel: channel.to_owned(),
            error: CallError::Decode(error),
        })
    }

    /// Like [`invoke`](Self::invoke), with payload and answer as text that is not parsed.
    pub(crate) async fn invoke_raw(
        &self,
        id: &str,
        channel: &str,
        payload: Box<RawValue>,
    ) -> Result<Box<RawValue>, ControlError> {
        let plugin = self.plugin(id)?;
        let log = CallLog::begin(self, id, channel);
        let answer = self.invoke_running(&plugin, channel, payload).await;
        log.answered(answer.as_ref().err());
        answer
    }

    async fn invoke_running(
        &self,
        plugin: &PluginHandle,
        channel: &str,
        payload: Box<RawValue>,
    ) -> Result<Box<RawValue>, ControlError> {
        let session = self.runtime().routing.for_plugin(&plugin.id).await;
        let session = session.ok_or_else(|| {
            let state = plugin.status().state;
            ControlError::NotRunning {
                id: plugin.id.clone(),
                state: state.as_str(),
                explanation: why_unavailable(&plugin.id, &state).text,
            }
        })?;
        let (id, channel) = (plugin.id.clone(), channel.to_owned());
        self.runtime().events.record(|| Entry::Call {
            plugin: id.clone(),
            channel: channel.clone(),
            payload: parse_or_null(&payload),
        });
        let answer = session.invoke(&channel, payload).await;
        self.runtime().events.record(|| Entry::Answer {
            plugin: id.clone(),
            channel: channel.clone(),
            answer: answer
                .as_ref()
                .map(|answer| parse_or_null(answer))
                .map_err(ToString::to_string),
        });
        let exit = match &answer {
            Err(CallError::Closed) => session.exit_before_answer().await,
            _ => None,
        };
        answer.map_err(|error| match error {
            CallError::Rpc(RpcError {
                code: ErrorCode::NoHandler,
                ..
            }) => ControlError::NoHandler {
                id,
                channel,
                channels: self.runtime().services.ipc.channels(&session.caller),
            },
            error => match exit {
                Some(exit) => ControlError::Exited { id, channel, exit },
                None => ControlError::Handler { id, channel, error },
            },
        })
    }
}

/// An IPC call without an answer. Dropped before [`answered`](Self::answered) when its caller disconnects.
struct CallLog<'a> {
    control: &'a Control,
    plugin: &'a str,
    channel: &'a str,
    begin: Instant,
    error: Option<String>,
}

impl<'a> CallLog<'a> {
    fn begin(control: &'a Control, plugin: &'a str, channel: &'a str) -> Self {
        Self {
            control,
            plugin,
            channel,
            begin: Instant::now(),
            error: Some("the caller disconnected".to_owned()),
        }
    }

    fn answered(mut self, error: Option<&ControlError>) {
        self.error = error.map(ControlError::call_failure);
    }
}

impl Drop for CallLog<'_> {
    fn drop(&mut self) {
        let Self {
            control,
            plugin,
            channel,
            begin,
            error,
        } = self;
        let duration = begin.elapsed();
        debug!(plugin, channel, ?duration, error, "IPC call ended");
        control.emit_limited(plugin, LimitedEvent::Call, || Event::Call {
            plugin: (*plugin).to_owned(),
            channel: (*channel).to_owned(),
            error: error.take(),
            ms: fractional_millis(duration),
        });
    }
}

/// The value for the journal; `null` if it is nested too deeply to be parsed.
fn parse_or_null(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or_default()
}
