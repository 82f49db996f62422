//! Validation of the lifecycle hooks `on_start`, `on_stop` and `on_resume`.

use proc_macro2::Span;
use stratos_manifest::closest;
use syn::spanned::Spanned as _;
use syn::{Error, FnArg, Type};

use super::signature;
use crate::model::{Argument, Hooks, StateType, UserFn};
use crate::parse::item::{Function, Item, ItemKind};
use crate::types::{first_type_argument, is_context, last_segment, spelling};

/// The contract of one hook.
struct Hook {
    name: &'static str,
    /// The expected signature in an `impl` block, and in a module.
    forms: [&'static str; 2],
    is_required: bool,
    takes_state: bool,
    /// Names of the same hook in other frameworks, for suggestions.
    aliases: &'static [&'static str],
}

const ON_START: Hook = Hook {
    name: "on_start",
    forms: [
        "async fn on_start(&self, ctx: PluginContext) -> stratos::Result",
        "async fn on_start(ctx: PluginContext) -> stratos::Result",
    ],
    is_required: true,
    takes_state: false,
    aliases: &[
        "start",
        "started",
        "init",
        "initialize",
        "setup",
        "activate",
        "onInit",
        "onLoad",
        "onSetup",
        "onActivate",
        "onMount",
    ],
};
const ON_STOP: Hook = Hook {
    name: "on_stop",
    forms: ["async fn on_stop(&self)", "async fn on_stop()"],
    is_required: true,
    takes_state: true,
    aliases: &[
        "stop",
        "stopped",
        "shutdown",
        "teardown",
        "cleanup",
        "dispose",
        "deactivate",
        "onShutdown",
        "onExit",
        "onUnload",
        "onClose",
        "onEnd",
        "onQuit",
        "onDeactivate",
        "onUnmount",
    ],
};
const ON_RESUME: Hook = Hook {
    name: "on_resume",
    forms: [
        "async fn on_resume(&self, ctx: PluginContext) -> stratos::Result",
        "async fn on_resume(ctx: PluginContext) -> stratos::Result",
    ],
    is_required: false,
    takes_state: false,
    aliases: &["onUpdate", "onUpdated", "onReload", "onRestart"],
};

/// All hooks of the contract.
const HOOKS: [&Hook; 3] = [&ON_START, &ON_STOP, &ON_RESUME];

/// Finds the valid hooks and reports the errors of the others.
pub(super) fn find<'a>(item: &'a Item, errors: &mut Vec<Error>) -> Hooks<'a> {
    Hooks {
        on_start: find_hook(item, &ON_START, errors),
        on_stop: find_hook(item, &ON_STOP, errors),
        on_resume: find_hook(item, &ON_RESUME, errors),
    }
}

/// Tells whether `name` is the name of a hook.
pub(super) fn is_hook(name: &str) -> bool {
    HOOKS.iter().any(|hook| hook.name == name)
}

/// Determines the state of a module from the return type of `on_start`: the first argument of a type named `Result`.
pub(super) fn module_state<'a>(
    item: &'a Item,
    hooks: &Hooks<'a>,
    errors: &mut Vec<Error>,
) -> StateType<'a> {
    if let ItemKind::Impl { .. } = item.kind {
        return StateType::Absent;
    }
    let Some(on_start) = hooks.on_start.first() else {
        return StateType::Unknown;
    };
    let is_unit = |ty: &Type| matches!(ty, Type::Tuple(tuple) if tuple.elems.is_empty());
    let Some(ty) = on_start.output.filter(|ty| !is_unit(ty)) else {
        return StateType::Absent;
    };
    if last_segment(ty).is_none_or(|name| name != "Result") {
        let text = format!(
            "a module's `on_start` returns nothing or a `Result`: write `stratos::Result<{}>`",
            spelling(ty)
        );
        errors.push(Error::new(ty.span(), text));
        return StateType::Unknown;
    }
    match first_type_argument(ty).filter(|ty| !is_unit(ty)) {
        Some(state) => StateType::Type(state),
        None => StateType::Absent,
    }
}

/// Reports the state arguments of a function in a module without state; returns false if there are any.
pub(super) fn check_state(
    state: StateType<'_>,
    function: &UserFn<'_>,
    errors: &mut Vec<Error>,
) -> bool {
    let before = errors.len();
    for argument in &function.arguments {
        if let (StateType::Absent, Argument::State(ty)) = (state, argument) {
            let state = match ty {
                Type::Reference(reference) => spelling(&reference.elem),
                _ => spelling(ty),
            };
            let text = format!(
                "there is no state to hand over, since `on_start` returns none: \
                 let it return `stratos::Result<{state}>`, or remove this argument"
            );
            errors.push(Error::new(ty.span(), text));
        }
    }
    errors.len() == before
}

