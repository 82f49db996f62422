//! Paths in a manifest, and the files that they resolve to.

use jsonc_parser::ast::StringLit;

use crate::{
    context::RuleContext,
    diagnostic::Diagnostic,
    facts::{FileStatus, ICON_KEYS, IconFacts},
    icon::{IconContent, Svg},
    plugin_path::{entry_location, has_icon_extension, icon_locations, path_error},
    quote::quote,
    suggest::closest,
    syntax::span,
};

/// A path in the manifest that names a file of the plugin.
#[derive(Debug)]
pub(crate) struct FileReference<'t> {
    /// The key path of the field, such as `background.entryModule`.
    pub(crate) field: &'static str,
    pub(crate) is_icon: bool,
    pub(crate) literal: &'t StringLit<'t>,
    /// Paths at which the shell looks for the file, in this order and relative to the plugin's folder; never empty.
    candidates: Vec<String>,
}

/// A candidate path of a [`FileReference`], and what is at that path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ResolvedFile<'f> {
    pub(crate) path: &'f str,
    pub(crate) fact: &'f FileStatus,
}

/// The icons and the entry module, except paths with a [`path_error`], which `unsafe-path` reports.
pub(crate) fn file_references<'t>(
    cx: &RuleContext<'t>,
) -> impl Iterator<Item = FileReference<'t>> + use<'t> {
    let icons = ICON_KEYS.map(|key| {
        let literal = cx.text_at(&[key])?;
        Some(FileReference {
            field: key,
            is_icon: true,
            literal,
            candidates: icon_locations(&literal.value).to_vec(),
        })
    });
    icons
        .into_iter()
        .flatten()
        .filter(|icon| path_error(&icon.literal.value).is_none())
        .chain(entry_module(cx))
}

/// The entry module, unless its path has a [`path_error`].
pub(crate) fn entry_module<'t>(cx: &RuleContext<'t>) -> Option<FileReference<'t>> {
    let literal = cx.text_at(&["background", "entryModule"])?;
    path_error(&literal.value).is_none().then(|| FileReference {
        field: "background.entryModule",
        is_icon: false,
        literal,
        candidates: vec![entry_location(&literal.value)],
    })
}

/// The icons whose files were read, each with the content.
pub(crate) fn icons_with_content<'t>(
    cx: &RuleContext<'t>,
) -> impl Iterator<Item = (FileReference<'t>, &'t IconFacts)> + use<'t> {
    let facts = cx.facts;
    file_references(cx).filter_map(move |file| {
        let path = file
            .candidates
            .iter()
            .find(|path| facts.files.get(*path) == Some(&FileStatus::Present));
        let icon = path.and_then(|path| facts.icons.get(path))?;
        file.is_icon.then_some((file, icon))
    })
}

/// The SVG icons whose files were read.
pub(crate) fn svg_icons<'t>(
    cx: &RuleContext<'t>,
) -> impl Iterator<Item = (FileReference<'t>, &'t Svg)> + use<'t> {
    icons_with_content(cx).filter_map(|(icon, fact)| match &fact.content {
        IconContent::Svg(svg) => Some((icon, svg)),
        _ => None,
    })
}

/// The existing icon file that `file` probably means: one with a similar name, or else one in the folder that the path
/// names. Of several, the one whose name has the theme of the icon; never one for the other theme.
pub(crate) fn suggested_icon<'f>(
    cx: &RuleContext<'f>,
    file: &FileReference<'_>,
) -> Option<&'f str> {
    let is_referenced = |path: &str| {
        file_references(cx).any(|other| {
            other.is_icon && other.candidates.iter().any(|candidate| candidate == path)
        })
    };
    let own_theme = file.field.trim_start_matches("icon_");
    let mut icons: Vec<&str> = cx
        .facts
        .nearby_files
        .iter()
        .map(String::as_str)
        .filter(|path| has_icon_extension(path) && !is_referenced(path))
        .filter(|path| !matches!(theme(path), Some(other) if other != own_theme))
        .collect();
    // Stable: icons that are equally likely stay in the order of their names.
    icons.sort_by_key(|path| theme(path).is_none());
    let named = file.literal.value.as_ref();
    let similar = closest(stem(named), icons.iter().map(|path| stem(path)));
    let is_similar = |path: &&&str| similar == Some(stem(path));
    let is_in_folder = |path: &&&str| {
        file.candidates.iter().any(|candidate| {
            let folder = candidate.trim_end_matches('/');
            !folder.is_empty()
                && path
                    .strip_prefix(folder)
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    };
    icons
        .iter()
        .filter(is_similar)
        .find(|path| extension(path) == extension(named))
        .or_else(|| icons.iter().find(is_similar))
        .or_else(|| icons.iter().find(is_in_folder))
        .copied()
}

/// The existing JavaScript file that the entry module `path` probably means: one with a similar name, or else the only
/// one beside it and in `background/`.
pub(crate) fn suggested_module<'f>(cx: &RuleContext<'f>, path: &str) -> Option<&'f str> {
    let is_module = |other: &&str| {
        ["js", "mjs", "cjs"].contains(&extension(other))
            && (folder(other) == "background" || folder(other) == folder(path))
    };
    let files = cx.facts.nearby_files.iter().map(String::as_str);
    let modules: Vec<_> = files.filter(is_module).collect();
    let similar = closest(stem(path), modules.iter().map(|module| stem(module)));
    modules
        .iter()
        .find(|module| similar == Some(stem(module)))
        .or(match modules.as_slice() {
            [only] => Some(only),
            _ => None,
        })
        .copied()
}

/// The theme that a path names: `light` or `dark`; `None` if it names none or both.
fn theme(path: &str) -> Option<&'static str> {
    let lower = path.to_ascii_lowercase();
    let names = |theme: &str| {
        lower
            .match_indices(theme)
            .any(|(at, _)| is_word_start(path, at))
    };
    match ["light", "dark"].map(names) {
        [true, false] => Some("light"),
        [false, true] => Some("dark"),
        _ => None,
    }
}

/// Whether a word starts at this offset: unlike that of `flight`, the `light` of `icon-light` and `iconLight` is one.
fn is_word_start(path: &str, at: usize) -> bool {
    let (before, after) = path.split_at(at);
    before.chars().next_back().is_none_or(|last| {
        !last.is_alphabetic() || (last.is_lowercase() && after.starts_with(char::is_uppercase))
    })
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

impl FileReference<'_> {
    /// The path where the shell looks first.
    pub(crate) fn preferred_path(&self) -> &str {
        &self.candidates[0]
    }

    /// A finding with the message "the icon `icon.svg`", completed by `predicate`.
    pub(crate) fn icon_finding(&self, cx: &RuleContext<'_>, predicate: &str) -> Diagnostic {
        let path = quote(&self.literal.value);
        cx.finding(span(self.literal), format!("the icon {path} {predicate}"))
    }

    /// The candidate that comes nearest to a readable file; `None` unless the facts cover all candidates.
    pub(crate) fn resolve<'f>(&'f self, cx: &RuleContext<'f>) -> Option<ResolvedFile<'f>> {
        let resolved: Option<Vec<_>> = self
            .candidates
            .iter()
            .map(|path| {
                let fact = cx.facts.files.get(path)?;
                Some(ResolvedFile { path, fact })
            })
            .collect();
        resolved?.into_iter().min_by_key(|file| match file.fact {
            FileStatus::Present => 0,
            FileStatus::CaseMismatch(_) => 1,
            FileStatus::Outside => 2,
            FileStatus::Unreadable | FileStatus::Special => 3,
            FileStatus::Folder => 4,
            FileStatus::Missing => 5,
        })
    }
}
