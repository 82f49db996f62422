//! Validation of a whole plugin.

use syn::spanned::Spanned as _;
use syn::{Error, GenericParam, LitStr};

use super::route_path::check_prefix;
use super::{handlers, hooks, members, settings};
use crate::model::{Handler, Plugin};
use crate::parse::arguments::Arguments;
use crate::parse::item::{Item, ItemKind};
use crate::parse::plugin_json::PluginJson;

/// Builds the model of a plugin and collects the errors of all parts.
pub(crate) fn validate<'a>(
    item: &'a Item,
    arguments: &'a Arguments,
    json: Option<&'a PluginJson>,
    errors: &mut Vec<Error>,
) -> Plugin<'a> {
    let mut hooks = hooks::find(item, errors);
    let state = hooks::module_state(item, &hooks, errors);
    let prefix = route_prefix(arguments.prefix.as_ref(), json, errors);
    let mut handlers = handlers::find(item, prefix.as_deref(), errors);
    let has_routes = handlers.iter().any(Handler::is_route);
    if let Some(argument) = &arguments.prefix
        && !has_routes
        && errors.is_empty()
    {
        let text = "`prefix` is for functions with `#[get(...)]` and the like, and there are none; \
                    `register_router` takes its prefix itself";
        errors.push(Error::new(argument.span(), text));
    }
    hooks
        .on_stop
        .retain(|hook| hooks::check_state(state, hook, errors));
    handlers.retain(|handler| hooks::check_state(state, &handler.function, errors));
    check_settings_argument(arguments, json, errors);
    let settings = settings::find(json, errors);
    let redeclared_members = members::find_redeclared(item, !settings.is_empty(), errors);
    let parameters = parameters_error(item);
    let is_concrete = parameters.is_none();
    errors.extend(parameters);
    Plugin {
        item,
        json,
        hooks,
        state,
        conflicts: handlers::find_conflicts(&handlers),
        handlers,
        prefix: prefix.unwrap_or_default(),
        settings,
        settings_module: arguments.settings.as_ref(),
        redeclared_members,
        is_concrete,
    }
}

/// Returns the prefix of the argument, or `/api/<plugin id>`.
fn route_prefix(
    argument: Option<&LitStr>,
    json: Option<&PluginJson>,
    errors: &mut Vec<Error>,
) -> Option<String> {
    let Some(argument) = argument else {
        let identity = json?.identity.as_ref()?;
        return Some(format!("/api/{}", identity.id));
    };
    let prefix = argument.value();
    if let Err(text) = check_prefix(&prefix) {
        errors.push(Error::new(argument.span(), text));
    }
    Some(prefix)
}

/// Reports the argument `settings` if a valid manifest declares no settings.
fn check_settings_argument(
    arguments: &Arguments,
    json: Option<&PluginJson>,
    errors: &mut Vec<Error>,
) {
    if let Some(module) = &arguments.settings
        && let Some(json) = json
        && json.identity.is_some()
        && json.settings.is_empty()
    {
        let text = format!(
            "`settings` names the module for the settings that `{}` declares, and there are none",
            json.name
        );
        errors.push(Error::new(module.span(), text));
    }
}

/// Returns the error for an `impl` block with type or lifetime parameters.
fn parameters_error(item: &Item) -> Option<Error> {
    let ItemKind::Impl { generics, .. } = &item.kind else {
        return None;
    };
    if generics.params.is_empty() {
        return None;
    }
    let is_lifetime = |parameter: &GenericParam| matches!(parameter, GenericParam::Lifetime(_));
    let text = if generics.params.iter().all(is_lifetime) {
        "a plugin lives as long as its program: remove the lifetimes, and own what is borrowed (`String`, `Arc`)"
    } else {
        "a plugin is one concrete type: remove the type parameters"
    };
    Some(Error::new(generics.params.span(), text))
}
