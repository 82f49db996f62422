//! The item that the attribute stands on, as far as the macro looks at it: signatures, not bodies.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{
    Attribute, Error, GenericParam, Generics, Ident, Path, Result, Signature, Token, Type,
    Visibility,
};

use crate::attribute::{Helper, strip, under_condition};

/// What a plugin is written as.
pub(crate) enum Form {
    /// `impl MyPlugin { ... }`: the state is the type.
    Impl { ty: Box<Type>, generics: Generics },
    /// `mod my_plugin { ... }`: the state is what `on_start` returns.
    Module { name: Ident },
}

/// A plugin's `impl` block or module.
pub(crate) struct Item {
    pub(crate) form: Form,
    pub(crate) functions: Vec<Function>,
    /// The names of what else is in it, with their keywords.
    pub(crate) others: Vec<(String, Ident)>,
    /// Attributes of ours on something that is no function.
    pub(crate) misplaced: Vec<Attribute>,
    /// Attributes of ours within `#[cfg_attr(...)]`.
    pub(crate) under_conditions: Vec<Path>,
    head: TokenStream,
    body: Group,
}

/// One function in it.
pub(crate) struct Function {
    /// Attributes of ours, also misspelt ones.
    pub(crate) helpers: Vec<(Helper, Attribute)>,
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) signature: Signature,
}

impl Item {
    /// Reads the item.
    pub(crate) fn read(item: &TokenStream) -> Result<Self> {
        let mut head: Vec<_> = item.clone().into_iter().collect();
        let body = match head.pop() {
            Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => body,
            other => {
                head.extend(other);
                Group::new(Delimiter::Brace, TokenStream::new())
            }
        };
        let head: TokenStream = head.into_iter().collect();
        let form = form.parse2(head.clone())?;
        let members = Members::parse.parse2(body.stream())?;
        Ok(Self {
            form,
            functions: members.functions,
            others: members.others,
            misplaced: members.misplaced,
            under_conditions: members.under_conditions,
            head,
            body,
        })
    }

    /// The functions of this name; more than one when `#[cfg]` chooses between them.
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Function> {
        let functions = self.functions.iter();
        functions.filter(move |function| function.signature.ident == name)
    }

    /// The item without our attributes, and with `inside` at the end of its body.
    pub(crate) fn again(&self, inside: TokenStream) -> TokenStream {
        let mut content = strip(self.body.stream());
        content.extend(inside);
        let mut body = Group::new(Delimiter::Brace, content);
        body.set_span(self.body.span());
        let mut item = self.head.clone();
        item.extend([TokenTree::Group(body)]);
        item
    }

    /// A module's own type where the generated one should be.
    pub(crate) fn own_plugin_type(&self) -> Option<&Ident> {
        let is_module = matches!(self.form, Form::Module { .. });
        let is_type =
            |keyword: &str| matches!(keyword, "struct" | "enum" | "union" | "type" | "trait");
        let mut others = self.others.iter().filter(|_| is_module);
        let found = others.find(|(keyword, name)| is_type(keyword) && name == "Plugin");
        found.map(|(_, name)| name)
    }

    /// What keeps an `impl` block from being that of one concrete type.
    pub(crate) fn parameters(&self) -> Option<Error> {
        let Form::Impl { generics, .. } = &self.form else {
            return None;
        };
        let is_lifetime = |parameter: &GenericParam| matches!(parameter, GenericParam::Lifetime(_));
        let text = if generics.params.is_empty() {
            return None;
        } else if generics.params.iter().all(is_lifetime) {
            "a plugin lives as long as its program: remove the lifetimes, and own what is borrowed (`String`, `Arc`)"
        } else {
            "a plugin is one concrete type: remove the type parameters"
        };
        Some(Error::new(generics.params.span(), text))
    }

    /// Where to report what belongs to the whole item.
    pub(crate) fn name(&self) -> TokenStream {
        match &self.form {
            Form::Impl { ty, .. } => ty.to_token_stream(),
            Form::Module { name } => name.to_token_stream(),
        }
    }
}

/// Tells from the tokens before the body what kind of item this is.
fn form(input: ParseStream<'_>) -> Result<Form> {
    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    if input.peek(Token![mod]) {
        input.parse::<Token![mod]>()?;
        let name = input.parse()?;
        if let Some(end) = input.parse::<Option<Token![;]>>()? {
            let text = "`#[stratos::plugin]` needs to see the functions: write the module here, `mod my_plugin { ... }`";
            return Err(Error::new(end.span, text));
        }
        return Ok(Form::Module { name });
    }
    if !input.peek(Token![impl]) {
        let found = input.cursor().token_tree();
        let span = found.map_or_else(Span::call_site, |(token, _)| token.span());
        let text = "`#[stratos::plugin]` belongs on the `impl` block (or module) that holds `on_start` and `on_stop`";
        return Err(Error::new(span, text));
    }
    input.parse::<Token![impl]>()?;
    let mut generics: Generics = input.parse()?;
    let ty = input.parse()?;
    if let Some(token) = input.parse::<Option<Token![for]>>()? {
        let text = "`#[stratos::plugin]` belongs on `impl YourType { ... }`, not on the implementation of a trait";
        return Err(Error::new(token.span, text));
    }
    generics.where_clause = input.parse()?;
    Ok(Form::Impl { ty, generics })
}

#[derive(Default)]
struct Members {
    functions: Vec<Function>,
    others: Vec<(String, Ident)>,
    misplaced: Vec<Attribute>,
    under_conditions: Vec<Path>,
}

impl Parse for Members {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut members = Self::default();
        input.call(Attribute::parse_inner)?;
        while !input.is_empty() {
            let attributes = input.call(Attribute::parse_outer)?;
            let conditional = attributes.iter();
            let conditional = conditional.filter_map(|it| under_condition(&it.meta));
            members.under_conditions.extend(conditional);
            input.parse::<Visibility>()?;
            if input.fork().parse::<Signature>().is_ok() {
                members.functions.push(function(attributes, input)?);
            } else {
                let ours = |attribute: &Attribute| Helper::of(attribute.path(), false).is_some();
                members
                    .misplaced
                    .extend(attributes.into_iter().filter(ours));
                members.others.extend(skip(input)?);
            }
        }
        Ok(members)
    }
}

fn function(attributes: Vec<Attribute>, input: ParseStream<'_>) -> Result<Function> {
    let signature = input.parse()?;
    // The body, whatever is in it: what is wrong there, the compiler says better.
    input.parse::<TokenTree>()?;
    let mut function = Function {
        helpers: Vec::new(),
        cfgs: Vec::new(),
        signature,
    };
    let is_async = function.signature.asyncness.is_some();
    for attribute in attributes {
        if attribute.path().is_ident("cfg") {
            function.cfgs.push(attribute);
        } else if let Some(helper) = Helper::of(attribute.path(), is_async) {
            function.helpers.push((helper, attribute));
        }
    }
    Ok(function)
}

/// Goes behind an item that is no function; its keyword and name, where it has them.
fn skip(input: ParseStream<'_>) -> Result<Option<(String, Ident)>> {
    let mut words = Vec::new();
    loop {
        let token: TokenTree = input.parse()?;
        let is_end = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        words.push(token);
        if is_end || input.is_empty() {
            break;
        }
    }
    input.parse::<Option<Token![;]>>()?;
    Ok(match &words[..] {
        [TokenTree::Ident(keyword), TokenTree::Ident(name), ..] => {
            Some((keyword.to_string(), name.clone()))
        }
        _ => None,
    })
}
