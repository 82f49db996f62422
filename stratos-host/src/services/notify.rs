//! The notify service: toasts and sounds, which are events.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde_json::value::RawValue;
use stratos_protocol::method::Empty;
use stratos_protocol::notify::{PlayCustomSound, PlaySound, Toast, check_bundle_path};
use stratos_protocol::{ErrorCode, Request as _, RpcError};
use stratos_transport::rpc;
use tokio::task::spawn_blocking;

use crate::event::{Event, EventBus, LimitedEvent, cut};
use crate::services::service::{Caller, Resources, RpcResult, Service};

/// Longest message of a toast and longest name of a sound; longer ones are cut: 1 KiB.
const TEXT_BYTES: usize = 1024;

/// Emits toasts and sounds as events. Nothing is played: the real shell has a player, which the pilot can mute (seen in
/// plugins).
#[derive(Debug)]
pub(crate) struct NotifyService {
    events: EventBus,
}

impl Service for NotifyService {
    const METHODS: &'static [&'static str] =
        &[Toast::METHOD, PlaySound::METHOD, PlayCustomSound::METHOD];
    const LATER: &'static [stratos_protocol::Service] = &[stratos_protocol::Service::Notify];
    const KEEPS_ORDER: bool = true;

    fn new(resources: &Resources) -> Self {
        Self {
            events: resources.events.clone(),
        }
    }

    async fn handle_request(
        &self,
        caller: &Arc<Caller>,
        method: &str,
        params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        match method {
            Toast::METHOD => {
                rpc::respond(params, async |toast| Ok(self.toast(caller, toast))).await
            }
            PlaySound::METHOD => {
                rpc::respond(params, async |PlaySound { sound }| {
                    Ok(self.play(caller, sound, false))
                })
                .await
            }
            PlayCustomSound::METHOD => {
                rpc::respond(params, |custom| self.play_custom(caller, custom)).await
            }
            _ => Err(rpc::method_not_found("shell", method)),
        }
    }
}

impl NotifyService {
    fn toast(&self, caller: &Caller, Toast { kind, message }: Toast) -> Empty {
        let toast = Event::Toast {
            plugin: caller.plugin.clone(),
            kind,
            message: cut(message, TEXT_BYTES),
        };
        self.events.emit_journaled(LimitedEvent::Toast, toast);
        Empty {}
    }

    async fn play_custom(&self, caller: &Caller, custom: PlayCustomSound) -> RpcResult<Empty> {
        let PlayCustomSound { path } = custom;
        check_bundle_path(&path).map_err(|error| rpc::invalid_params(&error))?;
        let (folder, file) = (caller.folders.plugin.clone(), path.clone());
        let check = spawn_blocking(move || check_file(&folder, &file)).await;
        check
            .map_err(|error| RpcError::new(ErrorCode::Internal, error.to_string()))?
            .map_err(|text| RpcError::new(ErrorCode::InvalidParams, text))?;
        Ok(self.play(caller, Some(path), true))
    }

    fn play(&self, caller: &Caller, sound: Option<String>, custom: bool) -> Empty {
        let sound = Event::Sound {
            plugin: caller.plugin.clone(),
            sound: sound.map(|sound| cut(sound, TEXT_BYTES)),
            custom,
        };
        self.events.emit_journaled(LimitedEvent::Sound, sound);
        Empty {}
    }
}

/// Checks that a plugin's folder has a file, and that no link leads out of the folder: a bundle has no links.
///
/// # Errors
///
/// A sentence that names the file and the folder.
fn check_file(folder: &Path, path: &str) -> Result<(), String> {
    let shown = path.escape_debug();
    let place = folder.display();
    if folder.as_os_str().is_empty() {
        return Err(format!(
            "there is no sound `{shown}`: this plugin has no folder here"
        ));
    }
    let found = fs::canonicalize(folder.join(path)).and_then(|file| {
        let root = fs::canonicalize(folder)?;
        Ok((file.starts_with(&root), file.is_file()))
    });
    match found {
        Ok((true, true)) => Ok(()),
        Ok((false, _)) => Err(format!(
            "the sound `{shown}` is a link to a file outside of the plugin's folder {place}: copy the file into the folder"
        )),
        Ok((true, false)) => Err(format!(
            "the sound `{shown}` in the plugin's folder {place} is not a file"
        )),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(format!(
            "there is no sound `{shown}` in the plugin's folder {place}"
        )),
        Err(error) => Err(format!(
            "cannot look for the sound `{shown}` in the plugin's folder {place}: {error}"
        )),
    }
}
