//! Checks that imports between modules go one way: from higher layers to lower ones, and never in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{TokenStream, TokenTree};

use crate::conventions::{root, rust_files};

/// Modules of `stratos-host`, from the lowest layer to the highest. Modules of one row do not import each other.
const HOST_LAYERS: &[&[&str]] = &[
    &["token", "timeouts"],
    &["config"],
    &["event"],
    &["flight"],
    &["store"],
    &["routing"],
    &["http"],
    &["inputs"],
    &["process"],
    &["services"],
    &["session"],
    &["flight_manager"],
    &["plugin"],
    &["remote"],
    &["state_dir"],
    &["control"],
    &["scenario"],
    &["reload"],
    &["server"],
    &["shell"],
];

/// Modules of `cargo-stratos`, from the lowest layer to the highest.
const CLI_LAYERS: &[&[&str]] = &[
    &["replace_file"],
    &["exit", "git", "parallel", "platform"],
    &["error"],
    &["block_on", "config_entry", "move_folder", "stop_signals"],
    &["output", "state_search"],
    &["context"],
    &["manifests"],
    &["bundle_file", "lint", "release"],
    &["app_data"],
    &["commands"],
    &["cli"],
];

const CRATES: &[&str] = &[
    "stratos-protocol",
    "stratos-flight",
    "stratos-transport",
    "stratos-manifest",
    "stratos-macros",
    "stratos-sdk",
    "stratos-host",
    "stratos-bundle",
    "cargo-stratos",
    "templates",
];

/// Absolute path of a module or an item, without `crate`.
type ModulePath = Vec<String>;

#[test]
fn modules_of_the_host_import_lower_layers_only() {
    assert_layers("stratos-host", HOST_LAYERS);
}

#[test]
fn modules_of_the_command_line_import_lower_layers_only() {
    assert_layers("cargo-stratos", CLI_LAYERS);
}

#[test]
fn no_modules_import_each_other_in_a_circle() {
    let circles: Vec<_> = CRATES
        .iter()
        .flat_map(|name| {
            let circles = Modules::read(&root().join(name).join("src")).circles();
            circles.into_iter().map(move |circle| (name, circle))
        })
        .collect();
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn a_forbidden_import_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("lib.rs", "mod low; mod high;");
    write("low.rs", "use crate::high::{self, Item}; pub struct Low;");
    write("high/mod.rs", "mod item; pub use self::item::Item;");
    write(
        "high/item.rs",
        "pub struct Item(crate::low::Low); #[cfg(test)] mod tests { use crate::ignored::X; }",
    );
    let modules = Modules::read(folder.path());
    let layers: &[&[&str]] = &[&["low"], &["high"]];
    assert_eq!(modules.layer_violations(layers), ["low imports high"]);
    assert_eq!(modules.circles(), [["high::item", "low"]]);
}

fn assert_layers(name: &str, layers: &[&[&str]]) {
    let modules = Modules::read(&root().join(name).join("src"));
    let listed: BTreeSet<_> = layers.iter().copied().flatten().copied().collect();
    assert_eq!(listed, modules.top_level(), "the table lists every module");
    let violations = modules.layer_violations(layers);
    assert!(violations.is_empty(), "{violations:#?}");
}

/// The modules of one crate, one per file, and their imports.
struct Modules {
    files: BTreeMap<ModulePath, File>,
}

/// Imports of one file, without those of its `#[cfg(test)]` items.
#[derive(Default)]
struct File {
    /// Paths that the code names.
    paths: Vec<ModulePath>,
    /// Paths that `pub use` and `pub(crate) use` make available under another module, by name.
    exports: BTreeMap<String, ModulePath>,
}

impl Modules {
    fn read(source: &Path) -> Self {
        let files: BTreeMap<_, _> = rust_files(source)
            .into_iter()
            .map(|file| {
                let path = file
                    .strip_prefix(source)
                    .expect("the file is in the folder");
                let text = fs::read_to_string(&file).expect("a readable file");
                let tokens: TokenStream = text.parse().expect("a file that compiles");
                (module_path(path), tokens)
            })
            .collect();
        let names: BTreeSet<_> = files.keys().cloned().collect();
        let files = files.into_iter().map(|(module, tokens)| {
            let mut reader = Reader {
                module: &module,
                modules: &names,
                file: File::default(),
            };
            reader.read(&tokens.into_iter().collect::<Vec<_>>());
            let file = reader.file;
            (module, file)
        });
        Self {
            files: files.collect(),
        }
    }

