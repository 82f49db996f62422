//! The argument of `#[on(...)]`: the name of an event.

use quote::ToTokens as _;
use stratos_manifest::closest;
use syn::{Attribute, Error, Ident, LitStr, Meta};

/// An event that `#[on(...)]` can name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EventName {
    pub(crate) name: &'static str,
    /// The type that a handler receives, in `stratos::flight`.
    pub(crate) argument: &'static str,
}

/// All events.
pub(crate) const EVENTS: [EventName; 4] = [
    event("phase_change", "PhaseSnapshot"),
    event("update", "FlightState"),
    event("landing", "LandingEvent"),
    event("sim_data", "SimFrame"),
];

const fn event(name: &'static str, argument: &'static str) -> EventName {
    EventName { name, argument }
}

/// Returns the event with this name.
pub(crate) fn find(name: &str) -> Option<EventName> {
    EVENTS.into_iter().find(|event| event.name == name)
}

/// Parses the argument of `#[on(...)]` into a literal with the name of an event.
pub(crate) fn event_name(attribute: &Attribute) -> Result<LitStr, Error> {
    let names = EVENTS.map(|event| format!("`{}`", event.name)).join(", ");
    let missing = || {
        let text = format!("`#[on]` needs an event, one of {names}: write `#[on(phase_change)]`");
        Error::new_spanned(attribute.path(), text)
    };
    let Meta::List(list) = &attribute.meta else {
        return Err(missing());
    };
    if list.tokens.is_empty() {
        return Err(missing());
    }
    if let Ok(text) = syn::parse2::<LitStr>(list.tokens.clone()) {
        let text = format!(
            "an event is a name without quotes: write `#[on({})]`",
            text.value()
        );
        return Err(Error::new_spanned(&list.tokens, text));
    }
    let Ok(name) = syn::parse2::<Ident>(list.tokens.clone()) else {
        let text = format!("`#[on]` takes one event, one of {names}");
        return Err(Error::new_spanned(&list.tokens, text));
    };
    let word = name.to_string();
    if find(&word).is_some() {
        return Ok(LitStr::new(&word, name.span()));
    }
    let text = match closest(&word, EVENTS.map(|event| event.name)) {
        Some(meant) => format!("there is no event `{word}`: did you mean `{meant}`?"),
        None => format!("there is no event `{word}`, the events are {names}"),
    };
    Err(Error::new(name.span(), text))
}

/// Checks that `#[start_guard]` has no argument; returns a literal that stands for its address.
pub(crate) fn no_argument(attribute: &Attribute) -> Result<LitStr, Error> {
    match &attribute.meta {
        Meta::Path(path) => {
            let span = path.segments.last().map(|last| last.ident.span());
            Ok(LitStr::new(
                "start_guard",
                span.unwrap_or_else(proc_macro2::Span::call_site),
            ))
        }
        meta => {
            let text = "`#[start_guard]` takes no argument";
            Err(Error::new_spanned(meta.to_token_stream(), text))
        }
    }
}
