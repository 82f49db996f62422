//! Rules for the files that the shell looks for: the manifest, the entry, the UI and the icons.

use stratos_manifest::{Level, Manifest, ProjectFacts, check, closest, icon_locations, position};

use crate::bundle::Bundle;
use crate::layout;
use crate::problem::Problem;

/// The manifest of the bundle.
///
/// # Errors
///
/// The problem of a bundle whose manifest is missing or has errors.
pub fn read_manifest(bundle: &Bundle) -> Result<Manifest, Problem> {
    let name = Manifest::FILE_NAME;
    let Some(bytes) = bundle.files.get(name) else {
        let problem = Problem::error(
            "missing-manifest",
            name,
            format!("there is no `{name}` at the root of the bundle"),
        );
        let suffix = format!("/{name}");
        let nested = bundle.files.keys().find(|path| path.ends_with(&suffix));
        return Err(match nested {
            Some(path) => problem.help(format!(
                "`{path}` is in a folder: pack the files of this folder, not the folder"
            )),
            None => problem.help("`cargo stratos build` writes a folder with all that is packed"),
        });
    };
    let report = check(bytes, &ProjectFacts::none());
    report.manifest.ok_or_else(|| {
        let error = report.diagnostics.iter().find(|d| d.level == Level::Error);
        let text = String::from_utf8_lossy(bytes);
        let at = position(&text, error.map_or(0, |error| error.span.start));
        let message = error.map_or("the manifest has errors", |error| error.message.as_str());
        Problem::error("invalid-manifest", name, format!("{name}:{at}: {message}"))
            .help("`cargo stratos check` shows all mistakes")
    })
}

/// The problems of files that the manifest or the shell expects.
pub(crate) fn layout_problems(bundle: &Bundle, manifest: &Manifest) -> Vec<Problem> {
    let icons = [
        ("icon_light", &manifest.icon_light),
        ("icon_dark", &manifest.icon_dark),
    ];
    let missing_icons = icons
        .into_iter()
        .filter_map(|(field, path)| missing_icon(bundle, field, path));
    missing_entry(bundle, manifest)
        .into_iter()
        .chain(missing_icons)
        .chain(missing_ui(bundle))
        .collect()
}

fn missing_entry(bundle: &Bundle, manifest: &Manifest) -> Option<Problem> {
    let declared = manifest.background.as_ref();
    let declared = declared.map(|background| background.entry_module.trim_start_matches("./"));
    let has_programs = bundle.program_files().next().is_some();
    let path = match declared {
        Some(path) => path,
        None if has_programs => layout::ENTRY,
        None => return None,
    };
    if bundle.files.contains_key(path) {
        return None;
    }
    let message =
        format!("there is no `{path}`, which the shell loads to start the background module");
    Some(Problem::error("missing-entry", path, message).help(
        "`cargo stratos build` writes it for a plugin in Rust; another plugin builds its own",
    ))
}

fn missing_icon(bundle: &Bundle, field: &str, path: &str) -> Option<Problem> {
    let locations = icon_locations(path);
    if locations.iter().any(|path| bundle.files.contains_key(path)) {
        return None;
    }
    let message = format!(
        "`{field}` names `{path}`, and the bundle has neither `{}` nor `{}`",
        locations[0], locations[1]
    );
    let problem = Problem::error("missing-icon", &locations[0], message);
    let paths = bundle.files.keys().map(String::as_str);
    Some(
        problem.help(match closest(&locations[0], paths) {
            Some(other) => format!("did you mean `{other}`? Upper and lower case count"),
            None => {
                "put the icon into `assets`, and check that `.stratosignore` does not leave it out"
                    .to_owned()
            }
        }),
    )
}

fn missing_ui(bundle: &Bundle) -> Option<Problem> {
    (!bundle.files.contains_key(layout::UI)).then(|| {
        let message = format!(
            "there is no `{}`: the plugin shows nothing in the shell",
            layout::UI
        );
        Problem::error("missing-ui", layout::UI, message)
            .warning()
            .help("name the folder of the built UI as `folder` in the table `[ui]` of stratos.toml")
    })
}
