//! The arguments: `manifest = "path"`.

use proc_macro2::TokenStream;
use syn::meta::ParseNestedMeta;
use syn::parse::Parser as _;
use syn::{LitStr, Result};

/// Reads the arguments of `#[stratos::plugin(...)]`.
pub(crate) fn manifest_path(arguments: TokenStream) -> Result<Option<LitStr>> {
    let mut path = None;
    let parser = syn::meta::parser(|meta: ParseNestedMeta<'_>| {
        if !meta.path.is_ident("manifest") {
            return Err(meta
                .error("unknown argument: `#[stratos::plugin]` takes `manifest = \"...\"` only"));
        }
        if path.is_some() {
            return Err(meta.error("`manifest` is given twice"));
        }
        path = Some(meta.value()?.parse()?);
        Ok(())
    });
    parser.parse2(arguments)?;
    Ok(path)
}
