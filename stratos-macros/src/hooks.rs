//! The lifecycle contract, checked on signatures.

use proc_macro2::Span;
use stratos_manifest::closest;
use syn::spanned::Spanned as _;
use syn::{Error, FnArg, GenericArgument, PathArguments, Type};

use crate::item::{Form, Function, Item};
use crate::signature::{Argument, Call, Expected, is_context, last_segment, spelling};

/// The hooks whose signatures are right. More than one of a kind where `#[cfg]` chooses between them.
#[derive(Default)]
pub(crate) struct Hooks<'a> {
    pub(crate) on_start: Vec<Call<'a>>,
    pub(crate) on_stop: Vec<Call<'a>>,
    pub(crate) on_resume: Vec<Call<'a>>,
}

/// One line of the contract.
struct Hook {
    name: &'static str,
    /// For an `impl` block, and for a module.
    forms: [&'static str; 2],
    is_needed: bool,
    takes_state: bool,
    /// What people call it who have not read the contract.
    aliases: &'static [&'static str],
}

const ON_START: Hook = Hook {
    name: "on_start",
    forms: [
        "async fn on_start(&self, ctx: PluginContext) -> stratos::Result",
        "async fn on_start(ctx: PluginContext) -> stratos::Result",
    ],
    is_needed: true,
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
    is_needed: true,
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
    is_needed: false,
    takes_state: false,
    aliases: &["onUpdate", "onUpdated", "onReload", "onRestart"],
};

/// Finds the hooks, and says everything that is wrong with them.
pub(crate) fn find<'a>(item: &'a Item, errors: &mut Vec<Error>) -> Hooks<'a> {
    let on_start = hook(item, &ON_START, errors);
    let on_stop = hook(item, &ON_STOP, errors);
    let on_resume = hook(item, &ON_RESUME, errors);
    Hooks {
        on_start,
        on_stop,
        on_resume,
    }
}

/// Whether the shell calls a function of this name.
pub(crate) fn is_hook(name: &str) -> bool {
    [&ON_START, &ON_STOP, &ON_RESUME]
        .iter()
        .any(|hook| hook.name == name)
}

/// What a module's `on_start` hands on; `None` for nothing.
///
/// Looked at by its spelling: a type that ends in `Result<State>` or `Result<State, E>`.
pub(crate) fn state<'a>(item: &'a Item, hooks: &Hooks<'a>, errors: &mut Vec<Error>) -> State<'a> {
    if let Form::Impl { .. } = item.form {
        return State::Nothing;
    }
    let Some(call) = hooks.on_start.first() else {
        return State::Unknown;
    };
    match call.output {
        None => State::Nothing,
        Some(Type::Tuple(tuple)) if tuple.elems.is_empty() => State::Nothing,
        Some(ty) => {
            let is_result = last_segment(ty).is_some_and(|name| name == "Result");
            if !is_result {
                let text = format!(
                    "a module's `on_start` returns nothing or a `Result`: write `stratos::Result<{}>`",
                    spelling(ty)
                );
                errors.push(Error::new(ty.span(), text));
                return State::Unknown;
            }
            match first_argument(ty) {
                None => State::Nothing,
                Some(Type::Tuple(tuple)) if tuple.elems.is_empty() => State::Nothing,
                Some(state) => State::Of(state),
            }
        }
    }
}

/// See [`state`].
#[derive(Clone, Copy)]
pub(crate) enum State<'a> {
    Nothing,
    Of(&'a Type),
    /// Since `on_start` is wrong or missing.
    Unknown,
}

