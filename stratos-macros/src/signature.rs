//! What hooks and handlers have in common: who is called with what.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::spanned::Spanned as _;
use syn::{Attribute, FnArg, GenericParam, Ident, ReceiverKind, ReturnType, Signature, Type};

use crate::item::{Form, Function};

/// A function whose signature is right.
pub(crate) struct Call<'a> {
    pub(crate) name: &'a Ident,
    pub(crate) cfgs: &'a [Attribute],
    /// Without the receiver.
    pub(crate) arguments: Vec<Argument<'a>>,
    pub(crate) output: Option<&'a Type>,
}

/// What an argument is for, as far as its type shows.
pub(crate) enum Argument<'a> {
    /// A module's state.
    State(&'a Type),
    /// The context, by value or by reference.
    Context(&'a Type),
    /// Anything else.
    Value(&'a Type),
}

/// What the message calls it, and what it must look like.
pub(crate) struct Expected<'e> {
    /// `a hook`
    pub(crate) what: &'e str,
    /// The whole line.
    pub(crate) form: String,
}

impl<'a> Call<'a> {
    /// Reads a signature. `wrong` is called for each mistake, and the call is of no use then.
    pub(crate) fn read(
        function: &'a Function,
        form: &Form,
        expected: &Expected<'_>,
        mut wrong: impl FnMut(Span, &str),
    ) -> Self {
        let Expected { what, .. } = expected;
        let signature = &function.signature;
        if signature.asyncness.is_none() {
            wrong(signature.fn_token.span, &format!("{what} is async"));
        }
        for parameter in &signature.generics.params {
            if !matches!(parameter, GenericParam::Lifetime(_)) {
                let text = format!("{what} has no type parameters");
                wrong(parameter.span(), &text);
            }
        }
        if let Form::Impl { .. } = form {
            check_receiver(signature, what, &mut wrong);
        }
        let mut arguments = Vec::new();
        for input in &signature.inputs {
            let FnArg::Typed(input) = input else { continue };
            if let Type::ImplTrait(ty) = &*input.ty {
                wrong(ty.span(), &format!("{what} has no type parameters"));
            }
            arguments.push(Argument::of(&input.ty, form));
        }
        Self {
            name: &signature.ident,
            cfgs: &function.cfgs,
            arguments,
            output: match &signature.output {
                ReturnType::Default => None,
                ReturnType::Type(_, ty) => Some(ty),
            },
        }
    }
}

impl<'a> Argument<'a> {
    fn of(ty: &'a Type, form: &Form) -> Self {
        let (inner, is_reference) = match ty {
            Type::Reference(reference) => (&*reference.elem, true),
            _ => (ty, false),
        };
        match (last_segment(inner), form) {
            _ if is_context(ty) => Self::Context(ty),
            (Some(name), Form::Module { .. }) if is_reference && name != "str" => Self::State(ty),
            _ => Self::Value(ty),
        }
    }
}

/// Whether this is the context, by value or by reference, as far as its spelling shows.
pub(crate) fn is_context(ty: &Type) -> bool {
    let inner = match ty {
        Type::Reference(reference) => &*reference.elem,
        _ => ty,
    };
    last_segment(inner).is_some_and(|name| name == "PluginContext")
}

/// The name of a type without its path.
pub(crate) fn last_segment(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|segment| &segment.ident)
}

/// A type outside of its function, whose lifetimes are not there: `&'a T` as `&'_ T`.
pub(crate) fn without_lifetimes(tokens: TokenStream) -> TokenStream {
    let mut is_lifetime = false;
    let tokens = tokens.into_iter().map(|token| {
        let after_quote = is_lifetime;
        is_lifetime = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '\'');
        match token {
            TokenTree::Ident(name) if after_quote && name != "static" => {
                TokenTree::Ident(Ident::new("_", name.span()))
            }
            TokenTree::Group(group) => {
                let content = without_lifetimes(group.stream());
                let mut without = Group::new(group.delimiter(), content);
                without.set_span(group.span());
                TokenTree::Group(without)
            }
            other => other,
        }
    });
    tokens.collect()
}

/// A type as an author would write it.
pub(crate) fn spelling(ty: &Type) -> String {
    let tokens = ty.to_token_stream().to_string();
    tokens
        .replace(" :: ", "::")
        .replace(" <", "<")
        .replace("< ", "<")
        .replace(" >", ">")
        .replace(" ,", ",")
}

fn check_receiver(signature: &Signature, what: &str, wrong: &mut impl FnMut(Span, &str)) {
    match signature.inputs.first() {
        Some(FnArg::Receiver(receiver)) => {
            if !matches!(receiver.kind, ReceiverKind::Reference(_, _, None)) {
                let text = format!(
                    "{what} takes `&self`, since handlers run beside it (keep state in a `Mutex` or atomics)"
                );
                wrong(receiver.self_token.span, &text);
            }
        }
        Some(FnArg::Typed(_)) | None => {
            wrong(signature.ident.span(), &format!("{what} takes `&self`"));
        }
    }
}
