use jsonc_parser::ast::{Object, ObjectProp};

use crate::{
    context::unknown_keys,
    foreign_formats::{FOREIGN_FORMATS, ForeignFormat, UNKNOWN_FORMAT},
    model::PluginType,
    quote::join_first,
    rules::prelude::*,
    schema::fields_named,
    suggest::{closest, is_same_word},
    syntax::find_text,
};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for files of other tools: `package.json`, `tsconfig.json`, the manifest of a simulator package, and the
    /// manifests of plugins for Grafana, Claude, Figma, Flow Launcher, Obsidian, VS Code, browsers and others. They are
    /// recognized by their names, their `$schema` or their keys. Other findings about such a file are not reported.
    ///
    /// A file with an icon, `availableSettings`, an entry module, an author's id, an `id` beside an author's name, or the
    /// type `user` or `airline` is always checked as the manifest of a Stratos plugin.
    ///
    /// ## Why is this bad?
    ///
    /// The Stratos shell does not accept such a file. It was probably named by mistake, or the plugin of another program
    /// lies in the same repository. For the latter, an exception in the `stratos.toml` of its folder accepts the file.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "name": "fuel-check", "version": "1.0.0", "scripts": { "build": "vite build" } }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "id": "fuel-check", "name": "Fuel check", "version": "1.0.0" }
    /// ```
    "foreign-manifest" {
        summary: "a file of another tool instead of a plugin manifest",
        group: Correctness,
        stage: Manifest,
        source: V1,
        since: "0.1.0",
        excludes_others: true,
    }
}

/// Keys that only Stratos plugins have, in any spelling: a file with any of them is checked as one.
const OWN_KEYS: [&str; 5] = [
    "icon_light",
    "icon_dark",
    "availableSettings",
    "background.entryModule",
    "author.id",
];

/// The least number of unknown keys in the file of an unknown tool.
const MIN_UNKNOWN_KEYS: usize = 3;

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    if cx.root().is_some_and(is_stratos_plugin) {
        return;
    }
    let Some((what, evidence)) = recognize(cx) else {
        return;
    };
    let start = cx.manifest.text.chars().next().map_or(0, char::len_utf8);
    let finding = cx
        .finding(
            cx.manifest.root.as_ref().map_or(0..start, head_span),
            format!("this is {what}, not the manifest of a Stratos plugin"),
        )
        .note(format!(
            "it has {evidence}, and none of the keys that only Stratos plugins have"
        ));
    out.push(finding.help(
        "name the folder or the `plugin.json` of a Stratos plugin; `cargo stratos new` creates one",
    ));
}

fn is_stratos_plugin(root: &Object<'_>) -> bool {
    let kind = find_text(root, "type");
    let is_own_type = |name: &&str| kind.is_some_and(|kind| is_same_word(kind, name));
    OWN_KEYS
        .iter()
        .any(|path| find_path(root, path, is_same_word).is_some())
        || PluginType::NAMES.iter().any(is_own_type)
        || has_id_and_author(root)
        || has_settings(root) && !has_other_type(root)
}

/// Whether there are an `id` and an author with a name. Other programs have one of them, or more about the author.
fn has_id_and_author(root: &Object<'_>) -> bool {
    let author = find(root, "author").and_then(|author| author.value.as_object());
    let is_known =
        |property: &ObjectProp<'_>| ["name", "contact"].contains(&property.name.as_str());
    find(root, "id").is_some()
        && author.is_some_and(|author| {
            find(author, "name").is_some() && author.properties.iter().all(is_known)
        })
}

/// Whether the `type` is not even a misspelt one of Stratos.
fn has_other_type(root: &Object<'_>) -> bool {
    let kind = find_text(root, "type");
    kind.is_some_and(|kind| closest(kind, PluginType::NAMES.iter().copied()).is_none())
}

/// Whether there is a list of settings with a `key`, under any name that the documentation uses. Other programs have
/// `settings`, too, but rarely such a list.
fn has_settings(root: &Object<'_>) -> bool {
    let lists = fields_named("availableSettings").filter_map(|field| field.find(root));
    let mut settings = lists
        .filter_map(|list| list.value.as_array())
        .flat_map(|list| &list.elements)
        .filter_map(|setting| setting.as_object());
    settings.any(|setting| find(setting, "key").is_some())
}

/// The description of the file's format, and the evidence for it.
fn recognize(cx: &RuleContext<'_>) -> Option<(&'static str, String)> {
    let root = cx.root();
    let by_schema = || recognize_schema(find_text(root?, "$schema")?);
    by_schema()
        .or_else(|| recognize_folder(cx))
        .or_else(|| recognize_keys(root?))
        .or_else(|| recognize_name(cx))
        .or_else(|| recognize_unknown_format(cx))
}

