//! From options to files.

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use rust_embed::{EmbeddedFile, RustEmbed};
use thiserror::Error;

use crate::options::{Options, SDK_VERSION, Sdk};

#[derive(RustEmbed)]
#[folder = "plugin"]
struct Template;

/// What runs on machines of others, which have no folder of the author's disk.
const ELSEWHERE: &str = "_github/";

/// A file of a new project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it goes, relative to the project's folder, with `/` between names.
    pub path: String,
    /// What it contains.
    pub contents: String,
}

/// A file of the template cannot be rendered, which is a mistake of the template.
#[derive(Debug, Error)]
#[error("cannot render the template file `{file}`")]
pub struct RenderError {
    /// The file.
    pub file: String,
    /// The mistake.
    #[source]
    pub source: minijinja::Error,
}

/// The files of a new project, sorted by their paths.
///
/// # Errors
///
/// When the template has a mistake.
pub fn render(options: &Options) -> Result<Vec<File>, RenderError> {
    let environment = environment();
    let values = values(options);
    let is_published = options.sdk == Sdk::Published;
    let mut files = Template::iter()
        .filter(|name| is_published || !name.starts_with(ELSEWHERE))
        .filter_map(|name| Template::get(&name).map(|file| (name, file)))
        .map(|(name, file)| {
            let text = text(&file);
            let contents = match name.strip_suffix(".j2") {
                Some(_) => environment.render_named_str(&name, &text, values.clone()),
                None => Ok(text),
            };
            contents
                .map(|contents| File {
                    path: target(&name),
                    contents,
                })
                .map_err(|source| RenderError {
                    file: name.into_owned(),
                    source,
                })
        })
        .collect::<Result<Vec<_>, _>>()?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

/// Where a file of the template goes.
fn target(name: &str) -> String {
    let name = name.strip_suffix(".j2").unwrap_or(name);
    let parts: Vec<String> = name
        .split('/')
        .map(|part| match part.strip_prefix('_') {
            Some(rest) => format!(".{rest}"),
            None => part.to_owned(),
        })
        .collect();
    parts.join("/")
}

fn environment() -> Environment<'static> {
    let syntax = SyntaxConfig::builder()
        .keep_trailing_newline(true)
        .trim_blocks(true)
        .build()
        .expect("the delimiters are the usual ones");
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(syntax);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_filter("quoted", quoted);
    environment
}

/// A string of JSON, which is one of TOML as well.
fn quoted(text: &str) -> String {
    // The one character that JSON allows inside a string and TOML does not.
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{7f}', "\\u007f")
}

fn values(options: &Options) -> Value {
    let sdk_folder = match &options.sdk {
        Sdk::Published => None,
        Sdk::Folder(folder) => Some(folder.as_str()),
    };
    context! {
        id => options.id.as_str(),
        crate_name => options.id.crate_name(),
        type_name => options.id.type_name(),
        name => options.name.as_str(),
        description => options.description.as_str(),
        plugin_type => options.plugin_type.as_str(),
        author_id => options.author.id.as_str(),
        author_name => options.author.name.as_str(),
        author_contact => options.author.contact.as_deref(),
        sdk_folder,
        sdk_version => SDK_VERSION,
    }
}

fn text(file: &EmbeddedFile) -> String {
    String::from_utf8(file.data.to_vec()).expect("the template's files are text")
}

#[cfg(test)]
mod tests {
    use heck::ToKebabCase as _;
    use stratos_manifest::{ProjectFacts, check};

    use super::*;
    use crate::id::PluginId;
    use crate::options::{Author, PluginType};

    #[test]
    fn hostile_texts_stay_texts() {
        let text = "\"quotes\" \\ {{ braces }} & <tags> 'ä' \u{7f}";
        let mut options = options("demo");
        text.clone_into(&mut options.name);
        text.clone_into(&mut options.description);
        text.clone_into(&mut options.author.name);
        options.author.contact = Some("jane@example.com".to_owned());
        options.sdk = Sdk::Folder(r"C:\new folder\sdk".to_owned());
        let files = render(&options).unwrap();

        let report = check(
            contents(&files, "plugin.json").as_bytes(),
            &ProjectFacts::none(),
        );
        let manifest = report.manifest.unwrap();
        assert_eq!(manifest.name, text);
        assert_eq!(manifest.author.name, text);
        let cargo = contents(&files, "Cargo.toml");
        assert!(
            cargo.contains(r#"path = "C:\\new folder\\sdk" }"#),
            "{cargo}"
        );
        assert!(!cargo.contains('\u{7f}'), "{cargo}");
    }

    #[test]
    fn the_manifest_is_without_findings() {
        for plugin_type in [PluginType::User, PluginType::Airline] {
            let files = render(&Options {
                plugin_type,
                ..options("demo")
            })
            .unwrap();
            let report = check(
                contents(&files, "plugin.json").as_bytes(),
                &ProjectFacts::none(),
            );
            assert!(report.diagnostics.is_empty(), "{:?}", report.diagnostics);
            assert!(
                files
                    .iter()
                    .any(|file| file.path == "assets/icon-light.svg")
            );
        }
    }

    #[test]
    fn nothing_of_the_template_is_left() {
        let files = render(&options("demo")).unwrap();
        for File { path, contents } in &files {
            assert!(!path.ends_with(".j2") && !path.contains('_'), "{path}");
            assert!(
                !contents.contains("{{") && !contents.contains("{%"),
                "{path}"
            );
            assert!(
                contents.ends_with('\n') && !contents.contains('\r'),
                "{path}"
            );
        }
        let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
        for path in [".gitignore", ".github/workflows/check.yml", "Cargo.toml"] {
            assert!(paths.contains(&path), "{path} is not in {paths:?}");
        }
    }

    #[test]
    fn a_workflow_is_made_only_where_it_can_work() {
        let files = render(&Options {
            sdk: Sdk::Folder("/home/jane/sdk".to_owned()),
            ..options("demo")
        });
        let is_workflow = |file: &File| file.path.starts_with(".github");
        assert!(!files.unwrap().iter().any(is_workflow));
    }

    #[test]
    fn the_plugins_type_shadows_nothing_that_the_code_uses() {
        for file in render(&options("zzz")).unwrap() {
            let is_code = file.path.ends_with(".rs");
            let code = file
                .contents
                .lines()
                .filter(|line| is_code && !line.trim().starts_with("//"));
            for word in code.flat_map(|line| line.split(|c: char| !c.is_alphanumeric())) {
                let is_type = word.starts_with(char::is_uppercase) && word != word.to_uppercase();
                if is_type && word != "Zzz" {
                    // What is no id, such as `self`, is no type's name either.
                    let id = word.to_kebab_case().parse::<PluginId>();
                    assert!(
                        id.is_err() || id.is_ok_and(|id| id.type_name() != word),
                        "{word}"
                    );
                }
            }
        }
    }

    fn contents<'f>(files: &'f [File], path: &str) -> &'f str {
        let file = files.iter().find(|file| file.path == path);
        &file.expect("the template has it").contents
    }

    fn options(id: &str) -> Options {
        let id: PluginId = id.parse().unwrap();
        Options {
            name: id.display_name(),
            description: "A demo.".to_owned(),
            plugin_type: PluginType::User,
            author: Author {
                id: "jane-doe".to_owned(),
                name: "Jane Doe".to_owned(),
                contact: None,
            },
            sdk: Sdk::Published,
            id,
        }
    }
}
