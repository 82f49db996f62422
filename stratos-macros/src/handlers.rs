//! The functions that answer the UI: `#[ipc("...")]`, `#[get("...")]` and the like.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;
use syn::{Attribute, Error, LitStr, Type};

use crate::attribute::{self, Helper};
use crate::channel::check_channel;
use crate::hooks::is_hook;
use crate::item::{Form, Function, Item};
use crate::route_path::{check_path, conflict};
use crate::signature::{Argument, Call, Expected, last_segment, spelling};

/// A function and what it answers.
pub(crate) struct Handler<'a> {
    pub(crate) call: Call<'a>,
    /// `ipc`, or the method of a route in lower case.
    pub(crate) kind: &'static str,
    /// The channel, or the path below the prefix.
    pub(crate) text: LitStr,
}

impl Handler<'_> {
    pub(crate) fn is_ipc(&self) -> bool {
        self.kind == "ipc"
    }
}

/// Finds the handlers whose attributes and signatures are right, and says everything that is wrong with the others.
pub(crate) fn find<'a>(
    item: &'a Item,
    prefix: Option<&str>,
    errors: &mut Vec<Error>,
) -> Vec<Handler<'a>> {
    for attribute in &item.misplaced {
        let path = attribute.path();
        let text = "this attribute belongs on an async function that answers";
        errors.push(Error::new_spanned(path, text));
    }
    for path in &item.under_conditions {
        let name = path.segments.last().map(|last| last.ident.to_string());
        let name = name.unwrap_or_default();
        let text = format!(
            "`#[cfg_attr(...)]` cannot hold `{name}`: write `#[cfg(...)]` and `#[{name}(...)]` on the function"
        );
        errors.push(Error::new_spanned(path, text));
    }
    let mut handlers = Vec::new();
    for function in &item.functions {
        // Of a hook's attributes, the hooks' check speaks.
        if is_hook(&function.signature.ident.to_string()) {
            continue;
        }
        let before = errors.len();
        if let Some(handler) = handler(function, item, prefix, errors)
            && errors.len() == before
        {
            handlers.push(handler);
        }
    }
    handlers
}

/// Compile errors for handlers of the same channel or route, where `#[cfg]` lets both of them be.
pub(crate) fn conflicts(handlers: &[Handler<'_>]) -> TokenStream {
    let mut errors = TokenStream::new();
    for (index, later) in handlers.iter().enumerate() {
        let earlier = handlers[..index]
            .iter()
            .filter(|earlier| earlier.is_ipc() == later.is_ipc());
        for earlier in earlier {
            let (a, b) = (earlier.text.value(), later.text.value());
            let name = &earlier.call.name;
            let text = if later.is_ipc() && a == b {
                format!("channel `{b}` is answered by `{name}` already: one of them has to go")
            } else if !later.is_ipc() && a == b && earlier.kind == later.kind {
                let method = later.kind.to_uppercase();
                format!("{method} {b} is answered by `{name}` already: one of them has to go")
            } else if !later.is_ipc() && conflict(&a, &b) {
                format!(
                    "`{b}` and `{a}` of `{name}` match the same addresses: call the parameters alike"
                )
            } else {
                continue;
            };
            let conditions = [earlier.call.cfgs, later.call.cfgs].concat();
            errors.extend(error_if(&conditions, later.text.span(), &text));
            // One error is enough, unless this one may be left out.
            if earlier.call.cfgs.is_empty() {
                break;
            }
        }
    }
    errors
}

/// A compile error under all of these `#[cfg(...)]`.
fn error_if(conditions: &[Attribute], span: Span, text: &str) -> TokenStream {
    let error = quote_spanned! {span=> ::core::compile_error! { #text } };
    quote! { #(#conditions)* #error }
}

fn handler<'a>(
    function: &'a Function,
    item: &Item,
    prefix: Option<&str>,
    errors: &mut Vec<Error>,
) -> Option<Handler<'a>> {
    let [(helper, attribute), more @ ..] = &function.helpers[..] else {
        return None;
    };
    for (_, surplus) in more {
        let text = "a function answers one channel or one route: move what they share into a function of its own";
        errors.push(Error::new_spanned(surplus.path(), text));
    }
    let kind = match *helper {
        Helper::Exact(name) => name,
        Helper::Near(name) => {
            let path = attribute.path();
            let found = path
                .segments
                .last()
                .map(|segment| segment.ident.to_string());
            let found = found.unwrap_or_default();
            let text = format!("there is no `#[{found}]` here: did you mean `#[{name}(...)]`?");
            errors.push(Error::new_spanned(path, text));
            name
        }
    };
    let text = attribute::text(attribute, kind, &function.signature.ident);
    let text = text.map_err(|error| errors.push(error)).ok();
    if let Some(text) = &text {
        let value = text.value();
        let checked = match kind {
            "ipc" => check_channel(&value),
            _ => check_path(&value, prefix),
        };
        if let Err(wrong) = checked {
            errors.push(Error::new(text.span(), wrong));
        }
    }
    let call = signature(function, item, kind, errors);
    Some(Handler {
        call,
        kind,
        text: text?,
    })
}

fn signature<'a>(
    function: &'a Function,
    item: &Item,
    kind: &str,
    errors: &mut Vec<Error>,
) -> Call<'a> {
    let name = &function.signature.ident;
    let who = match item.form {
        Form::Impl { .. } => "&self",
        Form::Module { .. } => "state: &State",
    };
    let (what, form) = match kind {
        "ipc" => (
            "an `#[ipc]` handler",
            format!("async fn {name}({who}, payload: T) -> stratos::Result<R>"),
        ),
        _ => (
            "a route's handler",
            format!("async fn {name}({who}, extractors...) -> impl IntoResponse"),
        ),
    };
    let expected = Expected { what, form };
    let mut wrong = |span: Span, what: &str| {
        let text = format!("{what}: its form is `{}`", expected.form);
        errors.push(Error::new(span, text));
    };
    let call = Call::read(function, &item.form, &expected, &mut wrong);
    let mut values = 0;
    let (mut states, mut contexts) = (0, 0);
    for argument in &call.arguments {
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
                let text = format!("{what} owns what it is sent: write `{owned}`");
                errors.push(Error::new(ty.span(), text));
            }
            Argument::Value(_) if kind == "ipc" && *count == 2 => {
                let text =
                    "a message has one payload: take a struct, or a tuple such as `(f64, f64)`";
                errors.push(Error::new(ty.span(), text));
            }
            Argument::Value(_) => {}
            Argument::State(_) | Argument::Context(_) => {
                if *count == 2 {
                    let text = "this argument is there already: remove it";
                    errors.push(Error::new(ty.span(), text));
                }
            }
        }
    }
    call
}
