//! A plugin made of closures, as V1's `createPlugin` makes one of functions.

use std::fmt;
use std::process::ExitCode;

use futures_util::future::BoxFuture;
use stratos_protocol::handshake::Identity;
use thiserror::Error;

use crate::context::PluginContext;
use crate::error::Result;
use crate::plugin::Plugin;
use crate::serve::{refuse_to_serve, serve_plugin};

type Hook = Box<dyn Fn(PluginContext) -> BoxFuture<'static, Result> + Send + Sync>;

/// Begins a plugin made of closures (V1: `createPlugin`).
///
/// ```no_run
/// # const _: &str = r#"
/// fn main() -> std::process::ExitCode {
///     stratos::create_plugin(stratos::manifest!())
/// # "#;
/// # fn main() -> std::process::ExitCode {
/// #   let identity = stratos::Identity { id: "my-plugin".to_owned(), version: "1.0.0".to_owned() };
/// #   stratos::create_plugin(identity)
///         .on_start(async |ctx| {
///             ctx.logger.info("MyPlugin", "Starting up...");
///             Ok(())
///         })
///         .on_stop(async |_ctx| Ok(()))
///         .serve()
/// }
/// ```
#[must_use]
pub fn create_plugin(identity: Identity) -> PluginBuilder {
    PluginBuilder {
        identity,
        on_start: None,
        on_stop: None,
        on_resume: None,
    }
}

/// A plugin in the making; see [`create_plugin`].
pub struct PluginBuilder {
    identity: Identity,
    on_start: Option<Hook>,
    on_stop: Option<Hook>,
    on_resume: Option<Hook>,
}

/// A plugin made by [`create_plugin`].
pub struct BuiltPlugin {
    identity: Identity,
    on_start: Hook,
    on_stop: Hook,
    on_resume: Option<Hook>,
}

/// The plugin lacks a hook that the contract asks for (V1 checks the same at import time).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BuildError {
    /// No `on_start`.
    #[error("plugin `{id}` has no `on_start`: add `.on_start(async |ctx| {{ ...; Ok(()) }})`")]
    MissingStart {
        /// The plugin.
        id: String,
    },
    /// No `on_stop`.
    #[error("plugin `{id}` has no `on_stop`: add `.on_stop(async |ctx| Ok(()))`")]
    MissingStop {
        /// The plugin.
        id: String,
    },
}

impl PluginBuilder {
    /// Sets the hook that starts the plugin; see [`Plugin::on_start`].
    #[must_use]
    pub fn on_start<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(PluginContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.on_start = Some(boxed(hook));
        self
    }

    /// Sets the hook that cleans up; see [`Plugin::on_stop`].
    #[must_use]
    pub fn on_stop<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(PluginContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.on_stop = Some(boxed(hook));
        self
    }

    /// Sets the hook for a start after an update; see [`Plugin::on_resume`].
    #[must_use]
    pub fn on_resume<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(PluginContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.on_resume = Some(boxed(hook));
        self
    }

    /// Checks that the contract is met.
    ///
    /// # Errors
    ///
    /// When `on_start` or `on_stop` was not set.
    pub fn build(self) -> Result<BuiltPlugin, BuildError> {
        let id = || self.identity.id.clone();
        Ok(BuiltPlugin {
            on_start: self
                .on_start
                .ok_or_else(|| BuildError::MissingStart { id: id() })?,
            on_stop: self
                .on_stop
                .ok_or_else(|| BuildError::MissingStop { id: id() })?,
            on_resume: self.on_resume,
            identity: self.identity,
        })
    }

    /// [Builds](Self::build) the plugin and [serves](serve_plugin) it.
    ///
    /// A missing hook is said on stderr, and the exit code is 2.
    #[must_use = "return it from `main`"]
    pub fn serve(self) -> ExitCode {
        match self.build() {
            Ok(plugin) => serve_plugin(plugin),
            Err(error) => refuse_to_serve(&error),
        }
    }
}

impl Plugin for BuiltPlugin {
    fn identity(&self) -> Identity {
        self.identity.clone()
    }

    fn on_start(&self, ctx: PluginContext) -> impl Future<Output = Result> + Send {
        (self.on_start)(ctx)
    }

    fn on_stop(&self, ctx: PluginContext) -> impl Future<Output = Result> + Send {
        (self.on_stop)(ctx)
    }

    fn resumes(&self) -> bool {
        self.on_resume.is_some()
    }

    async fn on_resume(&self, ctx: PluginContext) -> Result {
        match &self.on_resume {
            Some(hook) => hook(ctx).await,
            None => Err("this plugin has no `on_resume`".into()),
        }
    }
}

impl fmt::Debug for PluginBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PluginBuilder")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BuiltPlugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BuiltPlugin")
            .field("identity", &self.identity)
            .finish_non_exhaustive()
    }
}

fn boxed<F, Fut>(hook: F) -> Hook
where
    F: Fn(PluginContext) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result> + Send + 'static,
{
    Box::new(move |ctx| Box::pin(hook(ctx)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_hook_is_named() {
        let begin = || {
            create_plugin(Identity {
                id: "demo".to_owned(),
                version: "1.0.0".to_owned(),
            })
        };
        let error = begin().on_stop(async |_| Ok(())).build().unwrap_err();
        assert_eq!(
            error,
            BuildError::MissingStart {
                id: "demo".to_owned()
            }
        );
        let error = begin().on_start(async |_| Ok(())).build().unwrap_err();
        assert_eq!(
            error,
            BuildError::MissingStop {
                id: "demo".to_owned()
            }
        );
        let plugin = begin()
            .on_start(async |_| Ok(()))
            .on_stop(async |_| Ok(()))
            .build()
            .unwrap();
        assert!(!plugin.resumes());
    }
}
