//! A plugin as a process of its own.

mod environment;
mod forward;
mod lifeline;

use std::error::Error;
use std::process::ExitCode;

use stratos_transport::listener::StreamListener;
use stratos_transport::local::{LocalListener, LocalStream};

use self::environment::Environment;
#[cfg(feature = "testing")]
pub(crate) use self::forward::dispatch_to;
use crate::context::Logger;
use crate::error::{BoxError, chain};
use crate::plugin::Plugin;
use crate::session::{Link, run_with_logger};

/// Runs a plugin whose state begins with its `Default`: the whole `main` of a plugin program.
///
/// Returns when the shell has stopped the plugin. Started by hand instead of by a shell, it says
/// how to run the plugin, with exit code 2.
///
/// ```no_run
/// # use stratos::{Identity, Plugin, PluginContext, Result};
/// # #[derive(Default)] struct MyPlugin;
/// # impl Plugin for MyPlugin {
/// #     fn identity(&self) -> Identity { unreachable!() }
/// #     async fn on_start(&self, _: PluginContext) -> Result { Ok(()) }
/// #     async fn on_stop(&self, _: PluginContext) -> Result { Ok(()) }
/// # }
/// fn main() -> std::process::ExitCode {
///     stratos::serve::<MyPlugin>()
/// }
/// ```
#[must_use = "return it from `main`"]
pub fn serve<P: Plugin + Default>() -> ExitCode {
    serve_plugin(P::default())
}

/// Runs a plugin; see [`serve`].
#[must_use = "return it from `main`"]
pub fn serve_plugin<P: Plugin>(plugin: P) -> ExitCode {
    let Some(environment) = Environment::read() else {
        return refuse_to_serve(&*BoxError::from(format!(
            "this is the Stratos plugin `{}`, which a shell starts: run `cargo stratos run` in its project",
            plugin.identity().id
        )));
    };
    if !lifeline::tie_to_host(environment.host_pid) {
        return ExitCode::FAILURE;
    }
    match serve_in(plugin, environment) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&*error);
            ExitCode::FAILURE
        }
    }
}

/// Says why the program cannot do its job; exit code 2.
pub(crate) fn refuse_to_serve(error: &(dyn Error + 'static)) -> ExitCode {
    complain(error);
    ExitCode::from(2)
}

#[tokio::main]
async fn serve_in<P: Plugin>(plugin: P, environment: Environment) -> Result<(), BoxError> {
    // The routes' socket exists before the greeting, so that the host may use it right after.
    let http = LocalListener::bind(&environment.http_socket)
        .map_err(|error| format!("cannot open the socket for routes: {error}"))?;
    let control = LocalStream::connect(&environment.socket)
        .await
        .map_err(|error| format!("cannot reach the shell: {error}"))?;
    let (logger, log_queue) = Logger::new();
    forward::forward_tracing(logger.clone(), environment.log_level.as_deref());
    let link = Link {
        control: control.into_boxed(),
        http: StreamListener::Local(http),
        nonce: environment.nonce,
    };
    Ok(run_with_logger(plugin, link, logger, log_queue).await?)
}

#[expect(
    clippy::print_stderr,
    reason = "without a session, stderr is all there is"
)]
fn complain(error: &(dyn Error + 'static)) {
    eprintln!("error: {}", chain(error));
}
