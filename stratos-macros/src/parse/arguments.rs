//! The arguments of `#[stratos::plugin(...)]`: `manifest = "..."`, `prefix = "..."`, `settings = "..."`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use stratos_manifest::closest;
use syn::{Error, Ident, LitStr};

/// The parsed arguments; an absent or invalid one is `None`.
#[derive(Default)]
pub(crate) struct Arguments {
    /// The path of the manifest, relative to the folder of `Cargo.toml`.
    pub(crate) manifest: Option<LitStr>,
    /// The path that the routes are served below.
    pub(crate) prefix: Option<LitStr>,
    /// The name of the generated module for settings.
    pub(crate) settings: Option<Ident>,
}

/// The name of each argument, with an example value for messages.
const KNOWN: [(&str, &str); 3] = [
    ("manifest", "../plugin.json"),
    ("prefix", "/loadsheet"),
    ("settings", "my_settings"),
];

impl Arguments {
    /// Parses the arguments and collects all errors.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Vec<Error>) -> Self {
        let mut arguments = Self::default();
        let tokens: Vec<_> = tokens.into_iter().collect();
        let is_comma =
            |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
        for argument in tokens.split(is_comma) {
            if let Err(error) = arguments.parse_one(argument) {
                errors.push(error);
            }
        }
        arguments
    }

    fn parse_one(&mut self, tokens: &[TokenTree]) -> Result<(), Error> {
        let [first, rest @ ..] = tokens else {
            return Ok(());
        };
        let TokenTree::Ident(name) = first else {
            let text = match syn::parse2::<LitStr>(first.to_token_stream()) {
                Ok(path) => format!(
                    "an argument has a name: write `manifest = {}`",
                    path.to_token_stream()
                ),
                Err(_) => format!("an argument looks like this: {}", example("manifest")),
            };
            return Err(Error::new(first.span(), text));
        };
        let known = KNOWN.iter().map(|(name, _)| *name);
        let word = name.to_string();
        if !known.clone().any(|known| known == word) {
            let hint = match closest(&word, known) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "`#[stratos::plugin]` takes `manifest`, `prefix` and `settings`".to_owned(),
            };
            return Err(Error::new(
                name.span(),
                format!("unknown argument `{word}`: {hint}"),
            ));
        }
        let invalid = |span: Span, what: &str| {
            let text = format!("{what}: write `{}`", example(&word));
            Err(Error::new(span, text))
        };
        let value = match rest {
            [TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' => value,
            _ => return invalid(name.span(), &format!("`{word}` has no value")),
        };
        let Ok(text) = syn::parse2::<LitStr>(value.iter().cloned().collect()) else {
            let span = value.first().map_or(name.span(), TokenTree::span);
            return invalid(span, &format!("the value of `{word}` is text in quotes"));
        };
        let is_duplicate = match word.as_str() {
            "manifest" => self.manifest.replace(text).is_some(),
            "prefix" => self.prefix.replace(text).is_some(),
            _ => self.settings.replace(module_name(&text)?).is_some(),
        };
        if is_duplicate {
            let text = format!("`{word}` is given twice");
            return Err(Error::new(name.span(), text));
        }
        Ok(())
    }
}

/// Formats a known argument with its example value.
fn example(name: &str) -> String {
    let known = KNOWN.iter().find(|(known, _)| *known == name);
    let (_, value) = known.expect("callers pass names from `KNOWN`");
    format!("{name} = \"{value}\"")
}

fn module_name(name: &LitStr) -> Result<Ident, Error> {
    name.parse().map_err(|_| {
        let text = format!(
            "`{}` cannot be the name of a module: write `{}`",
            name.value().escape_debug(),
            example("settings")
        );
        Error::new(name.span(), text)
    })
}
