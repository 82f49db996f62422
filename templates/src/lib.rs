//! The project that `cargo stratos new` makes, as data.
//!
//! [`render`] turns [`Options`] into files. It reads and writes nothing; the files of the template are part of the
//! program.
//!
//! ```
//! use stratos_templates::{Author, Options, PluginId, PluginType, Sdk, render};
//!
//! let id: PluginId = "fuel-check".parse()?;
//! let files = render(&Options {
//!     name: id.display_name(),
//!     description: "Compares planned and loaded fuel.".to_owned(),
//!     plugin_type: PluginType::User,
//!     author: Author { id: "jane-doe".to_owned(), name: "Jane Doe".to_owned(), contact: None },
//!     sdk: Sdk::Published,
//!     id,
//! })?;
//!
//! let main = files.iter().find(|file| file.path == "src/main.rs").expect("a plugin is a program");
//! assert!(main.contents.contains("stratos::serve::<FuelCheck>()"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The template
//!
//! It lies in `plugin`, with three conventions: a file that ends in `.j2` is rendered and loses that ending, `_` at
//! the start of a name stands for a dot, and no file is called `Cargo.toml`, since cargo leaves a folder that has one
//! out of the package.

#![warn(missing_docs)]

mod id;
mod options;
mod render;

pub use crate::id::{IdError, PluginId, to_id};
pub use crate::options::{Author, Options, PluginType, SDK_VERSION, Sdk};
pub use crate::render::{File, RenderError, render};
