//! [`PluginBuilder`]: builds a plugin from closures, like V1's `createPlugin`.

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

/// Creates a builder for a plugin whose hooks are closures (V1: `createPlugin`).
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

/// Builder of a plugin; see [`create_plugin`].
pub struct PluginBuilder {
    identity: Identity,
    on_start: Option<Hook>,
    on_stop: Option<Hook>,
    on_resume: Option<Hook>,
}

/// Plugin whose hooks are closures; made by [`PluginBuilder::build`].
pub struct BuiltPlugin {
    identity: Identity,
    on_start: Hook,
    on_stop: Hook,
    on_resume: Option<Hook>,
}

/// Error of [`PluginBuilder::build`]: a required hook is missing (V1 checks this at import time).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BuildError {
    /// `on_start` is missing.
    #[error("plugin `{id}` has no `on_start`: add `.on_start(async |ctx| {{ ...; Ok(()) }})`")]
    MissingStart {
        /// Id of the plugin.
        id: String,
    },
    /// `on_stop` is missing.
    #[error("plugin `{id}` has no `on_stop`: add `.on_stop(async |ctx| Ok(()))`")]
    MissingStop {
        /// Id of the plugin.
        id: String,
    },
}

impl PluginBuilder {
    /// Sets the required hook that starts the plugin; see [`Plugin::on_start`].
    #[must_use]
    pub fn on_start<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(PluginContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.on_start = Some(boxed(hook));
        self
    }

    /// Sets the required hook that cleans up; see [`Plugin::on_stop`].
    #[must_use]
    pub fn on_stop<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(PluginContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.on_stop = Some(boxed(hook));
        self
    }

    /// Sets the optional hook for a start after an update; see [`Plugin::on_resume`].
    #[must_use]
    pub fn on_resume<F, Fut>(mut self, hook: F) -> Self
    where
        F: Fn(PluginContext) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result> + Send + 'static,
    {
        self.on_resume = Some(boxed(hook));
        self
    }

    /// Builds the plugin.
    ///
    /// # Errors
    ///
    /// If `on_start` or `on_stop` was not set.
    pub fn build(self) -> Result<BuiltPlugin, BuildError> {
        let Self {
            identity,
            on_start,
            on_stop,
            on_resume,
        } = self;
        let id = || identity.id.clone();
        Ok(BuiltPlugin {
            on_start: on_start.ok_or_else(|| BuildError::MissingStart { id: id() })?,
            on_stop: on_stop.ok_or_else(|| BuildError::MissingStop { id: id() })?,
            on_resume,
            identity,
        })
    }

    /// [Builds](Self::build) the plugin and [serves](serve_plugin) it.
    ///
    /// If a hook is missing, prints the error to stderr and returns exit code 2.
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
    fn build_fails_if_a_required_hook_is_missing() {
        let id = || "demo".to_owned();
        let builder = || {
            create_plugin(Identity {
                id: id(),
                version: "1.0.0".to_owned(),
            })
        };
        let error = builder().on_stop(async |_| Ok(())).build().unwrap_err();
        assert_eq!(error, BuildError::MissingStart { id: id() });
        let error = builder().on_start(async |_| Ok(())).build().unwrap_err();
        assert_eq!(error, BuildError::MissingStop { id: id() });
        let plugin = builder()
            .on_start(async |_| Ok(()))
            .on_stop(async |_| Ok(()))
            .build()
            .unwrap();
        assert!(!plugin.resumes());
    }
}
