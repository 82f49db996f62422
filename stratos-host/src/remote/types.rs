//! The bodies of the control API.
//!
//! All paths are below [`API`]. Every request needs the header `Authorization: Bearer {token}`. A failure is answered
//! with an [`ErrorBody`](stratos_protocol::error_body::ErrorBody).
//!
//! Beside the [operations](crate::remote::Operation) there are three routes with streaming answers:
//!
//! | route | body | answer |
//! |---|---|---|
//! | `POST /scenario?file=...` | a scenario as TOML | a line of JSON for each [`ScenarioProgress`](crate::event::ScenarioProgress) |
//! | `GET /flight/frames` | | a line of JSON for each [`RecordedFrame`](stratos_flight::RecordedFrame), until the flight ends |
//! | `GET /events` | | server-sent events, each with one [`Event`](crate::event::Event) as JSON |

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use stratos_protocol::indicator::Set as Indicator;
use stratos_protocol::server::{Route, covers};

use crate::event::{BuildStatus, PluginState};

/// The prefix of all paths of the control API.
pub(crate) const API: &str = "/__stratos/api/v1";
/// The path of the route that plays a scenario.
pub(crate) const SCENARIO_PATH: &str = "/scenario";
/// The path of the route that streams the frames of the flight.
pub(crate) const FLIGHT_FRAMES_PATH: &str = "/flight/frames";

/// The state of one plugin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginInfo {
    /// The id in the manifest.
    pub id: String,
    /// The display name in the manifest.
    pub name: String,
    /// The version in the manifest.
    pub version: String,
    /// The state of the plugin's lifecycle.
    pub state: PluginState,
    /// The number of the plugin's latest start, counted from 1; 0 before the first.
    pub generation: u64,
    /// State of the newest build while an older version of the plugin runs, or while a starting plugin has no program yet;
    /// `None` if the newest version runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub build: Option<BuildStatus>,
    /// The id of the plugin's process, if it has one.
    pub pid: Option<u32>,
    /// The route prefixes that the plugin has registered; empty unless it runs.
    pub prefixes: Vec<String>,
    /// The routes that `#[stratos::plugin]` has registered; those of other routers are not known.
    #[serde(default)]
    pub routes: Vec<Route>,
    /// The IPC channels that the plugin handles, without their prefix.
    pub channels: Vec<String>,
    /// The channels whose handler takes no payload.
    #[serde(default)]
    pub channels_without_payload: Vec<String>,
    /// The badge beside the plugin's entry in the sidebar, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub indicator: Option<Indicator>,
}

impl PluginInfo {
    /// Methods and paths for lists that people read: those of the known routes, then `*` and `{prefix}/...` for each
    /// prefix whose routes are not known, because the plugin registered a router by hand.
    pub fn listed_routes(&self) -> impl Iterator<Item = (&str, String)> {
        let known = self.routes.iter();
        let known = known.map(|route| (route.method.as_str(), route.path.clone()));
        let unknown = self.prefixes.iter().filter(|prefix| {
            let mut routes = self.routes.iter();
            !routes.any(|route| self.prefix_of(route) == Some(prefix))
        });
        known.chain(unknown.map(|prefix| ("*", format!("{prefix}/..."))))
    }

    /// The longest prefix that covers a route, which takes precedence.
    fn prefix_of(&self, route: &Route) -> Option<&String> {
        let prefixes = self.prefixes.iter();
        let covering = prefixes.filter(|prefix| covers(prefix, &route.path));
        covering.max_by_key(|prefix| prefix.len())
    }
}

/// A call of an IPC channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Invoke {
    /// The channel, without its prefix.
    pub channel: String,
    /// The argument of the handler, as a UI would send it; `null` if absent.
    #[serde(default)]
    pub payload: Value,
}

/// The config values of one plugin, by key.
pub type ConfigValues = BTreeMap<String, Value>;

/// The login, without its token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthInfo {
    /// Whether a user is signed in.
    pub authenticated: bool,
    /// The persona of the last sign-in or sign-out; its login may have expired since.
    pub persona: String,
}

/// An answer to a dialog or prompt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModalAnswer {
    /// The answer, as JSON or as a text that a person types; `null` closes the modal without an answer.
    pub answer: Option<Value>,
}

/// The name of the persona to sign in as.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonaName {
    /// A built-in persona, or one of `[auth]` in `stratos.toml`.
    pub persona: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_without_known_routes_are_listed_also_around_others() {
        let plugin = PluginInfo {
            id: "p".to_owned(),
            name: "P".to_owned(),
            version: "1.0.0".to_owned(),
            state: PluginState::Running,
            generation: 1,
            build: None,
            pid: None,
            prefixes: ["/api", "/api/p", "/api/p/files"].map(str::to_owned).into(),
            routes: vec![Route {
                method: "GET".to_owned(),
                path: "/api/p/status".to_owned(),
                without_arguments: true,
            }],
            channels: Vec::new(),
            channels_without_payload: Vec::new(),
            indicator: None,
        };
        let listed: Vec<_> = plugin.listed_routes().collect();
        let expected = [
            ("GET", "/api/p/status"),
            ("*", "/api/..."),
            ("*", "/api/p/files/..."),
        ];
        assert_eq!(
            listed,
            expected.map(|(method, path)| (method, path.to_owned()))
        );
    }
}
