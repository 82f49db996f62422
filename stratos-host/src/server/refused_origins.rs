//! Origins whose pages the request guard has refused, each with one warning in the log.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use stratos_protocol::limits::LOG_LINE_BYTES;
use stratos_protocol::logger::Level;

use crate::config::Origin;
use crate::event::{EventBus, cut};

/// Maximum number of origins that warnings name: any page that the user visits can send requests of origins that it
/// makes up.
const MAX_NAMED: usize = 16;

/// Warns once of each origin whose pages are refused.
#[derive(Debug)]
pub(super) struct RefusedOrigins {
    events: EventBus,
    /// Origins with a warning, among them the first one that is not named.
    warned: Mutex<BTreeSet<String>>,
}

impl RefusedOrigins {
    pub(super) fn new(events: EventBus) -> Self {
        Self {
            events,
            warned: Mutex::default(),
        }
    }

    /// The response to a page of an origin that is not one of `allowed`.
    pub(super) fn refuse(&self, origin: &str, allowed: &[Origin]) -> &'static str {
        let (response, warning) = match origin.parse::<Origin>() {
            Ok(origin) => (
                "this Origin may not call the shell: add it to `[dev] origins` in stratos.toml",
                format!(
                    "a page of {origin} was refused: to allow its pages, write `origins = {}` below `[dev]` in \
                     stratos.toml",
                    toml_array(allowed, &origin)
                ),
            ),
            Err(_) => (
                "only pages with an http or https Origin may call the shell, so no file and no sandboxed frame: serve the \
                 page from a dev server",
                format!(
                    "a page with the Origin `{origin}` was refused, and cannot be allowed: serve it from a dev server"
                ),
            ),
        };
        self.warn(origin, warning);
        response
    }

    fn warn(&self, origin: &str, warning: String) {
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.len() > MAX_NAMED || !warned.insert(origin.to_owned()) {
            return;
        }
        let warning = match warned.len() {
            ..=MAX_NAMED => cut(warning, LOG_LINE_BYTES),
            _ => format!(
                "pages of more than {MAX_NAMED} origins were refused; further origins are not named"
            ),
        };
        self.events.log_from_shell("", Level::Warn, warning);
    }
}

/// The allowed origins and another one, as an array of `stratos.toml`.
fn toml_array(allowed: &[Origin], refused: &Origin) -> String {
    let origins = allowed.iter().chain([refused]);
    let quoted: Vec<_> = origins.map(|origin| format!("\"{origin}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    #[tokio::test]
    async fn each_origin_has_one_warning_and_few_origins_are_named() {
        let events = EventBus::default();
        let mut subscriber = events.subscribe();
        let refused = RefusedOrigins::new(events);
        let allowed = ["http://localhost:5173".parse().unwrap()];
        for origin in ["http://a.test", "http://a.test", "null", "app://x"] {
            refused.refuse(origin, &allowed);
        }
        for number in 0..100 {
            refused.refuse(&format!("http://{number}.test"), &allowed);
        }
        drop(refused);
        let mut warnings = Vec::new();
        while let Some(event) = subscriber.next().await {
            let Event::Log(line) = &*event else {
                panic!("{event:?}")
            };
            warnings.push(line.message.clone());
        }
        assert_eq!(
            warnings.pop().unwrap(),
            "pages of more than 16 origins were refused; further origins are not named"
        );
        assert_eq!(warnings.len(), MAX_NAMED);
        assert_eq!(
            &warnings[..3],
            [
                "a page of http://a.test was refused: to allow its pages, write `origins = [\"http://localhost:5173\", \
                 \"http://a.test\"]` below `[dev]` in stratos.toml",
                "a page with the Origin `null` was refused, and cannot be allowed: serve it from a dev server",
                "a page with the Origin `app://x` was refused, and cannot be allowed: serve it from a dev server",
            ]
        );
    }
}
