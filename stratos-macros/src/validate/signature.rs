//! Validation that hooks and handlers share: async, receiver, generics.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{FnArg, GenericParam, ReceiverKind, ReturnType, Signature, Type};

use crate::model::{Argument, UserFn};
use crate::parse::item::{Function, ItemKind};
use crate::types::{is_context, last_segment};

/// Reads the signature of a hook or handler, and calls `report` with each error.
///
/// `subject` begins the messages, such as `a hook`. The returned function is invalid if an error was reported.
pub(super) fn read<'a>(
    function: &'a Function,
    kind: &ItemKind,
    subject: &str,
    mut report: impl FnMut(Span, &str),
) -> UserFn<'a> {
    let signature = &function.signature;
    if signature.asyncness.is_none() {
        report(signature.fn_token.span, &format!("{subject} is async"));
    }
    for parameter in &signature.generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            let text = format!("{subject} has no type parameters");
            report(parameter.span(), &text);
        }
    }
    if let ItemKind::Impl { .. } = kind {
        check_receiver(signature, subject, &mut report);
    }
    let mut arguments = Vec::new();
    for input in &signature.inputs {
        let FnArg::Typed(input) = input else { continue };
        if let Type::ImplTrait(ty) = &*input.ty {
            report(ty.span(), &format!("{subject} has no type parameters"));
        }
        arguments.push(classify(&input.ty, kind));
    }
    UserFn {
        name: &signature.ident,
        cfgs: &function.cfgs,
        arguments,
        output: match &signature.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(ty),
        },
    }
}

fn classify<'a>(ty: &'a Type, kind: &ItemKind) -> Argument<'a> {
    if is_context(ty) {
        return Argument::Context(ty);
    }
    match (kind, ty) {
        (ItemKind::Module { .. }, Type::Reference(reference))
            if last_segment(&reference.elem).is_some_and(|name| name != "str") =>
        {
            Argument::State(ty)
        }
        _ => Argument::Value(ty),
    }
}

fn check_receiver(signature: &Signature, subject: &str, report: &mut impl FnMut(Span, &str)) {
    match signature.inputs.first() {
        Some(FnArg::Receiver(receiver)) => {
            if !matches!(receiver.kind, ReceiverKind::Reference(_, _, None)) {
                let text = format!(
                    "{subject} takes `&self`, since handlers run beside it (keep state in a `Mutex` or atomics)"
                );
                report(receiver.self_token.span, &text);
            }
        }
        Some(FnArg::Typed(_)) | None => {
            report(signature.ident.span(), &format!("{subject} takes `&self`"));
        }
    }
}
