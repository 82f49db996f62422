//! What the output of `#[stratos::plugin]` calls, so that it stays thin.

#![expect(missing_docs, reason = "nobody but the macros calls this")]

mod handlers;
mod hooks;
mod ipc;
mod route;
mod settings;

pub use self::handlers::Handlers;
pub use self::hooks::{HookContext, HookError, Kept, context, hook, identity, started};
pub use self::ipc::{
    Fallible, FallibleAnswer, IpcAnswer, IpcPayload, Plain, PlainAnswer, Question, answer, payload,
};
pub use self::route::{
    Failing, FailingRoute, LastArgument, NoAnswer, Responding, RespondingRoute, RouteAnswer,
    RouteArgument, extract, extract_last,
};
pub use self::settings::{
    Choice, any_json, any_json_or, chosen, chosen_or, json, setting, setting_or,
};
