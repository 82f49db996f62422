//! What a rule gets to see.

use std::ops::Range;

use jsonc_parser::ast::{Object, StringLit, Value};
use semver::Version;

use crate::{
    diagnostic::{Diagnostic, Level},
    facts::ProjectFacts,
    reading::{Fault, find, is_blank, span},
    rule::Rule,
    shape::{Place, ShapeFault, ShapeFaultKind},
    slug::is_slug,
    suppress::UnusedSuppression,
};

/// A manifest as far as it could be read, for one rule.
#[derive(Debug)]
pub(crate) struct RuleContext<'t> {
    pub(crate) rule: &'t Rule,
    pub(crate) level: Level,
    /// The file's text, empty if it has none.
    pub(crate) text: &'t str,
    /// The file's bytes.
    pub(crate) source: &'t [u8],
    pub(crate) faults: &'t [Fault],
    /// The outermost value.
    pub(crate) value: Option<&'t Value<'t>>,
    /// All objects whose keys are known, the manifest itself first.
    pub(crate) places: &'t [Place<'t>],
    pub(crate) shape_faults: &'t [ShapeFault],
    pub(crate) facts: &'t ProjectFacts,
    /// The exceptions that suppress nothing, if `text` is a `stratos.toml` and not a manifest.
    pub(crate) unused: &'t [UnusedSuppression],
}

impl<'t> RuleContext<'t> {
    /// A finding of this rule.
    pub(crate) fn finding(&self, span: Range<usize>, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            rule: self.rule.id,
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

    /// The text at a path of keys, unless it is something else or blank: other rules speak about that.
    pub(crate) fn text_at(&self, path: &[&str]) -> Option<&'t StringLit<'t>> {
        let (key, parents) = path.split_last()?;
        let mut object = self.value?.as_object()?;
        for parent in parents {
            object = find(object, parent)?.value.as_object()?;
        }
        text_of(object, key)
    }

    /// Where the manifest does not have its shape, in one way.
    pub(crate) fn shape_faults(
        &self,
        kind: ShapeFaultKind,
    ) -> impl Iterator<Item = (&'t Place<'t>, &'t ShapeFault)> + use<'t> {
        let places = self.places;
        self.shape_faults
            .iter()
            .filter(move |fault| fault.kind == kind)
            .map(|fault| (&places[fault.place], fault))
    }

    /// The texts that people get to see, each with its path; not the blank ones.
    pub(crate) fn displayed_texts(
        &self,
    ) -> impl Iterator<Item = (String, &'t StringLit<'t>)> + use<'t> {
        self.texts(&["name", "description", "placeholder", "label"])
    }

    /// The texts of the fields with these keys, each with its path; not the blank ones.
    pub(crate) fn texts(
        &self,
        keys: &'static [&'static str],
    ) -> impl Iterator<Item = (String, &'t StringLit<'t>)> + use<'t> {
        self.places.iter().flat_map(move |place| {
            let fields = place.shape.fields.iter().map(|field| field.key);
            fields
                .filter(move |key| keys.contains(key))
                .filter_map(|key| Some((place.path(key), text_of(place.object, key)?)))
        })
    }

    /// The ids of the plugin and its author, each with its path; malformed ones are left to other rules.
    pub(crate) fn slugs(&self) -> impl Iterator<Item = (&'static str, &'t StringLit<'t>)> {
        let ids = [
            ("id", self.text_at(&["id"])),
            ("author.id", self.text_at(&["author", "id"])),
        ];
        ids.into_iter()
            .filter_map(|(path, id)| Some((path, id.filter(|id| is_slug(&id.value))?)))
    }

    /// The plugin's id, unless it is malformed.
    pub(crate) fn id(&self) -> Option<&'t StringLit<'t>> {
        self.text_at(&["id"]).filter(|id| is_slug(&id.value))
    }

    /// The manifest's version, if it is one.
    pub(crate) fn version(&self) -> Option<(&'t StringLit<'t>, Version)> {
        let literal = self.text_at(&["version"])?;
        Some((literal, Version::parse(&literal.value).ok()?))
    }

    /// Where to point when the plugin's program is meant: `background`, or the opening brace.
    pub(crate) fn background(&self) -> Range<usize> {
        let root = self.places.first();
        root.and_then(|root| find(root.object, "background"))
            .map(|background| span(&background.name))
            .or_else(|| Some(root?.anchor.clone()))
            .unwrap_or_default()
    }

    /// The settings that are objects, each with its place.
    pub(crate) fn settings(&self) -> impl Iterator<Item = &'t Place<'t>> + use<'t> {
        self.places.iter().filter(|place| place.is_setting())
    }
}

/// The text of `object.key`, unless it is something else or blank.
pub(crate) fn text_of<'t>(object: &'t Object<'t>, key: &str) -> Option<&'t StringLit<'t>> {
    find(object, key)?
        .value
        .as_string_lit()
        .filter(|literal| !is_blank(&literal.value))
}
