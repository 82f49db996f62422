//! The manifest that a rule checks.

use std::ops::Range;

use jsonc_parser::ast::{Object, StringLit};
use semver::Version;

use crate::{
    context::setting::setting_type,
    diagnostic::{Diagnostic, Level},
    facts::ProjectFacts,
    model::SettingType,
    schema::{ObjectNode, SchemaViolation, ViolationKind},
    slug::is_slug,
    syntax::{ParsedManifest, find, is_blank, span},
};

/// The input of one rule: the manifest, as far as it could be parsed, and the facts about its project.
#[derive(Debug)]
pub(crate) struct RuleContext<'t> {
    /// The id of the rule, for its findings.
    pub(crate) rule: &'static str,
    /// The level of the rule's findings.
    pub(crate) level: Level,
    pub(crate) manifest: &'t ParsedManifest<'t>,
    /// The objects with a schema, the manifest itself first.
    pub(crate) objects: &'t [ObjectNode<'t>],
    /// The violations of those objects' schemas.
    pub(crate) violations: &'t [SchemaViolation],
    /// The facts about the files around the manifest.
    pub(crate) facts: &'t ProjectFacts,
    /// The exceptions that suppress no finding; empty in a check of a manifest.
    pub(crate) unused: &'t [UnusedSuppression],
}

/// An exception that covered no finding, although every manifest that it applies to was checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedSuppression {
    /// The bytes of the settings where the exception names its rule.
    pub span: Range<usize>,
    /// The id of the rule.
    pub rule: &'static str,
}

impl<'t> RuleContext<'t> {
    /// Creates a finding of this rule, without note, help and fix.
    pub(crate) fn finding(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            rule: self.rule,
            level: self.level,
            message: message.into(),
            span,
            note: None,
            help: None,
            related: Vec::new(),
            at: String::new(),
            fix: None,
        }
    }

    /// The manifest's root object; `None` if the file could not be parsed, or holds another JSON value.
    pub(crate) fn root(&self) -> Option<&'t Object<'t>> {
        self.manifest.root.as_ref()?.as_object()
    }

    /// The string at a path of keys. `None` if there is no such string, or if it is blank: `missing-field`,
    /// `wrong-type` and `empty-text` report that.
    pub(crate) fn text_at(&self, path: &[&str]) -> Option<&'t StringLit<'t>> {
        let (key, parents) = path.split_last()?;
        let mut object = self.root()?;
        for parent in parents {
            object = find(object, parent)?.value.as_object()?;
        }
        text_field(object, key)
    }

    /// The schema violations of one kind, each with its object.
    pub(crate) fn violations(
        &self,
        kind: ViolationKind,
    ) -> impl Iterator<Item = (&'t ObjectNode<'t>, &'t SchemaViolation)> + use<'t> {
        let objects = self.objects;
        self.violations
            .iter()
            .filter(move |violation| violation.kind == kind)
            .map(|violation| (&objects[violation.object], violation))
    }

    /// The strings that the shell displays, unless blank, each with its key path.
    pub(crate) fn displayed_texts(
        &self,
    ) -> impl Iterator<Item = (String, &'t StringLit<'t>)> + use<'t> {
        self.texts(&["name", "description", "placeholder", "label"])
    }

    /// The strings under any of `keys`, in all objects, unless blank, each with its key path.
    pub(crate) fn texts(
        &self,
        keys: &'static [&'static str],
    ) -> impl Iterator<Item = (String, &'t StringLit<'t>)> + use<'t> {
        self.objects.iter().flat_map(move |node| {
            let fields = node.schema.fields.iter().map(|field| field.key);
            fields
                .filter(move |key| keys.contains(key))
                .filter_map(|key| Some((node.path(key), text_field(node.object, key)?)))
        })
    }

    /// The ids of the plugin and of its author, each with its key path; malformed ones are left out.
    pub(crate) fn ids(&self) -> impl Iterator<Item = (&'static str, &'t StringLit<'t>)> {
        let ids = [
            ("id", self.text_at(&["id"])),
            ("author.id", self.text_at(&["author", "id"])),
        ];
        ids.into_iter()
            .filter_map(|(path, id)| Some((path, id.filter(|id| is_slug(&id.value))?)))
    }

    /// The plugin's id, unless malformed.
    pub(crate) fn id(&self) -> Option<&'t StringLit<'t>> {
        self.text_at(&["id"]).filter(|id| is_slug(&id.value))
    }

    /// The manifest's version, unless malformed.
    pub(crate) fn version(&self) -> Option<(&'t StringLit<'t>, Version)> {
        let literal = self.text_at(&["version"])?;
        Some((literal, Version::parse(&literal.value).ok()?))
    }

    /// The span of findings about the plugin's crate: the key `background`, or else the manifest's opening brace.
    pub(crate) fn background_span(&self) -> Range<usize> {
        let root = self.objects.first();
        root.and_then(|root| find(root.object, "background"))
            .map(|background| span(&background.name))
            .or_else(|| Some(root?.anchor.clone()))
            .unwrap_or_default()
    }

    /// The elements of `availableSettings` that are objects.
    pub(crate) fn settings(&self) -> impl Iterator<Item = &'t ObjectNode<'t>> + use<'t> {
        self.objects.iter().filter(|node| node.is_setting())
    }

    /// The settings with one of these types.
    pub(crate) fn settings_of_type(
        &self,
        types: &'static [SettingType],
    ) -> impl Iterator<Item = &'t ObjectNode<'t>> + use<'t> {
        self.settings()
            .filter(|setting| setting_type(setting).is_some_and(|kind| types.contains(&kind)))
    }
}

/// The string `object.key`; `None` if it is missing, blank or no string.
pub(crate) fn text_field<'t>(object: &'t Object<'t>, key: &str) -> Option<&'t StringLit<'t>> {
    find(object, key)?
        .value
        .as_string_lit()
        .filter(|literal| !is_blank(&literal.value))
}
