//! The arguments: `manifest = "..."`, `prefix = "..."`, `settings = "..."`.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use stratos_manifest::closest;
use syn::{Error, Ident, LitStr};

/// What `#[stratos::plugin(...)]` says.
#[derive(Default)]
pub(crate) struct Arguments {
    /// Where the manifest lies.
    pub(crate) manifest: Option<LitStr>,
    /// Below which path the routes are served.
    pub(crate) prefix: Option<LitStr>,
    /// What the generated module is called.
    pub(crate) settings: Option<Ident>,
}

/// Each argument with a value for the messages.
const KNOWN: [(&str, &str); 3] = [
    ("manifest", "../plugin.json"),
    ("prefix", "/loadsheet"),
    ("settings", "my_settings"),
];

/// Reads the arguments, and says everything that is wrong with them.
pub(crate) fn read(tokens: TokenStream, errors: &mut Vec<Error>) -> Arguments {
    let mut arguments = Arguments::default();
    for piece in split(tokens) {
        if let Err(error) = argument(&piece, &mut arguments) {
            errors.push(error);
        }
    }
    arguments
}

fn argument(piece: &[TokenTree], arguments: &mut Arguments) -> Result<(), Error> {
    let [first, rest @ ..] = piece else {
        return Ok(());
    };
    let TokenTree::Ident(name) = first else {
        let text = match syn::parse2::<LitStr>(first.to_token_stream()) {
            Ok(path) => format!(
                "an argument has a name: write `manifest = {}`",
                path.to_token_stream()
            ),
            Err(_) => format!("an argument looks like this: {}", form("manifest")),
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
    let wrong = |span: Span, what: &str| {
        let text = format!("{what}: write `{}`", form(&word));
        Err(Error::new(span, text))
    };
    let value = match rest {
        [TokenTree::Punct(equals), value @ ..] if equals.as_char() == '=' => value,
        _ => return wrong(name.span(), &format!("`{word}` has no value")),
    };
    let Ok(text) = syn::parse2::<LitStr>(value.iter().cloned().collect()) else {
        let span = value.first().map_or(name.span(), TokenTree::span);
        return wrong(span, &format!("the value of `{word}` is text in quotes"));
    };
    let is_twice = match word.as_str() {
        "manifest" => arguments.manifest.replace(text).is_some(),
        "prefix" => arguments.prefix.replace(text).is_some(),
        _ => arguments.settings.replace(module(&text)?).is_some(),
    };
    if is_twice {
        let text = format!("`{word}` is given twice");
        return Err(Error::new(name.span(), text));
    }
    Ok(())
}

fn form(name: &str) -> String {
    let known = KNOWN.iter().find(|(known, _)| *known == name);
    let (_, example) = known.expect("only known names get here");
    format!("{name} = \"{example}\"")
}

fn module(name: &LitStr) -> Result<Ident, Error> {
    name.parse().map_err(|_| {
        let text = format!(
            "`{}` cannot be the name of a module: write `{}`",
            name.value().escape_debug(),
            form("settings")
        );
        Error::new(name.span(), text)
    })
}

fn split(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let is_comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',');
    tokens.split(is_comma).map(<[_]>::to_vec).collect()
}
