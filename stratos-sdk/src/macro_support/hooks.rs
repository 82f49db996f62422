//! Arguments and results of hooks, and the state of a plugin module.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use stratos_protocol::handshake::Identity;

use crate::context::PluginContext;
use crate::error::{BoxError, Result};
use crate::plugin::HookOutput;

/// Type of a hook's context argument: by value or by reference.
#[diagnostic::on_unimplemented(
    message = "the argument of a Stratos hook must be the context, not `{Self}`",
    label = "expected `PluginContext` or `&PluginContext`",
    note = "keep other values that the hook needs in the plugin's type, and read them from `self`"
)]
pub trait HookContext<'a> {
    fn from_context(ctx: &'a PluginContext) -> Self;
}

impl HookContext<'_> for PluginContext {
    fn from_context(ctx: &PluginContext) -> Self {
        ctx.clone()
    }
}

impl<'a> HookContext<'a> for &'a PluginContext {
    fn from_context(ctx: &'a PluginContext) -> Self {
        ctx
    }
}

pub fn context<'a, C: HookContext<'a>>(ctx: &'a PluginContext) -> C {
    C::from_context(ctx)
}

pub fn identity(id: &str, version: &str) -> Identity {
    Identity {
        id: id.to_owned(),
        version: version.to_owned(),
    }
}

/// Converts the output of a hook into the result that is sent to the shell.
pub fn hook_result<O: HookOutput>(output: O) -> Result {
    output.into_result()
}

/// Error type of a hook or a handler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a hook or a handler",
    label = "not an error type",
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

/// Converts the output of a module's `on_start` or `on_resume`, which is the module's state.
pub fn start_result<T, E: HookError>(output: Result<T, E>) -> Result<T> {
    output.map_err(HookError::into_error)
}

/// State of a plugin module; empty until its `on_start` or `on_resume` has succeeded.
pub struct ModuleState<T>(RwLock<Option<Arc<T>>>);

impl<T> ModuleState<T> {
    pub fn set(&self, state: T) -> Result {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(state));
        Ok(())
    }

    /// Returns the state.
    ///
    /// # Panics
    ///
    /// Before the start. The shell calls handlers and `on_stop` only after it.
    pub fn get(&self) -> Arc<T> {
        let state = self.0.read().unwrap_or_else(PoisonError::into_inner);
        state
            .clone()
            .expect("the shell starts a plugin before it calls its functions")
    }
}

impl<T> Default for ModuleState<T> {
    fn default() -> Self {
        Self(RwLock::new(None))
    }
}

impl<T> fmt::Debug for ModuleState<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModuleState").finish_non_exhaustive()
    }
}
