//! The entry: the background module that the real shell loads, which starts the plugin's program.

use std::collections::{BTreeMap, BTreeSet};

use rust_embed::RustEmbed;

use crate::render::{File, text};

#[derive(RustEmbed)]
#[folder = "entry/background"]
struct Modules;

/// Module that is shipped, with the others joined into it.
const ENTRY: &str = "index.js";

/// Options of the entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct EntryOptions {
    /// Whether the entry restarts a program that crashed; by default, the plugin is errored then (V1).
    pub supervise: bool,
}

/// Files of the background folder that the real shell loads: `background/index.js` and `background/package.json`.
///
/// The entry consists of several modules, which are joined here: after an update, a shell may load `index.js?v=2`, and
/// Node would take the old imports from its cache of modules.
///
/// ```
/// use stratos_templates::{EntryOptions, entry};
///
/// let files = entry(&EntryOptions { supervise: true });
/// let paths: Vec<&str> = files.iter().map(|file| file.path.as_str()).collect();
/// assert_eq!(paths, ["background/index.js", "background/package.json"]);
/// ```
#[must_use]
pub fn entry(options: &EntryOptions) -> Vec<File> {
    let package = serde_json::json!({
        "private": true,
        "type": "module",
        "stratos": { "supervise": options.supervise },
    });
    vec![
        File {
            path: "background/index.js".to_owned(),
            contents: join_modules(),
        },
        File {
            path: "background/package.json".to_owned(),
            contents: format!("{package:#}\n"),
        },
    ]
}

/// An import of the joined module: the name of a default import, or the names in braces.
#[derive(Debug, Default)]
struct Import {
    default: Option<String>,
    named: BTreeSet<String>,
}

/// Modules in the order of their dependencies, and what they import from Node.
#[derive(Debug, Default)]
struct Joined {
    imports: BTreeMap<String, Import>,
    bodies: Vec<(String, String)>,
    visited: BTreeSet<String>,
}

fn join_modules() -> String {
    let mut joined = Joined::default();
    joined.add(ENTRY);
    joined.render()
}

impl Joined {
    /// Adds a module after the modules that it imports.
    fn add(&mut self, name: &str) {
        if !self.visited.insert(name.to_owned()) {
            return;
        }
        let file = Modules::get(name).unwrap_or_else(|| panic!("the entry has no module {name}"));
        let text = text(&file);
        let mut body = String::new();
        let mut statements = text.split_inclusive('\n');
        while let Some(line) = statements.next() {
            if !line.starts_with("import ") {
                body.push_str(line);
                continue;
            }
            let mut statement = line.to_owned();
            while !statement.trim_end().ends_with(';') {
                statement.push_str(statements.next().expect("an import ends with a semicolon"));
            }
            self.import(&statement);
        }
        self.bodies.push((name.to_owned(), body));
    }

    fn import(&mut self, statement: &str) {
        let (names, module) = parse_import(statement);
        if let Some(relative) = module.strip_prefix("./") {
            self.add(relative);
            return;
        }
        let import = self.imports.entry(module.to_owned()).or_default();
        match names
            .strip_prefix('{')
            .and_then(|names| names.strip_suffix('}'))
        {
            Some(names) => import.named.extend(
                names
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .filter(|name| !name.is_empty()),
            ),
            None => import.default = Some(names.to_owned()),
        }
    }

    fn render(&self) -> String {
        let (_, entry) = self.bodies.last().expect("the entry is the last module");
        let (comment, _) = entry.split_once("\n\n").expect("the entry has a comment");
        let mut output = format!("{comment}\n\n");
        for (module, import) in &self.imports {
            let named: Vec<&str> = import.named.iter().map(String::as_str).collect();
            let named = (!named.is_empty()).then(|| format!("{{ {} }}", named.join(", ")));
            let names: Vec<String> = import.default.iter().cloned().chain(named).collect();
            let names = names.join(", ");
            output.extend(["import ", &names, " from \"", module, "\";\n"]);
        }
        for (name, body) in &self.bodies {
            let body = match body.strip_prefix(comment) {
                Some(rest) if name == ENTRY => rest.to_owned(),
                _ => format!("//\n{}", without_exports(body)),
            };
            output.extend(["\n// ", name, "\n", &collapse_blank_lines(&body)]);
        }
        output
    }
}

