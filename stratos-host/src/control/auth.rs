//! The login of the mocked user: read, switch, expire.

use std::sync::PoisonError;
use std::time::Duration;

use futures_util::future::join_all;
use tracing::debug;

use crate::control::{Control, ControlError};
use crate::event::Event;
use crate::remote::AuthInfo;

impl Control {
    /// The present login.
    #[must_use]
    pub fn auth(&self) -> AuthInfo {
        let auth = &self.runtime().services.auth;
        AuthInfo {
            authenticated: auth.current().authenticated,
            persona: auth.persona(),
        }
    }

    /// Signs in as another persona, or out. Returns when every running plugin has acknowledged it.
    ///
    /// # Errors
    ///
    /// Returns an error if there is no such persona, or a plugin did not acknowledge the new login in time; the login is
    /// changed then, too.
    pub async fn switch_auth(&self, persona: &str) -> Result<(), ControlError> {
        let (control, persona) = (self.clone(), persona.to_owned());
        // In a task of its own, so that all plugins learn of the switch even if the caller is dropped.
        let switch = tokio::spawn(async move {
            let _lock = control.runtime().services.auth.lock_switch().await;
            let expires = control.runtime().services.auth.switch_to(&persona)?;
            debug!(persona, "login switched");
            let notified = control.notify_plugins().await;
            control.expire_after(expires);
            notified
        });
        switch.await.expect("a switch of the login does not panic")
    }

    /// Expires the present login now. Returns when every running plugin has acknowledged it.
    ///
    /// # Errors
    ///
    /// Returns an error if a plugin did not acknowledge it in time; the login has expired then, too.
    pub async fn expire_auth(&self) -> Result<(), ControlError> {
        self.expire_after(None);
        self.expire_now().await
    }

    /// Schedules the expiry of the present login, in place of one that was scheduled before.
    pub(crate) fn expire_after(&self, delay: Option<Duration>) {
        let control = self.clone();
        let scheduled = delay.map(|delay| {
            let task = tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                // The log has a warning for each plugin that did not acknowledge it.
                let _ = control.expire_now().await;
            });
            task.abort_handle()
        });
        let mut expiry = self.0.expiry.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(previous) = std::mem::replace(&mut *expiry, scheduled) {
            previous.abort();
        }
    }

    async fn expire_now(&self) -> Result<(), ControlError> {
        let _lock = self.runtime().services.auth.lock_switch().await;
        self.runtime().services.auth.expire();
        debug!("login expired");
        self.notify_plugins().await
    }

    async fn notify_plugins(&self) -> Result<(), ControlError> {
        let ids = self.0.plugins.keys();
        let runtime = self.runtime();
        let auth = runtime.services.auth.current();
        self.emit(Event::Auth {
            authenticated: auth.authenticated,
        });
        let sessions = ids.filter_map(|id| runtime.routing.current(id));
        let sends = sessions.map(|session| {
            let auth = auth.clone();
            async move {
                let is_acknowledged = session.send_auth(auth).await;
                (!is_acknowledged).then(|| session.caller.plugin.clone())
            }
        });
        let unaware: Vec<_> = join_all(sends).await.into_iter().flatten().collect();
        match unaware.is_empty() {
            true => Ok(()),
            false => Err(ControlError::LoginNotAcknowledged { plugins: unaware }),
        }
    }
}