/// A format by the address of its schema.
fn recognize_schema(schema: &str) -> Option<(&'static str, String)> {
    let is_named = |format: &&ForeignFormat| {
        let part = format.schema;
        part.is_some_and(|part| schema.contains(part))
    };
    let format = FOREIGN_FORMATS.iter().find(is_named)?;
    Some((format.what, format!("the `$schema` {}", quote(schema))))
}

fn recognize_keys(root: &Object<'_>) -> Option<(&'static str, String)> {
    let [has_id, has_version] = ["id", "version"].map(|key| find(root, key).is_some());
    FOREIGN_FORMATS.iter().find_map(|format| {
        let has = |path: &&str| find_path(root, path, str::eq).is_some();
        let found = |paths: &[&'static str]| paths.iter().copied().filter(has).collect::<Vec<_>>();
        let mut keys = found(format.unique_keys);
        if !has_id || format.has_id && !has_version {
            keys.extend(found(format.typical_keys));
            let common = found(format.common_keys);
            // A single word is no evidence.
            if keys.is_empty() && common.len() > 1 {
                keys = common;
            }
        }
        (!keys.is_empty()).then(|| (format.what, join_first(keys.into_iter().map(quote))))
    })
}

/// A format by the name of the file's folder, which tells apart formats with the same keys.
fn recognize_folder(cx: &RuleContext<'_>) -> Option<(&'static str, String)> {
    let name = cx.facts.file_name.as_deref()?;
    let folder = cx.facts.folder_name.as_deref()?;
    recognize_file(cx, |file| file == format!("{folder}/{name}"))
}

fn recognize_name(cx: &RuleContext<'_>) -> Option<(&'static str, String)> {
    let name = cx.facts.file_name.as_deref()?;
    recognize_file(cx, |file| file.eq_ignore_ascii_case(name))
}

/// A format by the name of its files. A file with an `id` may be a plugin manifest with another name.
fn recognize_file(
    cx: &RuleContext<'_>,
    is_name: impl Fn(&str) -> bool,
) -> Option<(&'static str, String)> {
    if cx.root().is_some_and(|root| find(root, "id").is_some()) {
        return None;
    }
    let is_named = |format: &&ForeignFormat| format.file.is_some_and(&is_name);
    let format = FOREIGN_FORMATS.iter().find(is_named)?;
    Some((format.what, "the name of such a file".to_owned()))
}

/// Whether most keys are unknown and nothing identifies a plugin. Stratos has no key with a capital at its start, but a
/// file with misspelt keys only may be a draft.
fn recognize_unknown_format(cx: &RuleContext<'_>) -> Option<(&'static str, String)> {
    let node = cx.objects.first()?;
    let has = |key| find(node.object, key).is_some();
    let has_other_type = has_other_type(node.object);
    if !has_other_type
        && ["id", "type", "background", "settings"]
            .into_iter()
            .any(has)
    {
        return None;
    }
    let is_capitalized = |key: &str| key.starts_with(|first: char| first.is_ascii_uppercase());
    let mut keys = unknown_keys(node);
    keys.retain(|key| key.suggestion.is_none() || is_capitalized(key.property.name.as_str()));
    let is_draft = keys.iter().all(|key| key.suggestion.is_some());
    let foreign = keys.len() + usize::from(has_other_type);
    let known = node.object.properties.len() - foreign;
    let is_foreign = !is_draft && keys.len() >= MIN_UNKNOWN_KEYS && foreign >= known;
    let names = keys.iter().map(|key| quote(key.property.name.as_str()));
    is_foreign.then(|| (UNKNOWN_FORMAT.what, join_first(names)))
}

/// Whether two keys are taken for the same.
type KeyMatch = fn(&str, &str) -> bool;

/// The property at a path of keys, such as `engines.vscode`.
fn find_path<'t, 'a>(
    root: &'t Object<'a>,
    path: &str,
    is_match: KeyMatch,
) -> Option<&'t ObjectProp<'a>> {
    let find = |object: &'t Object<'a>, key: &str| {
        object
            .properties
            .iter()
            .rfind(|property| is_match(property.name.as_str(), key))
    };
    let mut keys = path.split('.');
    let mut property = find(root, keys.next()?)?;
    for key in keys {
        property = find(property.value.as_object()?, key)?;
    }
    Some(property)
}
