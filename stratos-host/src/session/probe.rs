//! The question to a program which version of a plugin it is.

use std::io;
use std::path::Path;

use stratos_transport::PluginFolders;
use thiserror::Error;

use crate::config::ShellVersion;
use crate::event::EventBus;
use crate::process::{LaunchError, LaunchOptions, LaunchedPlugin, Launcher as _, LauncherFactory};
use crate::session::handshake::complete_handshake;
use crate::timeouts::Timeouts;

/// Error of [`probe_version`].
#[derive(Debug, Error)]
pub enum ProbeError {
    /// The folder for the program's copy or its sockets cannot be created.
    #[error("cannot prepare the start of the program")]
    Prepare(#[source] io::Error),
    /// The program does not start.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// The program is no plugin, or another one.
    #[error("{reason}")]
    Handshake {
        /// The reason, such as `exited with code 1 before the handshake with the shell`.
        reason: String,
    },
}

/// Starts the program of a plugin up to its handshake, and returns the version of the plugin that it is.
///
/// No hook of the plugin is called, and the process has ended when the future is ready. `options` say where the copy of
/// the program and its sockets are created. Must be called within a tokio runtime.
///
/// # Errors
///
/// When the program does not start, does not complete the handshake in time, or is a plugin with another id.
pub async fn probe_version(
    program: &Path,
    plugin_id: &str,
    plugin_folder: &Path,
    options: LaunchOptions,
) -> Result<String, ProbeError> {
    let folders = PluginFolders {
        plugin: plugin_folder.to_owned(),
        data: options.state_dir.join("data"),
    };
    let factory = LauncherFactory::new(options).map_err(ProbeError::Prepare)?;
    let launcher = factory.program(plugin_id, program, folders);
    let events = EventBus::default();
    let copy = launcher.prepare(0, events.clone()).await?;
    let LaunchedPlugin {
        control,
        nonce,
        process,
        http: _,
    } = launcher.launch(copy.clone(), events).await?;
    let limit = Timeouts::default().hello;
    let handshake = complete_handshake(
        control,
        &nonce,
        plugin_id,
        &process,
        ShellVersion::default(),
        limit,
    )
    .await;
    process.terminate().await;
    factory.wait_for_orphan_search().await;
    // The file is removed with its last handle, and the program may have asked for its own path.
    drop(copy);
    let (_, hello) = handshake.map_err(|reason| ProbeError::Handshake { reason })?;
    Ok(hello.plugin.version)
}
