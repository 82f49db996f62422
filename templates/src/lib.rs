//! Project template of `cargo stratos new`, and the entry of `cargo stratos build`.
//!
//! [`render`] renders the files of a new project from [`Options`]. [`entry()`] returns the background module that the
//! real shell loads and that starts the plugin's program. Neither does I/O: all files are embedded in the program.
//!
//! ```
//! use stratos_templates::{Author, Options, PluginId, PluginType, Sdk, Template, render};
//!
//! let id: PluginId = "fuel-check".parse()?;
//! let files = render(&Options {
//!     name: id.display_name(),
//!     description: "Compares planned and loaded fuel.".to_owned(),
//!     template: Template::Plain,
//!     plugin_type: PluginType::User,
//!     author: Author { id: "jane-doe".to_owned(), name: "Jane Doe".to_owned(), contact: None },
//!     sdk: Sdk::Published,
//!     in_workspace: false,
//!     id,
//! })?;
//!
//! let main = files.iter().find(|file| file.path == "src/main.rs").expect("a plugin is a program");
//! assert!(main.contents.contains("stratos::serve::<FuelCheck>()"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Template files
//!
//! The template is in the folder `plugin`; `flight` has the files that differ for flights. There are three conventions: a file with the extension `.j2` is rendered and loses
//! the extension, `_` at the start of a name stands for a dot, and no file is named `Cargo.toml`, since cargo excludes a
//! folder with such a file from the package.

#![warn(missing_docs)]

mod entry;
mod id;
mod options;
mod probe;
mod render;

pub use crate::entry::{EntryOptions, entry};
pub use crate::id::{IdError, PluginId, to_id};
pub use crate::options::{Author, Options, PluginType, SDK_VERSION, Sdk, Template};
pub use crate::probe::{PROBE_ID, probe};
pub use crate::render::{File, RenderError, render};
