//! The requests of plugins about the airline.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use stratos_protocol::airline::{Airline, Call, GetAirline, Method, check_path};
use stratos_protocol::logger::Level;
use stratos_protocol::{ErrorCode, Request as _, RpcError};
use stratos_transport::rpc;
use tokio::time::{Instant, timeout};

use crate::config::{AirlineConfig, AirlineUrl};
use crate::event::{Event, EventBus, LimitedEvent, compact_json, fractional_millis, redact_query};
use crate::services::airline::http_transport::HttpTransport;
use crate::services::airline::login::AirlineLogin;
use crate::services::airline::mock_airline::MockAirline;
use crate::services::airline::{AirlineFault, AirlineRequest, AirlineResponse, AirlineTransport};
use crate::services::service::{Caller, Resources, RpcResult, Service, SignedIn};

/// Timeout for a request with its repetition. Below the plugin's own for any answer of the shell, which would hide the
/// reason.
const TIMEOUT: Duration = Duration::from_secs(25);

/// Tells plugins the bound airline, and makes their requests to its API. The token stays here.
pub(crate) struct AirlineService {
    events: EventBus,
    signed_in: SignedIn,
    https: Option<Arc<dyn AirlineTransport>>,
    bound: RwLock<Bound>,
    fault: Mutex<Option<AirlineFault>>,
}

/// The airline that is bound while a user is signed in.
#[derive(Clone)]
struct Bound {
    config: AirlineConfig,
    airline: Airline,
    login: Arc<AirlineLogin>,
    /// `None` if the airline needs HTTPS, which this shell does not have.
    transport: Option<Arc<dyn AirlineTransport>>,
}

/// [`Call`] whose body is not parsed yet.
#[derive(Deserialize)]
struct RawCall<'a> {
    method: Method,
    path: String,
    #[serde(borrow, default)]
    body: Option<&'a RawValue>,
}

/// [`Answer`](stratos_protocol::airline::Answer) whose body is passed on as text.
#[derive(Serialize)]
struct RawAnswer<'a> {
    status: u16,
    body: &'a RawValue,
}

impl Service for AirlineService {
    const METHODS: &'static [&'static str] = &[GetAirline::METHOD, Call::METHOD];
    const LATER: &'static [stratos_protocol::Service] = &[stratos_protocol::Service::Airline];

    fn new(resources: &Resources) -> Self {
        let https = resources.airline_https.clone();
        let bound = Bound::new(resources.airline.clone(), https.as_ref());
        Self {
            events: resources.events.clone(),
            signed_in: resources.signed_in.clone(),
            https,
            bound: RwLock::new(bound),
            fault: Mutex::default(),
        }
    }

    async fn handle_request(
        &self,
        caller: &Arc<Caller>,
        method: &str,
        params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        match method {
            GetAirline::METHOD => {
                let airline = |bound: Bound| bound.airline;
                rpc::respond(params, async |GetAirline {}| {
                    Ok(self.bound().ok().map(airline))
                })
                .await
            }
            Call::METHOD => self.call(caller, rpc::decode(params)?).await,
            _ => Err(rpc::method_not_found("shell", method)),
        }
    }
}

impl AirlineService {
    /// Applies a changed configuration. The mock airline begins anew, unless nothing has changed.
    pub(crate) fn apply(&self, config: AirlineConfig) {
        let mut bound = self.bound.write().unwrap_or_else(PoisonError::into_inner);
        match is_same_airline(&bound.config, &config) {
            true => bound.config = config,
            false => *bound = Bound::new(config, self.https.as_ref()),
        }
    }

    /// Refreshes the login at the airline, as the UI asks for it.
    ///
    /// # Errors
    ///
    /// If no airline is bound.
    pub(crate) fn refresh(&self) -> RpcResult<()> {
        let login = self.bound()?.login;
        login.refresh(&login.token());
        Ok(())
    }

    /// Ends the present token at the mock airline.
    ///
    /// # Errors
    ///
    /// If no airline is bound, or the tokens of its server end when it says so.
    pub(crate) fn expire_token(&self) -> RpcResult<()> {
        let bound = self.bound()?;
        if bound.config.table.base_url.is_some() {
            let text = "only the tokens of the mock airline can be expired: `[airline] base_url` names a server";
            return Err(RpcError::new(ErrorCode::NotSupported, text));
        }
        bound.login.expire();
        Ok(())
    }

