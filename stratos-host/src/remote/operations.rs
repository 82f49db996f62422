//! The operations of the control API: one row each.
//!
//! # Adding an operation
//!
//! 1. Add a row to `operations!` below: a name, its parameters, its route and the type of its answer. That makes the
//!    type with which [`Client::call`](crate::remote::Client::call) calls the operation from another process.
//! 2. Add one line to `router` in `server/api.rs`, which calls a method of [`Control`](crate::control::Control).
//!
//! A scenario and the event stream have streaming answers and are no operations: see `server/api.rs`.

use std::collections::BTreeMap;

use axum::http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stratos_manifest::Setting;
use thiserror::Error;

use crate::event::Modal;
use crate::remote::{
    AuthInfo, ConfigValues, FlightCommand, FlightInfo, FlightRequest, Invoke, ModalAnswer,
    PersonaName, PluginInfo,
};
use crate::store::ConfigExport;

/// An operation of the control API, with its parameters and its body.
pub trait Operation: Sized + Send {
    /// The method of its route.
    const METHOD: Method;
    /// The path of its route, with `{name}` in place of a parameter. Parameters that are not in the path are in the
    /// query.
    const PATH: &'static str;
    /// Whether the answer waits for the shell and its disk only, so that a client can expect it within 30 seconds.
    /// Others may wait for a build, a plugin or a debugger.
    const HAS_TIMEOUT: bool;
    /// The body of a successful response, as JSON.
    type Answer: Serialize + DeserializeOwned + Send;

