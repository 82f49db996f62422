//! The model of a plugin: the result of validation and the input of code generation.

use stratos_manifest::{Choice, SettingDeclaration};
use syn::{Attribute, Error, Ident, LitStr, Type};

use crate::parse::item::Item;
use crate::parse::plugin_json::PluginJson;

/// A plugin without its invalid parts.
pub(crate) struct Plugin<'a> {
    pub(crate) item: &'a Item,
    /// The manifest, `None` if it is unreadable.
    pub(crate) json: Option<&'a PluginJson>,
    pub(crate) hooks: Hooks<'a>,
    pub(crate) state: StateType<'a>,
    pub(crate) handlers: Vec<Handler<'a>>,
    /// Handlers of the same channel or route.
    pub(crate) conflicts: Vec<ConditionalError>,
    /// The path that the routes are served below, empty if it is unknown.
    pub(crate) prefix: String,
    pub(crate) settings: Vec<SettingAccessor<'a>>,
    /// The name of the generated module for settings, `None` for the default name.
    pub(crate) settings_module: Option<&'a Ident>,
    /// The generated members that the item declares itself, which is an error.
    pub(crate) redeclared_members: Vec<&'static str>,
    /// False for an `impl` block with type or lifetime parameters, which cannot implement `Plugin`.
    pub(crate) is_concrete: bool,
}

/// The valid functions for each hook; several if `#[cfg]` selects one of them.
#[derive(Default)]
pub(crate) struct Hooks<'a> {
    pub(crate) on_start: Vec<UserFn<'a>>,
    pub(crate) on_stop: Vec<UserFn<'a>>,
    pub(crate) on_resume: Vec<UserFn<'a>>,
}

/// The state that a module's `on_start` returns; an `impl` block has none.
#[derive(Clone, Copy)]
pub(crate) enum StateType<'a> {
    Absent,
    Type(&'a Type),
    /// Unknown because `on_start` is missing or invalid.
    Unknown,
}

/// A function that handles IPC messages of a channel, requests of a route, or events of the flight, or guards its start.
pub(crate) struct Handler<'a> {
    pub(crate) function: UserFn<'a>,
    /// `ipc`, `on`, `start_guard`, or the HTTP method in lower case.
    pub(crate) kind: &'static str,
    /// The channel, the name of the event, or the path below the prefix.
    pub(crate) address: LitStr,
}

impl Handler<'_> {
    /// Returns true for a handler of IPC messages.
    pub(crate) fn is_ipc(&self) -> bool {
        self.kind == "ipc"
    }

    /// Returns true for a handler of requests.
    pub(crate) fn is_route(&self) -> bool {
        !matches!(self.kind, "ipc" | "on" | "start_guard")
    }
}

/// A function of the author that generated code calls.
pub(crate) struct UserFn<'a> {
    pub(crate) name: &'a Ident,
    /// The `#[cfg(...)]` attributes.
    pub(crate) cfgs: &'a [Attribute],
    /// The arguments without the receiver.
    pub(crate) arguments: Vec<Argument<'a>>,
    /// The return type, `None` if the signature has none.
    pub(crate) output: Option<&'a Type>,
}

/// An argument of a [`UserFn`], classified by the spelling of its type.
pub(crate) enum Argument<'a> {
    /// A reference to a module's state.
    State(&'a Type),
    /// The context, by value or by reference.
    Context(&'a Type),
    /// Any other type: the payload of a message, or an extractor of a route.
    Value(&'a Type),
}

/// An error that counts only under `#[cfg(...)]` attributes, which the macro cannot evaluate.
pub(crate) struct ConditionalError {
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) error: Error,
}

/// A setting of the manifest with the names and types of its generated accessors.
pub(crate) struct SettingAccessor<'a> {
    pub(crate) declaration: &'a SettingDeclaration,
    /// The name of the accessor.
    pub(crate) method: Ident,
    /// The name of the accessor that takes a default, `method` with the suffix `_or`.
    pub(crate) method_or: Ident,
    pub(crate) kind: SettingKind<'a>,
}

/// The Rust type of a setting.
pub(crate) enum SettingKind<'a> {
    Bool,
    Text,
    Number,
    /// A number whose step and limits are whole.
    Integer,
    Json,
    /// A generated enum with a variant for each option.
    Choice {
        name: Ident,
        variants: Vec<(Ident, &'a Choice)>,
    },
}
