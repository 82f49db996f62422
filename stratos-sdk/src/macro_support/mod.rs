//! Functions and traits that the output of `#[stratos::plugin]` calls, so that the macro generates little code.

#![expect(missing_docs, reason = "called by generated code only")]

mod events;
mod hooks;
mod ipc;
mod registrar;
mod route;

pub use self::events::{GuardOutput, start_verdict};
pub use self::hooks::{
    HookContext, HookError, ModuleState, context, hook_result, identity, start_result,
};
pub use self::ipc::{
    Fallible, FallibleAnswer, IpcAnswer, IpcCall, IpcPayload, Plain, PlainAnswer, answer, payload,
};
pub use self::registrar::HandlerRegistrar;
pub use self::route::{
    FallibleResponse, FallibleRoute, LastArgument, PlainResponse, PlainRoute, RouteAnswer,
    RouteArgument, RouteError, extract, extract_last,
};
