use crate::{
    context::RuleContext,
    diagnostic::Findings,
    quote::{first_few, quote},
    reading::{find, head},
    rule::declare_rule,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds files that are not a plugin's manifest but another well-known file, given or named by mistake:
    /// `package.json`, `tsconfig.json`, the manifest of a simulator's package, `Cargo.toml`. They are known by their
    /// names or by their keys, as long as they have none of the keys that only a plugin's manifest has.
    ///
    /// ## Why is this bad?
    ///
    /// Everything else that is said about such a file is beside the point: nothing is missing in it.
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
        summary: "another program's file instead of a manifest",
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

/// A file that is mistaken for a manifest.
struct Foreign {
    /// Its name, unless other files have it as well.
    file: Option<&'static str>,
    what: &'static str,
    /// Keys that it has and a manifest does not.
    marks: &'static [&'static str],
}

const fn foreign(
    file: Option<&'static str>,
    what: &'static str,
    marks: &'static [&'static str],
) -> Foreign {
    Foreign { file, what, marks }
}

/// In this order: a simulator's package has `dependencies`, too.
const KNOWN: &[Foreign] = &[
    foreign(
        None,
        "the manifest of a simulator's package",
        &[
            "content_type",
            "minimum_game_version",
            "package_version",
            "total_package_size",
        ],
    ),
    foreign(
        None,
        "the manifest of a browser's extension",
        &["manifest_version"],
    ),
    foreign(None, "the manifest of a web app", &["start_url"]),
    foreign(
        Some("package-lock.json"),
        "npm's lock file",
        &["lockfileVersion"],
    ),
    foreign(
        Some("package.json"),
        "npm's `package.json`",
        &[
            "scripts",
            "dependencies",
            "devDependencies",
            "peerDependencies",
            "main",
            "exports",
            "workspaces",
            "packageManager",
        ],
    ),
    foreign(
        Some("tsconfig.json"),
        "the configuration of TypeScript",
        &["compilerOptions"],
    ),
    foreign(
        Some("jsconfig.json"),
        "the configuration of a JavaScript project",
        &[],
    ),
    foreign(
        Some("module.json"),
        "the manifest of another program's module",
        &["esmodules"],
    ),
    foreign(
        None,
        "a JSON schema",
        &["$defs", "definitions", "properties"],
    ),
    foreign(Some("Cargo.toml"), "cargo's manifest", &[]),
    foreign(Some("Cargo.lock"), "cargo's lock file", &[]),
];

/// A file with one of them is meant as a plugin's manifest, whatever else is in it.
const OWN_KEYS: [&str; 5] = [
    "id",
    "icon_light",
    "icon_dark",
    "availableSettings",
    "background",
];

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let root = cx.value.and_then(|value| value.as_object());
    let has = |key: &&&str| root.is_some_and(|root| find(root, key).is_some());
    if OWN_KEYS.iter().any(|key| has(&key)) {
        return;
    }
    let marks = |known: &Foreign| {
        known
            .marks
            .iter()
            .filter(has)
            .map(|mark| quote(mark))
            .collect()
    };
    let by_keys = KNOWN.iter().find_map(|known| {
        let marks: Vec<_> = marks(known);
        (!marks.is_empty()).then_some((known, marks))
    });
    let by_name = || {
        let name = cx.facts.file_name.as_deref()?;
        let is_named = |known: &&Foreign| {
            known
                .file
                .is_some_and(|file| file.eq_ignore_ascii_case(name))
        };
        Some((KNOWN.iter().find(is_named)?, Vec::new()))
    };
    let Some((known, marks)) = by_keys.or_else(by_name) else {
        return;
    };
    let note = match marks.is_empty() {
        true => {
            "it has the name of one, and none of the keys that a plugin's manifest has".to_owned()
        }
        false => format!(
            "it has {}, and none of the keys that only a plugin's manifest has",
            first_few(marks)
        ),
    };
    let start = cx.text.chars().next().map_or(0, char::len_utf8);
    let finding = cx
        .finding(
            cx.value.map_or(0..start, head),
            format!("this is {}, not a plugin's manifest", known.what),
        )
        .note(note);
    out.push(finding.help(
        "check the plugin's `plugin.json` or its folder; `cargo stratos new` makes a plugin with a good one",
    ));
}