    fn top_level(&self) -> BTreeSet<&str> {
        let tops = self.files.keys().filter_map(|module| module.first());
        tops.map(String::as_str)
            .filter(|name| !name.ends_with("_test") && *name != "main")
            .collect()
    }

    /// The module in which the item of a path is defined.
    fn resolve(&self, path: &[String]) -> ModulePath {
        let mut module = ModulePath::new();
        for (index, name) in path.iter().enumerate() {
            let child = [&module[..], std::slice::from_ref(name)].concat();
            if self.files.contains_key(&child) {
                module = child;
                continue;
            }
            let export = self
                .files
                .get(&module)
                .and_then(|file| file.exports.get(name));
            return match export {
                Some(target) => self.resolve(&[&target[..], &path[index + 1..]].concat()),
                None => module,
            };
        }
        module
    }

    /// The other modules that each module imports.
    fn imports(&self) -> BTreeMap<&ModulePath, BTreeSet<ModulePath>> {
        let imports = self.files.iter().map(|(module, file)| {
            let targets = file.paths.iter().map(|path| self.resolve(path));
            let others = targets.filter(|target| target != module && !target.is_empty());
            (module, others.collect())
        });
        imports.collect()
    }

    fn layer_violations(&self, layers: &[&[&str]]) -> Vec<String> {
        let layer = |module: &ModulePath| {
            let top = module.first()?;
            layers.iter().position(|row| row.contains(&top.as_str()))
        };
        let mut violations = BTreeSet::new();
        for (module, targets) in self.imports() {
            for target in targets {
                let is_same = module.first() == target.first();
                if !is_same && layer(module).is_some() && layer(module) <= layer(&target) {
                    violations.insert(format!("{} imports {}", module.join("::"), target[0]));
                }
            }
        }
        violations.into_iter().collect()
    }

    /// Groups of modules that import each other, directly or through others of the group.
    fn circles(&self) -> Vec<Vec<String>> {
        let imports = self.imports();
        let reachable = |from: &ModulePath| {
            let mut reached = BTreeSet::new();
            let mut next = vec![from.clone()];
            while let Some(module) = next.pop() {
                for target in imports.get(&module).into_iter().flatten() {
                    if reached.insert(target.clone()) {
                        next.push(target.clone());
                    }
                }
            }
            reached
        };
        let reachable: BTreeMap<_, _> = imports
            .keys()
            .map(|module| (*module, reachable(module)))
            .collect();
        let circles = reachable
            .iter()
            .filter(|(module, reached)| reached.contains(**module));
        let groups = circles.map(|(module, reached)| {
            let group = reached
                .iter()
                .filter(|other| reachable[*other].contains(*module));
            group.map(|module| module.join("::")).collect::<Vec<_>>()
        });
        groups.collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// `a/b.rs` and `a/b/mod.rs` are `a::b`; `lib.rs` is the root.
fn module_path(file: &Path) -> ModulePath {
    let path = file.with_extension("");
    let names = path.iter().map(|name| name.to_string_lossy().into_owned());
    let mut names: ModulePath = names.collect();
    if names
        .last()
        .is_some_and(|name| name == "mod" || name == "lib")
    {
        names.pop();
    }
    names
}

/// Collects the paths in the tokens of one file, also those within macros.
struct Reader<'a> {
    module: &'a ModulePath,
    modules: &'a BTreeSet<ModulePath>,
    file: File,
}

impl Reader<'_> {
    fn read(&mut self, tokens: &[TokenTree]) {
        let mut index = 0;
        let mut is_export = false;
        while index < tokens.len() {
            if is_test_attribute(&tokens[index..]) {
                index += 2 + item_length(&tokens[index + 2..]);
                continue;
            }
            match &tokens[index] {
                TokenTree::Ident(ident) if ident == "use" => {
                    is_export = index > 0 && follows_visibility(&tokens[..index]);
                }
                TokenTree::Punct(punct) if punct.as_char() == ';' => is_export = false,
                _ => {}
            }
            if let Some((base, length)) = self.path_start(tokens, index) {
                let rest = &tokens[index + length..];
                let mut paths = Vec::new();
                let used = path_tail(rest, base, &mut paths);
                for path in paths {
                    match is_export {
                        true => {
                            let name = path.last().cloned().unwrap_or_default();
                            self.file.exports.insert(name, path);
                        }
                        false => self.file.paths.push(path),
                    }
                }
                index += length + used;
                continue;
            }
            if let TokenTree::Group(group) = &tokens[index] {
                self.read(&group.stream().into_iter().collect::<Vec<_>>());
            }
            index += 1;
        }
    }

