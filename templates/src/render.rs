//! Rendering of the template.

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use rust_embed::{EmbeddedFile, RustEmbed};
use thiserror::Error;

use crate::options::{Options, SDK_VERSION, Sdk, Template};

/// Files of every plugin.
#[derive(RustEmbed)]
#[folder = "plugin"]
struct PluginFiles;

/// Files of a plugin for flights, in place of those with the same path.
#[derive(RustEmbed)]
#[folder = "flight"]
struct FlightFiles;

/// Folder of files that run on other machines. Excluded if the SDK is a folder on this machine.
const CI_FOLDER: &str = "_github/";

/// File of a new project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Path relative to the project's folder, with `/` as the separator.
    pub path: String,
    /// Contents of the file.
    pub contents: String,
}

/// Error of [`render`]: a template file has a syntax error or uses an undefined value.
#[derive(Debug, Error)]
#[error("cannot render the template file `{file}`")]
pub struct RenderError {
    /// Path of the template file.
    pub file: String,
    /// Error of the template engine.
    #[source]
    pub source: minijinja::Error,
}

/// Renders the files of a new project, sorted by path.
///
/// # Errors
///
/// If a template file cannot be rendered, which is a bug of the template.
pub fn render(options: &Options) -> Result<Vec<File>, RenderError> {
    let environment = environment();
    let values = values(options);
    let is_published = options.sdk == Sdk::Published;
    let mut files = PluginFiles::iter()
        .filter(|name| is_published || !name.starts_with(CI_FOLDER))
        .filter_map(|name| file(options.template, &name).map(|file| (name, file)))
        .map(|(name, file)| {
            let text = text(&file);
            let contents = match name.strip_suffix(".j2") {
                Some(_) => environment.render_named_str(&name, &text, values.clone()),
                None => Ok(text),
            };
            contents
                .map(|contents| File {
                    path: project_path(&name),
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

fn file(template: Template, name: &str) -> Option<EmbeddedFile> {
    let own = match template {
        Template::Plain => None,
        Template::Flight => FlightFiles::get(name),
    };
    own.or_else(|| PluginFiles::get(name))
}

/// Path in the project for the path of a template file.
fn project_path(name: &str) -> String {
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
        .expect("the default delimiters are valid");
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(syntax);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_filter("quoted", quoted);
    environment
}

/// Quotes a text as a string that is valid in JSON and in TOML.
fn quoted(text: &str) -> String {
    // U+007F is the only character that JSON allows in a string unescaped and TOML does not.
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
        template => options.template.as_str(),
        plugin_type => options.plugin_type.as_str(),
        author_id => options.author.id.as_str(),
        author_name => options.author.name.as_str(),
        author_contact => options.author.contact.as_deref(),
        sdk_folder,
        sdk_version => SDK_VERSION,
        in_workspace => options.in_workspace,
    }
}

pub(crate) fn text(file: &EmbeddedFile) -> String {
    String::from_utf8(file.data.to_vec()).expect("template files are UTF-8")
}

#[cfg(test)]
mod tests {
    use heck::ToKebabCase as _;
    use stratos_manifest::{ProjectFacts, check};

    use super::*;
    use crate::id::PluginId;
    use crate::options::{Author, PluginType};

    #[test]
    fn special_characters_in_texts_are_escaped() {
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
    fn rendered_files_have_no_template_syntax_or_names() {
        let flight = Options {
            template: Template::Flight,
            ..options("demo")
        };
        let mut files = render(&flight).unwrap();
        files.extend(render(&options("demo")).unwrap());
        for File { path, contents } in &files {
            assert!(!path.ends_with(".j2") && !path.contains('_'), "{path}");
            // Expressions of GitHub.
            let contents = contents.replace("${{", "");
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
        for path in [
            ".gitattributes",
            ".github/workflows/bundle.yml",
            "Cargo.toml",
        ] {
            assert!(paths.contains(&path), "{path} is not in {paths:?}");
        }
    }

    #[test]
    fn ci_workflow_is_omitted_with_a_local_sdk() {
        let files = render(&Options {
            sdk: Sdk::Folder("/home/jane/sdk".to_owned()),
            in_workspace: false,
            ..options("demo")
        });
        let is_workflow = |file: &File| file.path.starts_with(".github");
        assert!(!files.unwrap().iter().any(is_workflow));
    }

    #[test]
    fn type_name_of_the_plugin_shadows_no_type_of_the_template() {
        let flight = Options {
            template: Template::Flight,
            ..options("zzz")
        };
        let files = [options("zzz"), flight].map(|options| render(&options).unwrap());
        for file in files.into_iter().flatten() {
            let is_code = file.path.ends_with(".rs");
            let code = file
                .contents
                .lines()
                .filter(|line| is_code && !line.trim().starts_with("//"));
            // Outside of quotes.
            let code = code.flat_map(|line| line.split('"').step_by(2));
            for word in code.flat_map(|code| code.split(|c: char| !c.is_alphanumeric())) {
                let is_type = word.starts_with(char::is_uppercase) && word != word.to_uppercase();
                if is_type && word != "Zzz" {
                    // A word that is not a valid id, such as `self`, cannot be the type name of a plugin.
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
        &file.expect("the template has this file").contents
    }

    fn options(id: &str) -> Options {
        let id: PluginId = id.parse().unwrap();
        Options {
            name: id.display_name(),
            description: "A demo.".to_owned(),
            template: Template::Plain,
            plugin_type: PluginType::User,
            author: Author {
                id: "jane-doe".to_owned(),
                name: "Jane Doe".to_owned(),
                contact: None,
            },
            sdk: Sdk::Published,
            in_workspace: false,
            id,
        }
    }
}