    /// The parameters of the path and the query, by name.
    fn params(&self) -> Vec<(&'static str, &str)>;

    /// The body of the request as JSON; empty where the operation has none.
    ///
    /// # Errors
    ///
    /// Returns an error if the body has no JSON form.
    fn body(&self) -> serde_json::Result<Vec<u8>>;

    /// The operation of a request with these parameters and this body.
    ///
    /// # Errors
    ///
    /// Returns an error if a parameter is missing, or the body is not valid.
    fn decode(params: BTreeMap<String, String>, body: &[u8]) -> Result<Self, DecodeError>;
}

/// A request does not have the parameters or the body of its operation.
#[derive(Debug, Error)]
pub enum DecodeError {
    /// A parameter of the path or the query is missing.
    #[error("the parameter `{0}` is missing")]
    MissingParameter(&'static str),
    /// The body is not JSON, or not of the operation's type.
    #[error("the body is not valid for this path")]
    Body(#[source] serde_json::Error),
}

macro_rules! encode_body {
    () => {
        Ok(Vec::new())
    };
    ($body:expr) => {
        serde_json::to_vec($body)
    };
}

macro_rules! operations {
    ($(
        $(#[$doc:meta])+
        $name:ident $({ $($param:ident),+ })? $(body $body:ident: $body_type:ty)?
            => $method:ident $path:literal -> $answer:ty, has_timeout: $has_timeout:literal;
    )+) => {$(
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $($(
                #[doc = concat!("The parameter `", stringify!($param), "` of the request.")]
                pub $param: String,
            )+)?
            $(
                #[doc = "The body of the request."]
                pub $body: $body_type,
            )?
        }

        impl Operation for $name {
            const METHOD: Method = Method::$method;
            const PATH: &'static str = $path;
            const HAS_TIMEOUT: bool = $has_timeout;
            type Answer = $answer;

            fn params(&self) -> Vec<(&'static str, &str)> {
                vec![$($((stringify!($param), self.$param.as_str())),+)?]
            }

            fn body(&self) -> serde_json::Result<Vec<u8>> {
                encode_body!($(&self.$body)?)
            }

            fn decode(
                mut _params: BTreeMap<String, String>,
                _body: &[u8],
            ) -> Result<Self, DecodeError> {
                Ok(Self {
                    $($($param: take(&mut _params, stringify!($param))?,)+)?
                    $($body: serde_json::from_slice(_body).map_err(DecodeError::Body)?,)?
                })
            }
        }
    )+};
}

operations! {
    /// Lists all plugins, in the order of their ids.
    ListPlugins => GET "/plugins" -> Vec<PluginInfo>, has_timeout: true;

    /// Starts a plugin that was stopped or is errored. Answered when it runs.
    StartPlugin { plugin } => POST "/plugins/{plugin}/start" -> (), has_timeout: false;

    /// Stops a plugin. Answered when it has stopped.
    StopPlugin { plugin } => POST "/plugins/{plugin}/stop" -> Option<String>, has_timeout: false;

    /// Builds a plugin and replaces the running version. Answered when the new version runs.
    UpdatePlugin { plugin } => POST "/plugins/{plugin}/update" -> (), has_timeout: false;

    /// Calls the handler of an IPC channel. Answered with what the handler returns.
    InvokeChannel { plugin } body invoke: Invoke
        => POST "/plugins/{plugin}/invoke" -> Value, has_timeout: false;

    /// Reads all config values of a plugin.
    GetPluginConfig { plugin } => GET "/plugins/{plugin}/config" -> ConfigValues, has_timeout: true;

    /// Replaces all config values of a plugin in one transaction.
    ReplacePluginConfig { plugin } body values: ConfigValues
        => PUT "/plugins/{plugin}/config" -> (), has_timeout: true;

    /// Reads a config value.
    GetConfigValue { plugin, key } => GET "/plugins/{plugin}/config/value" -> Value, has_timeout: true;

    /// Stores the value of a setting durably, if the settings page would.
    SetConfigValue { plugin, key } body value: Value
        => PUT "/plugins/{plugin}/config/value" -> (), has_timeout: true;

    /// Stores a config value durably that is not checked against the settings, such as one of the plugin's own.
    SetUncheckedConfigValue { plugin, key } body value: Value
        => PUT "/plugins/{plugin}/config/unchecked" -> (), has_timeout: true;

    /// Reads the settings that the manifest declares; `null` if they are unknown.
    GetSettings { plugin } => GET "/plugins/{plugin}/settings" -> Option<Vec<Setting>>, has_timeout: true;

    /// Removes a config value.
    RemoveConfigValue { plugin, key } => DELETE "/plugins/{plugin}/config/value" -> (), has_timeout: true;

    /// Reads all config values of all plugins.
    ExportConfig => GET "/config" -> ConfigExport, has_timeout: true;

    /// Replaces all config values of all plugins in one transaction.
    ImportConfig body export: ConfigExport => PUT "/config" -> (), has_timeout: true;

    /// Reads the login.
    GetAuth => GET "/auth" -> AuthInfo, has_timeout: true;

    /// Lists the dialogs and prompts that wait for an answer; the first is shown.
    ListModals => GET "/modals" -> Vec<Modal>, has_timeout: true;

    /// Answers a dialog or prompt, or closes it without an answer.
    AnswerModal { id } body answer: ModalAnswer => PUT "/modals/{id}" -> (), has_timeout: true;

    /// Signs in as another persona, or out. Answered when every running plugin has acknowledged it.
    SwitchAuth body persona: PersonaName => PUT "/auth" -> (), has_timeout: false;

    /// Reads the flight.
    GetFlight => GET "/flight" -> FlightInfo, has_timeout: true;

    /// Starts a flight. Answered when the start guards have answered.
    StartFlight body request: FlightRequest => POST "/flight" -> FlightInfo, has_timeout: true;

    /// Commands the flight.
    CommandFlight body command: FlightCommand
        => POST "/flight/command" -> FlightInfo, has_timeout: true;
}

fn take(params: &mut BTreeMap<String, String>, name: &'static str) -> Result<String, DecodeError> {
    params
        .remove(name)
        .ok_or(DecodeError::MissingParameter(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_without_parameters_or_body_are_rejected() {
        let missing = StopPlugin::decode(BTreeMap::new(), b"").unwrap_err();
        assert_eq!(missing.to_string(), "the parameter `plugin` is missing");
        let plugin = BTreeMap::from([("plugin".to_owned(), "demo".to_owned())]);
        let body = InvokeChannel::decode(plugin, b"{}").unwrap_err();
        assert!(matches!(body, DecodeError::Body(_)), "{body:?}");
    }
}
