//! The files that a manifest names, and what is known about each.

use jsonc_parser::ast::StringLit;

use crate::{
    facts::{FileFact, ICON_KEYS, IconFact},
    plugin_path::{entry_place, has_icon_ending, icon_places, path_fault},
    rules::RuleContext,
    suggest::closest,
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

/// Of the files that lie beside `file`, the icon that is most likely meant: nearly of the same name, or else the only
/// one in the folder that is named.
pub(super) fn icon_beside<'f>(cx: &RuleContext<'f>, file: &NamedFile<'_>) -> Option<&'f str> {
    let is_taken = |path: &str| {
        named_files(cx).any(|other| other.is_icon && other.places.iter().any(|place| place == path))
    };
    let icons: Vec<&str> = cx
        .facts
        .beside
        .iter()
        .map(String::as_str)
        .filter(|path| has_icon_ending(path) && !is_taken(path))
        .collect();
    let named = file.literal.value.as_ref();
    let similar = closest(stem(named), icons.iter().map(|path| stem(path)));
    let is_similar = |path: &&&str| similar == Some(stem(path));
    let same_ending = icons
        .iter()
        .filter(is_similar)
        .find(|path| ending(path) == ending(named));
    let in_folder = || {
        let is_inside = |path: &&&str| {
            file.places.iter().any(|place| {
                let folder = place.trim_end_matches('/');
                !folder.is_empty()
                    && path
                        .strip_prefix(folder)
                        .is_some_and(|p| p.starts_with('/'))
            })
        };
        icons.iter().find(is_inside)
    };
    same_ending
        .or_else(|| icons.iter().find(is_similar))
        .or_else(in_folder)
        .copied()
}

/// Of the files that lie beside the entry module, the one that is most likely meant.
pub(super) fn module_beside<'f>(cx: &RuleContext<'f>, place: &str) -> Option<&'f str> {
    let is_module = |path: &&str| {
        let folder = folder(path);
        ["js", "mjs", "cjs"].contains(&ending(path))
            && (folder == "background" || folder == self::folder(place))
    };
    let beside = cx.facts.beside.iter().map(String::as_str);
    let all: Vec<_> = beside.filter(is_module).collect();
    let similar = closest(stem(place), all.iter().map(|path| stem(path)));
    all.iter()
        .find(|path| similar == Some(stem(path)))
        .or(match all.as_slice() {
            [only] => Some(only),
            _ => None,
        })
        .copied()
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn ending(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, ending)| ending)
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