/// Names and module of an import statement.
fn parse_import(statement: &str) -> (&str, &str) {
    statement
        .trim()
        .strip_prefix("import ")
        .and_then(|rest| rest.strip_suffix("\";"))
        .and_then(|rest| rest.split_once(" from \""))
        .unwrap_or_else(|| panic!("the entry has an import that cannot be joined: {statement}"))
}

fn without_exports(body: &str) -> String {
    body.split_inclusive('\n')
        .map(|line| line.strip_prefix("export ").unwrap_or(line))
        .collect()
}

/// Leaves one empty line where imports were removed between several.
fn collapse_blank_lines(body: &str) -> String {
    let mut output = String::with_capacity(body.len());
    for line in body.lines() {
        if !line.is_empty() || !output.ends_with("\n\n") {
            output.push_str(line);
            output.push('\n');
        }
    }
    output
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn modules_are_joined_into_one_without_imports_and_exports_of_their_own() {
        let [index, _] = files(false);
        assert!(!index.contains("from \"./"), "{index}");
        let exports: Vec<&str> = index
            .lines()
            .filter(|line| line.starts_with("export "))
            .collect();
        assert_eq!(
            exports,
            [
                "export function onStart(ctx = {}) {",
                "export async function onStop() {",
                "export function onResume(ctx = {}) {",
                "export default { onStart, onStop, onResume };",
            ]
        );
        let imports = index.lines().filter(|line| line.starts_with("import "));
        let mut modules: Vec<&str> = imports.map(|line| parse_import(line).1).collect();
        let count = modules.len();
        modules.dedup();
        assert_eq!(modules.len(), count, "{modules:?}");
        assert!(
            modules.iter().all(|module| module.starts_with("node:")),
            "{modules:?}"
        );
    }

    #[test]
    fn every_module_is_joined_once_and_after_its_imports() {
        let [index, _] = files(false);
        let position = |name: &str| {
            let header = format!("\n// {name}\n");
            assert_eq!(index.matches(&header).count(), 1, "{name}");
            index.find(&header).unwrap()
        };
        for name in Modules::iter() {
            let source = text(&Modules::get(&name).unwrap());
            for line in source.lines().filter(|line| line.contains(" from \"./")) {
                let (_, rest) = line.split_once("\"./").unwrap();
                assert!(
                    position(rest.trim_end_matches("\";")) < position(&name),
                    "{name}: {line}"
                );
            }
        }
    }

    #[test]
    fn node_accepts_the_joined_module() {
        let [index, _] = files(false);
        let node = Command::new("node")
            .args(["--input-type=module", "--check", "-"])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        // Where Node is missing, the tests of the Node entry say so.
        let Ok(mut node) = node else { return };
        node.stdin
            .take()
            .unwrap()
            .write_all(index.as_bytes())
            .unwrap();
        let output = node.wait_with_output().unwrap();
        // Node refuses names that two modules declare.
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    #[test]
    fn settings_of_the_author_are_in_the_package() {
        for supervise in [false, true] {
            let [_, package] = files(supervise);
            let package: serde_json::Value = serde_json::from_str(&package).unwrap();
            assert_eq!(package["type"], "module");
            assert_eq!(package["stratos"]["supervise"], supervise);
        }
    }

    #[test]
    fn version_of_the_entry_is_that_of_the_crate() {
        let [index, _] = files(false);
        let version = format!("version: \"{}\"", env!("CARGO_PKG_VERSION"));
        assert!(index.contains(&version));
    }

    /// Contents of `index.js` and `package.json`.
    fn files(supervise: bool) -> [String; 2] {
        let files = entry(&EntryOptions { supervise });
        let contents: Vec<String> = files.into_iter().map(|file| file.contents).collect();
        contents.try_into().unwrap()
    }
}
