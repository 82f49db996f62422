//! The files that a manifest names, and what is known about each.

use jsonc_parser::ast::StringLit;

use crate::{
    facts::{FileFact, ICON_KEYS, IconFact},
    plugin_path::{entry_place, icon_places, path_fault},
    rules::RuleContext,
};

/// A path in the manifest that may name a file of the plugin.
#[derive(Debug)]
pub(super) struct NamedFile<'t> {
    /// The keys that lead to the path, joined.
    pub(super) field: String,
    pub(super) is_icon: bool,
    pub(super) literal: &'t StringLit<'t>,
    /// Where the file may lie, the likeliest place first.
    places: Vec<String>,
}

/// What is known about a named file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing<'f> {
    /// The place that it is about: of several, the one that comes nearest to a file.
    pub(super) place: &'f str,
    pub(super) fact: &'f FileFact,
}

/// All paths that have no [`path_fault`]; those are for `unsafe-path` to speak about.
pub(super) fn named_files<'t>(
    cx: &RuleContext<'t>,
) -> impl Iterator<Item = NamedFile<'t>> + use<'t> {
    let icons = ICON_KEYS.map(|key| {
        let literal = cx.text_at(&[key])?;
        let places = icon_places(&literal.value).to_vec();
        Some(NamedFile {
            field: key.to_owned(),
            is_icon: true,
            literal,
            places,
        })
    });
    let sound = |file: &NamedFile<'t>| path_fault(&file.literal.value).is_none();
    icons
        .into_iter()
        .flatten()
        .chain(named_entry(cx))
        .filter(sound)
}

/// The entry module, if its path has no [`path_fault`].
pub(super) fn named_entry<'t>(cx: &RuleContext<'t>) -> Option<NamedFile<'t>> {
    let literal = cx.text_at(&["background", "entryModule"])?;
    let file = NamedFile {
        field: "background.entryModule".to_owned(),
        is_icon: false,
        literal,
        places: vec![entry_place(&literal.value)],
    };
    path_fault(&literal.value).is_none().then_some(file)
}

/// The icons whose files are known.
pub(super) fn named_icons<'t>(
    cx: &RuleContext<'t>,
) -> impl Iterator<Item = (NamedFile<'t>, &'t IconFact)> + use<'t> {
    let cx_facts = cx.facts;
    named_files(cx).filter_map(move |file| {
        let place = file
            .places
            .iter()
            .find(|place| cx_facts.files.get(*place) == Some(&FileFact::Present));
        let icon = place.and_then(|place| cx_facts.icons.get(place))?;
        file.is_icon.then_some((file, icon))
    })
}

impl NamedFile<'_> {
    pub(super) fn likeliest_place(&self) -> &str {
        &self.places[0]
    }

    /// What is known, unless nobody looked in all its places.
    pub(super) fn standing<'f>(&'f self, cx: &RuleContext<'f>) -> Option<Standing<'f>> {
        let standings: Option<Vec<_>> = self
            .places
            .iter()
            .map(|place| {
                let fact = cx.facts.files.get(place)?;
                Some(Standing { place, fact })
            })
            .collect();
        let distance = |standing: &Standing<'_>| match standing.fact {
            FileFact::Present => 0,
            FileFact::OtherCase(_) => 1,
            FileFact::Outside => 2,
            FileFact::Unreadable | FileFact::Special => 3,
            FileFact::Folder => 4,
            FileFact::Missing => 5,
        };
        standings?.into_iter().min_by_key(distance)
    }
}
