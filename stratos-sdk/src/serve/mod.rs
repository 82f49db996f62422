//! Plugins as processes: the `main` of a plugin program.

mod aborting_panic;
mod environment;
mod options;
mod panic_log;
mod parent_watch;
mod tracing_forwarder;
mod watchdog;

use std::error::Error;
use std::process::ExitCode;

use stratos_transport::HostConnection;
use stratos_transport::listener::StreamListener;
use stratos_transport::local::{self, LocalListener};

use self::environment::{Environment, EnvironmentError};
pub use self::options::ServeOptions;
#[cfg(feature = "testing")]
pub(crate) use self::tracing_forwarder::tracing_dispatch;
use crate::error::{BoxError, chain};
use crate::plugin::Plugin;
use crate::session::{SessionOptions, run_with};

/// Creates a plugin by its `Default` and runs it: the whole `main` of a plugin program.
///
/// Returns when the shell has stopped the plugin: exit code 0, or 1 if the connection to the shell failed. In a
/// process that was not started by a shell, it prints how to run the plugin and returns exit code 2.
///
/// The plugin runs on one thread, like a plugin in JavaScript; [`ServeOptions`] sets more. A hook, handler or task that
/// blocks its thread for half a second is named in the log.
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

/// Runs a plugin that has no `Default`; see [`serve`].
#[must_use = "return it from `main`"]
pub fn serve_plugin<P: Plugin>(plugin: P) -> ExitCode {
    ServeOptions::new().serve(plugin)
}

fn serve_with<P: Plugin>(plugin: P, options: &ServeOptions) -> ExitCode {
    let environment = match Environment::read() {
        Ok(environment) => environment,
        Err(error) => {
            let id = plugin.identity().id;
            return refuse_to_serve(&*BoxError::from(match error {
                EnvironmentError::NoHost => format!(
                    "`{id}` is a Stratos plugin, which only a shell can start: run `cargo stratos run` in its project"
                ),
                EnvironmentError::Missing(variable) => format!(
                    "the shell that started `{id}` has not set {variable}: update the shell, which is older than the \
                     plugin's SDK"
                ),
            }));
        }
    };
    if !parent_watch::exit_with_host(environment.host_pid) {
        return ExitCode::FAILURE;
    }
    match options.block_on(serve_in(plugin, environment)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&*error);
            ExitCode::FAILURE
        }
    }
}

/// Prints why the plugin cannot be served; exit code 2.
pub(crate) fn refuse_to_serve(error: &(dyn Error + 'static)) -> ExitCode {
    print_error(error);
    ExitCode::from(2)
}

async fn serve_in<P: Plugin>(plugin: P, environment: Environment) -> Result<(), BoxError> {
    // The host may connect to the HTTP socket as soon as the handshake is done.
    let http = LocalListener::bind(&environment.http_socket)
        .map_err(|error| format!("cannot listen on the HTTP socket: {error}"))?;
    let control = local::connect(&environment.socket)
        .await
        .map_err(|error| format!("cannot connect to the shell: {error}"))?;
    let mut options = SessionOptions::default();
    let polls = watchdog::start(&plugin.identity().id)
        .map_err(|error| format!("cannot start the watchdog's thread: {error}"))?;
    panic_log::install(options.logger.clone(), polls.clone());
    options.instrumentation.polls = Some(polls);
    options.instrumentation.logs_panics = true;
    tracing_forwarder::install(options.logger.clone(), environment.log_level.as_deref());
    let connection = HostConnection {
        control,
        http: StreamListener::Local(http),
        nonce: environment.nonce,
        folders: environment.folders,
    };
    Ok(run_with(plugin, connection, options).await?)
}

#[expect(
    clippy::print_stderr,
    reason = "without a session, there is no log to write to"
)]
fn print_error(error: &(dyn Error + 'static)) {
    eprintln!("error: {}", chain(error));
}
