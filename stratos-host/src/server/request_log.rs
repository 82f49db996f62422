//! The request log: an event for each request to the shell's HTTP server.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::Request;
use axum::http::{Method, StatusCode, Uri};
use axum::response::Response;
use stratos_protocol::server::covers;
use tracing::{Level, debug, enabled};

use crate::control::Control;
use crate::event::{Event, LimitedEvent, fractional_millis, redact_query};
use crate::remote::API;
use crate::server::ipc_websocket::IPC_PREFIX;
use crate::server::request_guard::Rejection;
use crate::services::Caller;

/// A request without a response. Dropped before [`responded`](Self::responded) when its client disconnects.
pub(super) struct RequestLog<'a> {
    control: &'a Control,
    begin: Instant,
    method: Method,
    uri: Uri,
    status: Option<StatusCode>,
    refused: Option<&'static str>,
    /// The session that has responded.
    caller: Option<Arc<Caller>>,
}

impl<'a> RequestLog<'a> {
    /// Begins to measure a request; `None` if nobody wants to know of it.
    pub(super) fn begin(control: &'a Control, request: &Request) -> Option<Self> {
        let is_wanted = control.has_subscribers() || enabled!(Level::DEBUG);
        is_wanted.then(|| Self {
            control,
            begin: Instant::now(),
            method: request.method().clone(),
            uri: request.uri().clone(),
            status: None,
            refused: None,
            caller: None,
        })
    }

    /// Logs the request with the status of its response, whose body may not have begun. The response of a plugin has its
    /// [`Caller`] as an extension.
    pub(super) fn responded(mut self, response: &Response) {
        self.status = Some(response.status());
        let rejection = response.extensions().get::<Rejection>();
        self.refused = rejection.map(|rejection| rejection.message);
        self.caller = response.extensions().get().cloned();
    }
}

impl Drop for RequestLog<'_> {
    fn drop(&mut self) {
        let Self {
            control,
            begin,
            method,
            uri,
            status,
            refused,
            caller,
        } = self;
        let (path, duration) = (uri.path(), begin.elapsed());
        let status = status.map(|status| status.as_u16());
        debug!(%method, path, status, ?duration, "HTTP request");
        // What an accepted request to the control API does has an event of its own.
        if covers(API, path) && !matches!(status, Some(401 | 403)) {
            return;
        }
        let looked_up;
        let plugin = match caller {
            Some(caller) => &caller.plugin,
            None => {
                looked_up = plugin_of_path(control, path).unwrap_or_default();
                &looked_up
            }
        };
        control.emit_limited(plugin, LimitedEvent::Request, || Event::Request {
            plugin: plugin.clone(),
            method: method.to_string(),
            path: match uri.query() {
                Some(query) => format!("{path}?{}", redact_query(query)),
                None => path.to_owned(),
            },
            status,
            refused: refused.map(str::to_owned),
            ms: fractional_millis(duration),
        });
    }
}

/// Id of the plugin whose routes or IPC WebSocket have this path.
fn plugin_of_path(control: &Control, path: &str) -> Option<String> {
    match path.strip_prefix(IPC_PREFIX) {
        Some(id) => control.plugin(id).ok().map(|plugin| plugin.id.clone()),
        None => control.plugin_of_path(path),
    }
}
