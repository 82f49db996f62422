//! The lifecycle contract, checked on signatures.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{Error, FnArg, Receiver, ReceiverKind, ReturnType, Signature, Type};

use crate::item::PluginImpl;

/// The hooks of a plugin whose signatures are right.
pub(crate) struct Hooks {
    pub(crate) on_start: Hook,
    pub(crate) on_stop: Hook,
    pub(crate) on_resume: Option<Hook>,
}

/// How the generated code calls a hook.
pub(crate) struct Hook {
    pub(crate) context: Context,
    /// Where a wrong return type is reported.
    pub(crate) output: Span,
}

/// How a hook takes the context, and where a wrong type of it is reported.
pub(crate) enum Context {
    No,
    ByValue(Span),
    ByReference(Span),
}

/// One line of the contract.
struct Rule {
    name: &'static str,
    form: &'static str,
    context_needed: bool,
}

const ON_START: Rule = Rule {
    name: "on_start",
    form: "async fn on_start(&self, ctx: PluginContext) -> stratos::Result",
    context_needed: true,
};
const ON_STOP: Rule = Rule {
    name: "on_stop",
    form: "async fn on_stop(&self)",
    context_needed: false,
};
const ON_RESUME: Rule = Rule {
    name: "on_resume",
    form: "async fn on_resume(&self, ctx: PluginContext) -> stratos::Result",
    context_needed: true,
};

/// Finds the hooks, or everything that is wrong with them.
pub(crate) fn find(item: &PluginImpl) -> Result<Hooks, Vec<Error>> {
    let mut errors = Vec::new();
    if !item.generics.params.is_empty() {
        let text = "a plugin is one concrete type: remove the type parameters";
        errors.push(Error::new(item.generics.span(), text));
    }
    let on_start = required(item, &ON_START, &mut errors);
    let on_stop = required(item, &ON_STOP, &mut errors);
    let on_resume = optional(item, &ON_RESUME, &mut errors);
    match (on_start, on_stop) {
        (Some(on_start), Some(on_stop)) if errors.is_empty() => Ok(Hooks {
            on_start,
            on_stop,
            on_resume,
        }),
        _ => Err(errors),
    }
}

fn required(item: &PluginImpl, rule: &Rule, errors: &mut Vec<Error>) -> Option<Hook> {
    let found = optional(item, rule, errors);
    let is_there = item
        .functions
        .iter()
        .any(|function| function.signature.ident == rule.name);
    if found.is_none() && !is_there && alike(item, rule).next().is_none() {
        let Rule { name, form, .. } = rule;
        let text = format!("a Stratos plugin needs `{name}`: add `{form} {{ ... }}`");
        errors.push(Error::new(item.ty.span(), text));
    }
    found
}

fn optional(item: &PluginImpl, rule: &Rule, errors: &mut Vec<Error>) -> Option<Hook> {
    for signature in alike(item, rule) {
        let text = format!("the shell calls `{}`: rename this function", rule.name);
        errors.push(Error::new(signature.ident.span(), text));
    }
    let mut functions = item.functions.iter();
    let function = functions.find(|function| function.signature.ident == rule.name)?;
    match check(&function.signature, rule) {
        Ok(hook) => Some(hook),
        Err(wrong) => {
            errors.extend(wrong);
            None
        }
    }
}

/// Functions whose name differs from the hook's in case and underscores only, such as `onStart`.
fn alike<'a>(item: &'a PluginImpl, rule: &'a Rule) -> impl Iterator<Item = &'a Signature> {
    let fold = |name: &str| name.replace('_', "").to_lowercase();
    item.functions
        .iter()
        .map(|function| &function.signature)
        .filter(move |signature| {
            let name = signature.ident.to_string();
            name != rule.name && fold(&name) == fold(rule.name)
        })
}

fn check(signature: &Signature, rule: &Rule) -> Result<Hook, Vec<Error>> {
    let mut errors = Vec::new();
    let mut wrong = |span: Span, what: &str| {
        let Rule { name, form, .. } = rule;
        errors.push(Error::new(
            span,
            format!("{what}: `{name}` must be `{form}`"),
        ));
    };
    if signature.asyncness.is_none() {
        wrong(signature.fn_token.span, "a hook is async");
    }
    if !signature.generics.params.is_empty() {
        wrong(signature.generics.span(), "a hook has no type parameters");
    }
    let mut inputs = signature.inputs.iter();
    let mut next = inputs.next();
    match next {
        Some(FnArg::Receiver(receiver)) => {
            if !is_shared_self(receiver) {
                let text = "a hook takes `&self`, since handlers run beside it (keep state in a `Mutex` or atomics)";
                wrong(receiver.self_token.span, text);
            }
            next = inputs.next();
        }
        Some(FnArg::Typed(_)) | None => wrong(signature.ident.span(), "a hook takes `&self`"),
    }
    let context = match next {
        Some(FnArg::Typed(argument)) => match &*argument.ty {
            Type::Reference(reference) if reference.mutability.is_none() => {
                Context::ByReference(reference.span())
            }
            ty => Context::ByValue(ty.span()),
        },
        Some(FnArg::Receiver(_)) => Context::No,
        None => {
            if rule.context_needed {
                wrong(signature.paren_token.span.close(), "the context is missing");
            }
            Context::No
        }
    };
    for surplus in inputs {
        wrong(surplus.span(), "a hook takes nothing but the context");
    }
    let output = match &signature.output {
        ReturnType::Default => signature.ident.span(),
        ReturnType::Type(_, ty) => ty.span(),
    };
    if errors.is_empty() {
        return Ok(Hook { context, output });
    }
    Err(errors)
}

fn is_shared_self(receiver: &Receiver) -> bool {
    matches!(receiver.kind, ReceiverKind::Reference(_, _, None))
}
