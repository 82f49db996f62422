//! Validation of handlers: `#[ipc("...")]`, `#[get("...")]` and the other HTTP methods, `#[on(...)]`, `#[start_guard]`.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{Error, Ident, Path, Type};

use super::channel::check_channel;
use super::hooks::is_hook;
use super::route_path::{check_path, routes_overlap};
use super::signature;
use crate::model::{Argument, ConditionalError, Handler, UserFn};
use crate::parse::attribute::{HandlerAttribute, channel_or_path};
use crate::parse::event_name::{self, EventName, event_name, no_argument};
use crate::parse::item::{Function, Item, ItemKind};
use crate::types::{last_segment, spelling};

/// Finds the valid handlers and reports the errors of the others.
pub(super) fn find<'a>(
    item: &'a Item,
    prefix: Option<&str>,
    errors: &mut Vec<Error>,
) -> Vec<Handler<'a>> {
    for attribute in &item.misplaced_attributes {
        let text = "this attribute belongs on an async function that answers";
        errors.push(Error::new_spanned(attribute.path(), text));
    }
    for path in &item.cfg_attr_paths {
        let name = last_name(path);
        let text = format!(
            "`#[cfg_attr(...)]` cannot hold `{name}`: write `#[cfg(...)]` and `#[{name}(...)]` on the function"
        );
        errors.push(Error::new_spanned(path, text));
    }
    let mut handlers = Vec::new();
    for function in &item.functions {
        // The validation of hooks reports handler attributes on hooks.
        if is_hook(&function.signature.ident.to_string()) {
            continue;
        }
        let before = errors.len();
        if let Some(handler) = read_handler(function, item, prefix, errors)
            && errors.len() == before
        {
            handlers.push(handler);
        }
    }
    handlers
}

/// Finds handlers of the same channel or route, which are errors unless `#[cfg]` removes one of them.
pub(super) fn find_conflicts(handlers: &[Handler<'_>]) -> Vec<ConditionalError> {
    let mut conflicts = Vec::new();
    for (index, later) in handlers.iter().enumerate() {
        for earlier in &handlers[..index] {
            let Some(text) = conflict(earlier, later) else {
                continue;
            };
            conflicts.push(ConditionalError {
                cfgs: [earlier.function.cfgs, later.function.cfgs].concat(),
                error: Error::new(later.address.span(), text),
            });
            // One error per handler is enough, unless `#[cfg]` may remove the other handler.
            if earlier.function.cfgs.is_empty() {
                break;
            }
        }
    }
    conflicts
}

/// Returns the message for two handlers of the same channel or route.
fn conflict(earlier: &Handler<'_>, later: &Handler<'_>) -> Option<String> {
    let is_comparable =
        earlier.is_ipc() && later.is_ipc() || earlier.is_route() && later.is_route();
    if !is_comparable {
        // Several functions may handle one event, or guard the start.
        return None;
    }
    let (a, b) = (earlier.address.value(), later.address.value());
    let name = &earlier.function.name;
    if later.is_ipc() {
        (a == b).then(|| {
            format!("channel `{b}` is answered by `{name}` already: one of them has to go")
        })
    } else if a == b && earlier.kind == later.kind {
        let method = later.kind.to_uppercase();
        Some(format!(
            "{method} {b} is answered by `{name}` already: one of them has to go"
        ))
    } else {
        routes_overlap(&a, &b).then(|| {
            format!(
                "`{b}` and `{a}` of `{name}` match the same addresses: call the parameters alike"
            )
        })
    }
}

fn read_handler<'a>(
    function: &'a Function,
    item: &Item,
    prefix: Option<&str>,
    errors: &mut Vec<Error>,
) -> Option<Handler<'a>> {
    let [(attribute_kind, attribute), more @ ..] = &function.handler_attributes[..] else {
        return None;
    };
    for (_, surplus) in more {
        let text = "a function has one of these attributes: move what they share into a function of its own";
        errors.push(Error::new_spanned(surplus.path(), text));
    }
    let kind = match *attribute_kind {
        HandlerAttribute::Exact(name) => name,
        HandlerAttribute::Misspelt(name) => {
            let path = attribute.path();
            let found = last_name(path);
            let meant = match name {
                "start_guard" => name.to_owned(),
                _ => format!("{name}(...)"),
            };
            let text = format!("there is no `#[{found}]` here: did you mean `#[{meant}]`?");
            errors.push(Error::new_spanned(path, text));
            name
        }
    };
    let address = match kind {
        "on" => event_name(attribute),
        "start_guard" => no_argument(attribute),
        _ => channel_or_path(attribute, kind, &function.signature.ident),
    };
    let address = address.map_err(|error| errors.push(error)).ok();
    if let Some(address) = &address {
        let value = address.value();
        let checked = match kind {
            "ipc" => check_channel(&value),
            "on" | "start_guard" => Ok(()),
            _ => check_path(&value, prefix),
        };
        if let Err(text) = checked {
            errors.push(Error::new(address.span(), text));
        }
    }
    let event = address
        .as_ref()
        .and_then(|name| event_name::find(&name.value()));
    let function = read_signature(function, item, kind, event, errors);
    Some(Handler {
        function,
        kind,
        address: address?,
    })
}

