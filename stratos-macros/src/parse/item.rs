//! The item with the attribute `#[stratos::plugin]`, parsed down to signatures; function bodies stay tokens.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::parse::{Parse, ParseStream, Parser as _};
use syn::{Attribute, Error, Generics, Ident, Path, Result, Signature, Token, Type, Visibility};

use super::attribute::{HandlerAttribute, strip, within_cfg_attr};

/// The syntax that a plugin is written in.
pub(crate) enum ItemKind {
    /// `impl MyPlugin { ... }`: the type is the state.
    Impl { ty: Box<Type>, generics: Generics },
    /// `mod my_plugin { ... }`: the value that `on_start` returns is the state.
    Module { name: Ident },
}

/// A plugin's `impl` block or module.
pub(crate) struct Item {
    pub(crate) kind: ItemKind,
    pub(crate) functions: Vec<Function>,
    /// Keyword and name of each member that is no function.
    pub(crate) other_members: Vec<(String, Ident)>,
    /// Handler attributes on members that are no functions.
    pub(crate) misplaced_attributes: Vec<Attribute>,
    /// Paths of handler attributes within `#[cfg_attr(...)]`.
    pub(crate) cfg_attr_paths: Vec<Path>,
    /// The tokens before the braces.
    head: TokenStream,
    /// The braces with all members.
    body: Group,
}

/// A function in the item.
pub(crate) struct Function {
    /// The handler attributes, including misspelt ones.
    pub(crate) handler_attributes: Vec<(HandlerAttribute, Attribute)>,
    /// The `#[cfg(...)]` attributes.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) signature: Signature,
}

impl Item {
    /// Parses the item.
    pub(crate) fn parse(item: &TokenStream) -> Result<Self> {
        let mut head: Vec<_> = item.clone().into_iter().collect();
        let body = match head.pop() {
            Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => body,
            other => {
                head.extend(other);
                Group::new(Delimiter::Brace, TokenStream::new())
            }
        };
        let head: TokenStream = head.into_iter().collect();
        let kind = parse_kind.parse2(head.clone())?;
        let members = Members::parse.parse2(body.stream())?;
        Ok(Self {
            kind,
            functions: members.functions,
            other_members: members.others,
            misplaced_attributes: members.misplaced_attributes,
            cfg_attr_paths: members.cfg_attr_paths,
            head,
            body,
        })
    }

    /// Returns the functions with this name; several if `#[cfg]` selects one of them.
    pub(crate) fn functions_named<'a>(
        &'a self,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Function> {
        let functions = self.functions.iter();
        functions.filter(move |function| function.signature.ident == name)
    }

    /// Returns the item without handler attributes, and with `members` at the end of its body.
    pub(crate) fn with_members(&self, members: TokenStream) -> TokenStream {
        let mut content = strip(self.body.stream());
        content.extend(members);
        let mut body = Group::new(Delimiter::Brace, content);
        body.set_span(self.body.span());
        let mut item = self.head.clone();
        item.extend([TokenTree::Group(body)]);
        item
    }

    /// Returns the tokens that errors about the whole item point at.
    pub(crate) fn name(&self) -> TokenStream {
        match &self.kind {
            ItemKind::Impl { ty, .. } => ty.to_token_stream(),
            ItemKind::Module { name } => name.to_token_stream(),
        }
    }
}

/// Parses the tokens before the braces.
fn parse_kind(input: ParseStream<'_>) -> Result<ItemKind> {
    input.call(Attribute::parse_outer)?;
    input.parse::<Visibility>()?;
    if input.peek(Token![mod]) {
        input.parse::<Token![mod]>()?;
        let name = input.parse()?;
        if let Some(end) = input.parse::<Option<Token![;]>>()? {
            let text = "`#[stratos::plugin]` needs to see the functions: write the module here, `mod my_plugin { ... }`";
            return Err(Error::new(end.span, text));
        }
        return Ok(ItemKind::Module { name });
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
    Ok(ItemKind::Impl { ty, generics })
}

#[derive(Default)]
struct Members {
    functions: Vec<Function>,
    others: Vec<(String, Ident)>,
    misplaced_attributes: Vec<Attribute>,
    cfg_attr_paths: Vec<Path>,
}

impl Parse for Members {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut members = Self::default();
        input.call(Attribute::parse_inner)?;
        while !input.is_empty() {
            let attributes = input.call(Attribute::parse_outer)?;
            let within_cfg_attrs = attributes.iter().filter_map(|it| within_cfg_attr(&it.meta));
            members.cfg_attr_paths.extend(within_cfg_attrs);
            input.parse::<Visibility>()?;
            if input.fork().parse::<Signature>().is_ok() {
                members.functions.push(parse_function(attributes, input)?);
            } else {
                let is_ours = |attribute: &Attribute| {
                    HandlerAttribute::from_path(attribute.path(), false).is_some()
                };
                members
                    .misplaced_attributes
                    .extend(attributes.into_iter().filter(is_ours));
                members.others.extend(skip_member(input)?);
            }
        }
        Ok(members)
    }
}

fn parse_function(attributes: Vec<Attribute>, input: ParseStream<'_>) -> Result<Function> {
    let signature = input.parse()?;
    // Skip the body unparsed: the compiler reports its errors better.
    input.parse::<TokenTree>()?;
    let mut function = Function {
        handler_attributes: Vec::new(),
        cfgs: Vec::new(),
        signature,
    };
    let is_async = function.signature.asyncness.is_some();
    for attribute in attributes {
        if attribute.path().is_ident("cfg") {
            function.cfgs.push(attribute);
        } else if let Some(kind) = HandlerAttribute::from_path(attribute.path(), is_async) {
            function.handler_attributes.push((kind, attribute));
        }
    }
    Ok(function)
}

/// Skips a member that is no function; returns its keyword and name, if it begins with them.
fn skip_member(input: ParseStream<'_>) -> Result<Option<(String, Ident)>> {
    let mut tokens = Vec::new();
    loop {
        let token: TokenTree = input.parse()?;
        let is_end = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        tokens.push(token);
        if is_end || input.is_empty() {
            break;
        }
    }
    input.parse::<Option<Token![;]>>()?;
    Ok(match &tokens[..] {
        [TokenTree::Ident(keyword), TokenTree::Ident(name), ..] => {
            Some((keyword.to_string(), name.clone()))
        }
        _ => None,
    })
}