    /// The absolute path that begins here, and the number of tokens before the first `::`.
    fn path_start(&self, tokens: &[TokenTree], index: usize) -> Option<(ModulePath, usize)> {
        let TokenTree::Ident(ident) = &tokens[index] else {
            return None;
        };
        let follows = |ch| index > 0 && is_punct(&tokens[index - 1], ch);
        let continues = index > 1 && is_path_separator(&tokens[index - 2..]);
        if follows('$') || continues || !is_path_separator(&tokens[index + 1..]) {
            return None;
        }
        let name = ident.to_string();
        let parent = || self.module[..self.module.len().saturating_sub(1)].to_vec();
        match name.as_str() {
            "crate" => Some((Vec::new(), 1)),
            "self" => Some((self.module.clone(), 1)),
            "super" => Some((parent(), 1)),
            _ => {
                let child = [&self.module[..], &[name]].concat();
                self.modules.contains(&child).then_some((child, 1))
            }
        }
    }
}

/// Reads `::a::b`, `::{a, b::c}` or `::*` behind a path; returns the number of tokens.
fn path_tail(tokens: &[TokenTree], mut path: ModulePath, paths: &mut Vec<ModulePath>) -> usize {
    let mut index = 0;
    while is_path_separator(&tokens[index..]) {
        match tokens.get(index + 2) {
            Some(TokenTree::Ident(ident)) => {
                if ident != "self" {
                    path.push(ident.to_string());
                }
                index += 3;
            }
            Some(TokenTree::Group(group)) => {
                let inner: Vec<_> = group.stream().into_iter().collect();
                for branch in inner.split(|token| is_punct(token, ',')) {
                    if let Some(TokenTree::Ident(ident)) = branch.first() {
                        let mut base = path.clone();
                        if ident != "self" {
                            base.push(ident.to_string());
                        }
                        path_tail(&branch[1..], base, paths);
                    }
                }
                return index + 3;
            }
            _ => break,
        }
    }
    paths.push(path);
    index
}

fn is_punct(token: &TokenTree, ch: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ch)
}

fn is_path_separator(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [a, b, ..] if is_punct(a, ':') && is_punct(b, ':'))
}

/// Whether the tokens end with `pub` or `pub(...)`.
fn follows_visibility(tokens: &[TokenTree]) -> bool {
    let is_pub = |token: &TokenTree| matches!(token, TokenTree::Ident(ident) if ident == "pub");
    match tokens {
        [.., last] if is_pub(last) => true,
        [.., before, TokenTree::Group(_)] => is_pub(before),
        _ => false,
    }
}

/// Whether the tokens begin with `#[cfg(test)]` or `#[cfg(all(test, ...))]`.
fn is_test_attribute(tokens: &[TokenTree]) -> bool {
    match tokens {
        [hash, TokenTree::Group(group), ..] if is_punct(hash, '#') => {
            let attribute = group.stream().to_string().replace(' ', "");
            attribute == "cfg(test)" || attribute.starts_with("cfg(all(test,")
        }
        _ => false,
    }
}

/// Number of tokens up to the end of an item: its block or its semicolon.
fn item_length(tokens: &[TokenTree]) -> usize {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == proc_macro2::Delimiter::Brace,
        token => is_punct(token, ';'),
    };
    tokens
        .iter()
        .position(is_end)
        .map_or(tokens.len(), |index| index + 1)
}