/// Finds the valid functions of one hook; reports misnamed ones, invalid ones, and a missing required hook.
fn find_hook<'a>(item: &'a Item, hook: &Hook, errors: &mut Vec<Error>) -> Vec<UserFn<'a>> {
    let found: Vec<_> = item.functions_named(hook.name).collect();
    for function in misnamed(item, hook, found.is_empty()) {
        let name = &function.signature.ident;
        let text = format!(
            "the shell calls `{}`, and never `{name}`: rename this function",
            hook.name
        );
        errors.push(Error::new(name.span(), text));
        check(function, item, hook, errors);
    }
    if found.is_empty() && hook.is_required && misnamed(item, hook, true).next().is_none() {
        let text = format!(
            "a Stratos plugin needs `{}`: add `{} {{ ... }}`",
            hook.name,
            hook.form(&item.kind)
        );
        errors.push(Error::new_spanned(item.name(), text));
    }
    let functions = found.into_iter().filter_map(|function| {
        let before = errors.len();
        let function = check(function, item, hook, errors);
        (errors.len() == before).then_some(function)
    });
    functions.collect()
}

/// Finds the functions that were meant to be this hook: `onStart`, or, if the hook is missing, `start` or `on_strat`.
///
/// Most plugins lack an optional hook, so only a function with the signature of a hook counts as a misnamed one.
fn misnamed<'a>(
    item: &'a Item,
    hook: &'a Hook,
    is_missing: bool,
) -> impl Iterator<Item = &'a Function> {
    item.functions.iter().filter(move |function| {
        let name = function.signature.ident.to_string();
        if is_hook(&name) || !function.handler_attributes.is_empty() {
            return false;
        }
        let folded = fold(&name);
        if folded == fold(hook.name) {
            return true;
        }
        let is_typo = name.starts_with("on")
            && !HOOKS.iter().any(|hook| hook.has_alias(&folded))
            && closest(&name, HOOKS.map(|hook| hook.name)) == Some(hook.name);
        is_missing
            && (hook.has_alias(&folded) || is_typo)
            && (hook.is_required || has_hook_signature(function))
    })
}

/// Removes the differences between naming conventions: `onStart` and `on_start` become `onstart`.
fn fold(name: &str) -> String {
    name.replace('_', "").to_lowercase()
}

/// Tells whether a function is async and takes the context only.
fn has_hook_signature(function: &Function) -> bool {
    let signature = &function.signature;
    let mut arguments = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(&*argument.ty),
        FnArg::Receiver(_) => None,
    });
    let takes_context = arguments.next().is_some_and(is_context);
    signature.asyncness.is_some() && takes_context && arguments.next().is_none()
}

fn check<'a>(
    function: &'a Function,
    item: &Item,
    hook: &Hook,
    errors: &mut Vec<Error>,
) -> UserFn<'a> {
    let (name, form) = (hook.name, hook.form(&item.kind));
    let mut report = |span: Span, what: &str| {
        let text = format!("{what}: `{name}` must be `{form}`");
        errors.push(Error::new(span, text));
    };
    let user_fn = signature::read(function, &item.kind, "a hook", &mut report);
    let mut has_context = false;
    let mut has_state = false;
    for argument in &user_fn.arguments {
        let (ty, is_surplus) = match argument {
            Argument::State(ty) => {
                let is_surplus = has_state || !hook.takes_state;
                has_state = true;
                (ty, is_surplus)
            }
            // A type of any name may be an alias of the context, which the compiler checks.
            Argument::Context(ty) | Argument::Value(ty) => {
                let is_surplus = has_context;
                has_context = true;
                (ty, is_surplus)
            }
        };
        if is_surplus {
            report(ty.span(), "a hook takes nothing but the context");
        }
    }
    let needs_context = !hook.takes_state;
    if needs_context && user_fn.arguments.is_empty() {
        let end = function.signature.paren_token.span.close();
        report(end, "the context is missing");
    }
    for (_, attribute) in &function.handler_attributes {
        let text = format!("the shell calls `{name}` by itself: remove the attribute");
        errors.push(Error::new_spanned(attribute.path(), text));
    }
    user_fn
}

impl Hook {
    /// Returns the expected signature.
    fn form(&self, kind: &ItemKind) -> &'static str {
        match kind {
            ItemKind::Impl { .. } => self.forms[0],
            ItemKind::Module { .. } => self.forms[1],
        }
    }

    fn has_alias(&self, folded: &str) -> bool {
        self.aliases.iter().any(|alias| fold(alias) == folded)
    }
}