impl State<'_> {
    /// Whether a function does not ask for a state that is not there, which is said.
    pub(crate) fn suits(self, call: &Call<'_>, errors: &mut Vec<Error>) -> bool {
        let before = errors.len();
        for argument in &call.arguments {
            if let (State::Nothing, Argument::State(ty)) = (self, argument) {
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
}

/// The first type that a type takes, as `State` of `Result<State>`.
pub(crate) fn first_argument(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn hook<'a>(item: &'a Item, hook: &Hook, errors: &mut Vec<Error>) -> Vec<Call<'a>> {
    let found: Vec<_> = item.named(hook.name).collect();
    for function in misnamed(item, hook, found.is_empty()) {
        let wrong = &function.signature.ident;
        let text = format!(
            "the shell calls `{}`, and never `{wrong}`: rename this function",
            hook.name
        );
        errors.push(Error::new(wrong.span(), text));
        check(function, item, hook, errors);
    }
    if found.is_empty() && hook.is_needed && misnamed(item, hook, true).next().is_none() {
        let text = format!(
            "a Stratos plugin needs `{}`: add `{} {{ ... }}`",
            hook.name,
            hook.form(&item.form)
        );
        errors.push(Error::new_spanned(item.name(), text));
    }
    let calls = found.into_iter().map(|function| {
        let before = errors.len();
        let call = check(function, item, hook, errors);
        (errors.len() == before).then_some(call)
    });
    calls.flatten().collect()
}

/// Functions that are meant to be this hook: `onStart`, and where it is missing also `start` or `on_strat`.
///
/// A hook that need not be there is missing in most plugins: only what looks like one in all else is meant to be it.
fn misnamed<'a>(
    item: &'a Item,
    hook: &'a Hook,
    is_missing: bool,
) -> impl Iterator<Item = &'a Function> {
    let fold = |name: &str| name.replace('_', "").to_lowercase();
    item.functions.iter().filter(move |function| {
        let name = function.signature.ident.to_string();
        if is_hook(&name) || !function.helpers.is_empty() {
            return false;
        }
        let folded = fold(&name);
        if folded == fold(hook.name) {
            return true;
        }
        let is_alias = hook.aliases.iter().any(|alias| fold(alias) == folded);
        let is_typo = name.starts_with("on") && !is_alias_of_any(&folded) && {
            let known = [ON_START.name, ON_STOP.name, ON_RESUME.name];
            closest(&name, known) == Some(hook.name)
        };
        let is_meant = hook.is_needed || looks_like_a_hook(function);
        is_missing && is_meant && (is_alias || is_typo)
    })
}

/// Whether it is async, and takes the context and nothing else.
fn looks_like_a_hook(function: &Function) -> bool {
    let signature = &function.signature;
    let mut arguments = signature.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(argument) => Some(&*argument.ty),
        FnArg::Receiver(_) => None,
    });
    let takes_context = arguments.next().is_some_and(is_context);
    signature.asyncness.is_some() && takes_context && arguments.next().is_none()
}

fn is_alias_of_any(folded: &str) -> bool {
    let hooks = [&ON_START, &ON_STOP, &ON_RESUME];
    let mut aliases = hooks.iter().flat_map(|hook| hook.aliases);
    aliases.any(|alias| alias.to_lowercase() == folded)
}

fn check<'a>(
    function: &'a Function,
    item: &Item,
    hook: &Hook,
    errors: &mut Vec<Error>,
) -> Call<'a> {
    let expected = Expected {
        what: "a hook",
        form: hook.form(&item.form).to_owned(),
    };
    let Hook { name, .. } = hook;
    let mut wrong = |span: Span, what: &str| {
        let text = format!("{what}: `{name}` must be `{}`", expected.form);
        errors.push(Error::new(span, text));
    };
    let call = Call::read(function, &item.form, &expected, &mut wrong);
    let mut has_context = false;
    let mut has_state = false;
    for argument in &call.arguments {
        let (ty, is_surplus) = match argument {
            Argument::State(ty) => {
                let again = has_state || !hook.takes_state;
                has_state = true;
                (ty, again)
            }
            // Of another name: it may be the context's all the same, and the compiler knows.
            Argument::Context(ty) | Argument::Value(ty) => {
                let again = has_context;
                has_context = true;
                (ty, again)
            }
        };
        if is_surplus {
            wrong(ty.span(), "a hook takes nothing but the context");
        }
    }
    let needs_context = !hook.takes_state;
    if needs_context && !has_context && call.arguments.is_empty() {
        let end = function.signature.paren_token.span.close();
        wrong(end, "the context is missing");
    }
    for (_, attribute) in &function.helpers {
        let path = attribute.path();
        let text = format!("the shell calls `{name}` by itself: remove the attribute");
        errors.push(Error::new_spanned(path, text));
    }
    call
}

impl Hook {
    fn form(&self, form: &Form) -> &'static str {
        match form {
            Form::Impl { .. } => self.forms[0],
            Form::Module { .. } => self.forms[1],
        }
    }
}
