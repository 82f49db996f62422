//! Names that the item must not declare, because the generated code declares them.

use syn::{Error, Ident};

use crate::parse::item::{Item, ItemKind};

/// Returns the error for a module that declares the type `Plugin`.
pub(crate) fn reserved_type(item: &Item) -> Option<Error> {
    let ItemKind::Module { .. } = item.kind else {
        return None;
    };
    let is_type = |keyword: &str| matches!(keyword, "struct" | "enum" | "union" | "type" | "trait");
    let mut members = item.other_members.iter();
    let (_, name) = members.find(|(keyword, name)| is_type(keyword) && name == "Plugin")?;
    let text = "`#[stratos::plugin]` adds a type of this name to the module: give this one another";
    Some(Error::new(name.span(), text))
}

/// Reports the generated members of the plugin's type that an `impl` block declares itself, and returns their names.
pub(super) fn find_redeclared(
    item: &Item,
    has_settings: bool,
    errors: &mut Vec<Error>,
) -> Vec<&'static str> {
    let generated = ["ID", "VERSION"]
        .into_iter()
        .chain(has_settings.then_some("settings"));
    let mut redeclared = Vec::new();
    for name in generated {
        if let Some(member) = constant_or_function(item, name) {
            let text = format!(
                "`#[stratos::plugin]` adds `{name}` from plugin.json: give this one another name"
            );
            errors.push(Error::new(member.span(), text));
            redeclared.push(name);
        }
    }
    redeclared
}

fn constant_or_function<'a>(item: &'a Item, name: &str) -> Option<&'a Ident> {
    let ItemKind::Impl { .. } = item.kind else {
        return None;
    };
    let members = item.other_members.iter();
    let constants = members
        .filter(|(keyword, _)| keyword == "const")
        .map(|(_, name)| name);
    let functions = item.functions.iter();
    let functions = functions.map(|function| &function.signature.ident);
    constants.chain(functions).find(|member| *member == name)
}
