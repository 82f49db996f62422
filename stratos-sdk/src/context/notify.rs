//! `ctx.notify`: toasts and sounds.

use std::sync::Arc;

use stratos_protocol::Service;
use stratos_protocol::notify::{PlayCustomSound, PlaySound, Toast, ToastKind, check_bundle_path};

use crate::context::service::ContextService;
use crate::context::shared::Shared;
use crate::context::shell_services::ServiceError;

/// Toasts and sounds (V3: `ctx.notify`). Cheap to clone.
///
/// The pilot can mute sounds; a plugin does not learn of it, nor when a sound has ended.
///
/// ```no_run
/// use stratos::notify::ToastKind;
///
/// # async fn f(ctx: stratos::PluginContext) -> stratos::Result {
/// ctx.notify.toast(ToastKind::Info, "Boarding completed").await?;
/// ctx.notify.play_custom_sound("assets/audio/chime.mp3").await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Notify {
    shared: Arc<Shared>,
}

impl Notify {
    /// Shows a message for a few seconds (V3; its arguments are assumed).
    ///
    /// # Errors
    ///
    /// If the shell has no notifications, or refuses the message.
    pub async fn toast(&self, kind: ToastKind, message: &str) -> Result<(), ServiceError> {
        let toast = Toast {
            kind,
            message: message.to_owned(),
        };
        self.shared.call_service(Service::Notify, &toast).await?;
        Ok(())
    }

    /// Plays a sound of the shell (V3). Its arguments are not stated: the name is passed on as it is, `None` plays the
    /// shell's notification sound (assumed).
    ///
    /// # Errors
    ///
    /// If the shell has no notifications, or refuses the sound.
    pub async fn play_sound(&self, sound: Option<&str>) -> Result<(), ServiceError> {
        let play = PlaySound {
            sound: sound.map(str::to_owned),
        };
        self.shared.call_service(Service::Notify, &play).await?;
        Ok(())
    }

    /// Plays a file of the plugin's bundle (V3, seen in plugins), such as `assets/audio/chime.mp3`.
    ///
    /// # Errors
    ///
    /// If the shell has no notifications, the path leads out of the bundle, or there is no such file.
    pub async fn play_custom_sound(&self, path: &str) -> Result<(), ServiceError> {
        let service = Service::Notify;
        check_bundle_path(path).map_err(|error| ServiceError::Argument {
            service,
            reason: error.to_string(),
        })?;
        let path = path.to_owned();
        self.shared
            .call_service(service, &PlayCustomSound { path })
            .await?;
        Ok(())
    }
}

impl ContextService for Notify {
    fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
        }
    }
}