fn last_name(path: &Path) -> String {
    let last = path.segments.last();
    last.map(|last| last.ident.to_string()).unwrap_or_default()
}

fn read_signature<'a>(
    function: &'a Function,
    item: &Item,
    kind: &str,
    event: Option<EventName>,
    errors: &mut Vec<Error>,
) -> UserFn<'a> {
    let (subject, form) = expected_signature(&function.signature.ident, &item.kind, kind, event);
    let mut report = |span: Span, what: &str| {
        let text = format!("{what}: its form is `{form}`");
        errors.push(Error::new(span, text));
    };
    let user_fn = signature::read(function, &item.kind, subject, &mut report);
    let (mut states, mut contexts, mut values) = (0, 0, 0);
    for argument in &user_fn.arguments {
        let (ty, count) = match argument {
            Argument::State(ty) => (*ty, &mut states),
            Argument::Context(ty) => (*ty, &mut contexts),
            Argument::Value(ty) => (*ty, &mut values),
        };
        *count += 1;
        match argument {
            Argument::Value(Type::Reference(reference)) => {
                let owned = match last_segment(&reference.elem) {
                    Some(name) if name == "str" => "String".to_owned(),
                    Some(_) => spelling(&reference.elem),
                    None => "Vec<T>".to_owned(),
                };
                let text = format!("{subject} owns what it is sent: write `{owned}`");
                errors.push(Error::new(ty.span(), text));
            }
            Argument::Value(_) if kind == "ipc" && *count == 2 => {
                let text =
                    "a message has one payload: take a struct, or a tuple such as `(f64, f64)`";
                errors.push(Error::new(ty.span(), text));
            }
            Argument::Value(_) if kind == "on" && *count == 2 => {
                let text = "an event has one value: remove this argument";
                errors.push(Error::new(ty.span(), text));
            }
            Argument::Value(_) if kind == "start_guard" && *count == 1 => {
                let text = "a start guard is told nothing: remove this argument, and ask `ctx` for what it needs";
                errors.push(Error::new(ty.span(), text));
            }
            Argument::State(_) | Argument::Context(_) if *count == 2 => {
                let text = "this argument is there already: remove it";
                errors.push(Error::new(ty.span(), text));
            }
            Argument::Value(_) | Argument::State(_) | Argument::Context(_) => {}
        }
    }
    user_fn
}

/// Returns the subject of messages about a handler, and its expected signature.
fn expected_signature(
    name: &Ident,
    item: &ItemKind,
    kind: &str,
    event: Option<EventName>,
) -> (&'static str, String) {
    let first = match item {
        ItemKind::Impl { .. } => "&self",
        ItemKind::Module { .. } => "state: &State",
    };
    match kind {
        "ipc" => (
            "an `#[ipc]` handler",
            format!("async fn {name}({first}, payload: T) -> stratos::Result<R>"),
        ),
        "on" => {
            let argument = event.map_or("PhaseSnapshot", |event| event.argument);
            (
                "an `#[on]` handler",
                format!("async fn {name}({first}, event: {argument}) -> stratos::Result"),
            )
        }
        "start_guard" => (
            "a start guard",
            format!("async fn {name}({first}) -> stratos::Result<StartVerdict>"),
        ),
        _ => (
            "a route's handler",
            format!("async fn {name}({first}, extractors...) -> impl IntoResponse"),
        ),
    }
}
