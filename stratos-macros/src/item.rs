//! The `impl` block, as far as the macro looks at it: signatures, not bodies.

use proc_macro2::{TokenStream, TokenTree};
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{
    Attribute, Error, Generics, ImplItem, Result, Signature, Token, Type, Visibility, braced,
};

/// An `impl` block of a plugin.
pub(crate) struct PluginImpl {
    pub(crate) ty: Type,
    pub(crate) generics: Generics,
    pub(crate) functions: Vec<Function>,
}

/// One function in it.
pub(crate) struct Function {
    pub(crate) signature: Signature,
}

impl PluginImpl {
    /// Reads the item that the attribute stands on.
    pub(crate) fn read(item: TokenStream) -> Result<Self> {
        Self::parse.parse2(item)
    }
}

impl Parse for PluginImpl {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        input.call(Attribute::parse_outer)?;
        if !input.peek(Token![impl]) {
            let found = input.cursor().token_tree();
            let span = found.map_or_else(|| input.span(), |(token, _)| token.span());
            return Err(Error::new(
                span,
                "`#[stratos::plugin]` belongs on the `impl` block that holds `on_start` and `on_stop`",
            ));
        }
        input.parse::<Token![impl]>()?;
        let mut generics: Generics = input.parse()?;
        let ty: Type = input.parse()?;
        if let Some(token) = input.parse::<Option<Token![for]>>()? {
            return Err(Error::new(
                token.span,
                "`#[stratos::plugin]` belongs on `impl YourType { ... }`, not on the implementation of a trait",
            ));
        }
        generics.where_clause = input.parse()?;
        let content;
        braced!(content in input);
        content.call(Attribute::parse_inner)?;
        let mut functions = Vec::new();
        while !content.is_empty() {
            functions.extend(function(&content)?);
        }
        Ok(Self {
            ty,
            generics,
            functions,
        })
    }
}

/// A function's signature; `None` for another item.
fn function(input: ParseStream<'_>) -> Result<Option<Function>> {
    let ahead = input.fork();
    ahead.call(Attribute::parse_outer)?;
    ahead.parse::<Visibility>()?;
    if ahead.fork().parse::<Signature>().is_err() {
        input.parse::<ImplItem>()?;
        return Ok(None);
    }
    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    let signature = input.parse()?;
    // The body, whatever is in it: what is wrong there, the compiler says better.
    input.parse::<TokenTree>()?;
    Ok(Some(Function { signature }))
}
