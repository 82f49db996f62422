//! Hooks: their argument, their outcome, and a module's state.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use stratos_protocol::handshake::Identity;

use crate::context::PluginContext;
use crate::error::{BoxError, Result};
use crate::plugin::HookOutput;

/// The context as a hook takes it.
#[diagnostic::on_unimplemented(
    message = "a Stratos hook is given the context, and `{Self}` is something else",
    label = "expected `PluginContext` or `&PluginContext`",
    note = "what a hook needs besides lives in the plugin's own type: take it from `self`"
)]
pub trait HookContext<'a> {
    fn of(ctx: &'a PluginContext) -> Self;
}

impl HookContext<'_> for PluginContext {
    fn of(ctx: &PluginContext) -> Self {
        ctx.clone()
    }
}

impl<'a> HookContext<'a> for &'a PluginContext {
    fn of(ctx: &'a PluginContext) -> Self {
        ctx
    }
}

pub fn context<'a, C: HookContext<'a>>(ctx: &'a PluginContext) -> C {
    C::of(ctx)
}

pub fn identity(id: &str, version: &str) -> Identity {
    Identity {
        id: id.to_owned(),
        version: version.to_owned(),
    }
}

/// What the shell hears of a hook.
pub fn hook<O: HookOutput>(output: O) -> Result {
    output.into_result()
}

/// The error of a hook or a handler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a hook or a handler",
    label = "is no error type",
    note = "implement `std::error::Error` for `{Self}`, or return `stratos::Result`, which takes any error"
)]
pub trait HookError {
    fn into_error(self) -> BoxError;
}

#[diagnostic::do_not_recommend]
impl<E: Into<BoxError>> HookError for E {
    fn into_error(self) -> BoxError {
        self.into()
    }
}

/// What the start of a module has returned: its state.
pub fn started<T, E: HookError>(output: Result<T, E>) -> Result<T> {
    output.map_err(HookError::into_error)
}

/// A module's state, from its start on.
pub struct Kept<T>(RwLock<Option<Arc<T>>>);

impl<T> Kept<T> {
    /// Replaces what is there.
    pub fn keep(&self, state: T) -> Result {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(state));
        Ok(())
    }

    /// The state; handlers are registered after the start, and nothing is stopped before it.
    pub fn get(&self) -> Arc<T> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        state.clone().expect("the shell starts a plugin first")
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(RwLock::new(None))
    }
}

impl<T> fmt::Debug for Kept<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}
