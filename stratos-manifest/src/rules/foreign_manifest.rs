use crate::{quote::join_first, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for well-known files that are not plugin manifests, passed or named by mistake: `package.json`,
    /// `tsconfig.json`, the manifest of a simulator package, `Cargo.toml`. They are recognized by their names or their
    /// keys, unless they have a key that only plugin manifests have.
    ///
    /// ## Why is this bad?
    ///
    /// Other findings about such a file are misleading: it is not an incomplete plugin manifest.
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
        group: Suspicious,
        stage: Manifest,
        source: Judgement,
        since: "0.1.0",
    }
}

/// A well-known file that is not a plugin manifest.
struct Foreign {
    /// The file name; `None` if unrelated files have it, too.
    file: Option<&'static str>,
    /// The description in the message.
    what: &'static str,
    /// Keys that identify the file. No plugin manifest has them.
    keys: &'static [&'static str],
}

const fn foreign(
    file: Option<&'static str>,
    what: &'static str,
    keys: &'static [&'static str],
) -> Foreign {
    Foreign { file, what, keys }
}

/// The first match counts: a simulator package has the key `dependencies`, too.
const KNOWN: &[Foreign] = &[
    foreign(
        None,
        "the manifest of a simulator package",
        &[
            "content_type",
            "minimum_game_version",
            "package_version",
            "total_package_size",
        ],
    ),
    foreign(
        None,
        "the manifest of a browser extension",
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
        "a TypeScript configuration",
        &["compilerOptions"],
    ),
    foreign(
        Some("jsconfig.json"),
        "a JavaScript project configuration",
        &[],
    ),
    foreign(
        Some("module.json"),
        "the manifest of another program's module",
        &["esmodules"],
    ),
    foreign(
        None,
        "a JSON Schema",
        &["$defs", "definitions", "properties"],
    ),
    foreign(Some("Cargo.toml"), "Cargo's manifest", &[]),
    foreign(Some("Cargo.lock"), "Cargo's lock file", &[]),
];

/// Keys of plugin manifests: a file with any of them is checked as one.
const OWN_KEYS: [&str; 5] = [
    "id",
    "icon_light",
    "icon_dark",
    "availableSettings",
    "background",
];

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let root = cx.root();
    let has = |key: &&&str| root.is_some_and(|root| find(root, key).is_some());
    if OWN_KEYS.iter().any(|key| has(&key)) {
        return;
    }
    let keys_of = |known: &Foreign| {
        known
            .keys
            .iter()
            .filter(has)
            .map(|key| quote(key))
            .collect()
    };
    let by_keys = KNOWN.iter().find_map(|known| {
        let keys: Vec<_> = keys_of(known);
        (!keys.is_empty()).then_some((known, keys))
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
    let Some((known, keys)) = by_keys.or_else(by_name) else {
        return;
    };
    let note = match keys.is_empty() {
        true => {
            "it has the name of that file, and none of the keys that only plugin manifests have"
                .to_owned()
        }
        false => format!(
            "it has {}, and none of the keys that only plugin manifests have",
            join_first(keys)
        ),
    };
    let start = cx.manifest.text.chars().next().map_or(0, char::len_utf8);
    let finding = cx
        .finding(
            cx.manifest.root.as_ref().map_or(0..start, head_span),
            format!("this is {}, not a plugin manifest", known.what),
        )
        .note(note);
    out.push(finding.help(
        "check the plugin's folder or its `plugin.json`; `cargo stratos new` creates a plugin with a valid one",
    ));
}