    /// Injects a fault, or ends it.
    pub(crate) fn set_fault(&self, fault: Option<AirlineFault>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Sends a request, unless a fault is injected.
    async fn send(
        &self,
        transport: &dyn AirlineTransport,
        request: &AirlineRequest,
    ) -> Result<AirlineResponse, String> {
        let fault = *self.fault.lock().unwrap_or_else(PoisonError::into_inner);
        match fault {
            Some(fault) => fault.outcome(),
            None => transport.send(request).await,
        }
    }

    /// The bound airline.
    ///
    /// # Errors
    ///
    /// The reason why there is none.
    fn bound(&self) -> RpcResult<Bound> {
        let bound = self.bound.read().unwrap_or_else(PoisonError::into_inner);
        let reason = if bound.config.table.enabled == Some(false) {
            "stratos.toml has `enabled = false` in `[airline]`"
        } else if !self.signed_in.get() {
            "nobody is signed in"
        } else {
            return Ok(bound.clone());
        };
        let text = format!("no airline is bound: {reason}");
        Err(RpcError::new(ErrorCode::NotSupported, text))
    }

    async fn call(&self, caller: &Caller, call: RawCall<'_>) -> RpcResult<Box<RawValue>> {
        let RawCall { method, path, body } = call;
        check_path(&path).map_err(|error| rpc::invalid_params(&error))?;
        let bound = self.bound()?;
        let request = AirlineRequest {
            method,
            url: format!("{}{path}", bound.airline.base_url),
            token: bound.login.token(),
            body: body.map(|body| body.get().to_owned()),
            path,
        };
        let begin = Instant::now();
        let exchanged = timeout(TIMEOUT, self.exchange(caller, &bound, request.clone())).await;
        let exchanged = exchanged.unwrap_or_else(|_| {
            let seconds = TIMEOUT.as_secs();
            Err(format!("has not answered within {seconds} s"))
        });
        let shown_path = redacted(&request.path);
        let event = Event::Airline {
            plugin: caller.plugin.clone(),
            method,
            path: shown_path.clone(),
            status: exchanged.as_ref().ok().map(|response| response.status),
            error: exchanged.as_ref().err().cloned(),
            ms: fractional_millis(begin.elapsed()),
        };
        self.events.emit_journaled(LimitedEvent::Airline, event);
        let response = exchanged.map_err(|reason| {
            let (plugin, base) = (&caller.plugin, &bound.airline.base_url);
            let method = method.as_str();
            let text =
                format!("`ctx.airline` of plugin `{plugin}`: {method} {base}{shown_path} {reason}");
            RpcError::new(ErrorCode::UpstreamFailed, text)
        })?;
        answer(response)
    }

    /// Sends a request, and repeats it once with a new token if the status is 401.
    async fn exchange(
        &self,
        caller: &Caller,
        bound: &Bound,
        mut request: AirlineRequest,
    ) -> Result<AirlineResponse, String> {
        let transport = bound.transport.as_ref().ok_or(
            "needs HTTPS, which this shell does not have: use `cargo stratos run`, or an `http` URL",
        )?;
        let mut response = self.send(&**transport, &request).await?;
        let first_token = request.token.clone();
        if response.status == 401 {
            let (was_refreshed, token) = bound.login.refresh(&request.token);
            if was_refreshed {
                let text = "the login at the airline was refreshed after a status of 401";
                let events = &self.events;
                events.log(&caller.plugin, Level::Debug, "shell", text.to_owned(), None);
            }
            request.token = token;
            response = self.send(&**transport, &request).await?;
        }
        match response.status {
            300..=399 => Err(format!(
                "answers with the redirect {}, which is not followed: the token would go elsewhere",
                response.status
            )),
            _ => {
                response.body = masked(&response.body, &[&first_token, &request.token]);
                Ok(response)
            }
        }
    }
}

impl Bound {
    fn new(config: AirlineConfig, https: Option<&Arc<dyn AirlineTransport>>) -> Self {
        let table = &config.table;
        let base_url = table.base_url.clone();
        // The tokens of a real server expire when it says so.
        let lifetime = table.expires_in_seconds.filter(|_| base_url.is_none());
        let login = Arc::new(AirlineLogin::new(lifetime.map(Duration::from_secs)));
        let is_mock = base_url.is_none();
        let airline = Airline {
            id: table
                .id
                .clone()
                .or_else(|| is_mock.then(|| MockAirline::ID.to_owned())),
            name: table.name.clone().unwrap_or_else(|| {
                let host = base_url.as_ref().map(AirlineUrl::host);
                host.unwrap_or(MockAirline::NAME).to_owned()
            }),
            base_url: match &base_url {
                Some(url) => url.as_str().to_owned(),
                None => MockAirline::BASE_URL.to_owned(),
            },
        };
        let transport: Option<Arc<dyn AirlineTransport>> = match base_url {
            None => Some(Arc::new(MockAirline::new(
                Arc::clone(&login),
                config.fixtures.clone(),
            ))),
            Some(url) if url.is_https() => https.cloned(),
            Some(url) => Some(Arc::new(HttpTransport::new(url))),
        };
        Self {
            config,
            airline,
            login,
            transport,
        }
    }
}

/// Whether two configurations differ in the settings of plugins only.
fn is_same_airline(a: &AirlineConfig, b: &AirlineConfig) -> bool {
    let without_settings = |config: &AirlineConfig| {
        let mut config = config.clone();
        config.table.settings.clear();
        config
    };
    without_settings(a) == without_settings(b)
}

/// Path and query without the values of parameters that look like secrets.
fn redacted(path: &str) -> String {
    match path.split_once('?') {
        Some((path, query)) => format!("{path}?{}", redact_query(query)),
        None => path.to_owned(),
    }
}

/// The body without the tokens, which a server may repeat. Bytes that are not UTF-8 are replaced, as the plugin gets them.
fn masked(body: &[u8], tokens: &[&str]) -> Vec<u8> {
    let text = String::from_utf8_lossy(body).into_owned();
    let masked = |text: String, token: &&str| text.replace(token, "[redacted]");
    tokens.iter().fold(text, masked).into_bytes()
}

/// The result for a plugin: a JSON body as it is, another one as a text.
fn answer(response: AirlineResponse) -> RpcResult<Box<RawValue>> {
    let AirlineResponse { status, body } = response;
    let text = String::from_utf8_lossy(&body);
    let internal = |error: serde_json::Error| RpcError::new(ErrorCode::Internal, error.to_string());
    let body = match text.trim() {
        "" => to_raw_value(&()),
        trimmed => match compact_json(trimmed) {
            Some(json) => RawValue::from_string(json),
            None => to_raw_value(&text),
        },
    };
    let body = body.map_err(internal)?;
    to_raw_value(&RawAnswer {
        status,
        body: &body,
    })
    .map_err(internal)
}

impl fmt::Debug for AirlineService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AirlineService").finish_non_exhaustive()
    }
}
