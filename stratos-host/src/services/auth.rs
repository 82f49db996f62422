//! The auth service: the mocked login, and the personas that it can switch between.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stratos_protocol::auth::AuthState;
use thiserror::Error;

use crate::config::Persona;
use crate::services::service::{Resources, Service, SignedIn};
use crate::token::random_hex;

/// The login of the shell. Plugins are sent each change, so they ask nothing of this service.
pub(crate) struct AuthService {
    personas: Mutex<BTreeMap<String, Persona>>,
    login: Mutex<Login>,
    signed_in: SignedIn,
    switch_lock: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Login {
    /// Name of the persona that was switched to last.
    persona: String,
    state: AuthState,
}

/// A name that is no persona.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no auth persona `{name}`; known are {}", known.join(", "))]
pub struct UnknownPersona {
    /// The name as given.
    pub name: String,
    /// All persona names, in alphabetical order.
    pub known: Vec<String>,
}

impl Service for AuthService {
    const METHODS: &'static [&'static str] = &[];

    fn new(resources: &Resources) -> Self {
        let auth = Self {
            personas: Mutex::default(),
            login: Mutex::default(),
            signed_in: resources.signed_in.clone(),
            switch_lock: tokio::sync::Mutex::default(),
        };
        auth.set_personas(&resources.personas);
        auth
    }
}

impl AuthService {
    /// Replaces the personas beside the built-in ones. The current login stays.
    pub(crate) fn set_personas(&self, custom: &BTreeMap<String, Persona>) {
        let built_in = [
            ("signed-in", true, None),
            ("signed-out", false, None),
            ("expiring", true, Some(60)),
        ];
        let built_in = built_in.map(|(name, signed_in, expires_in_seconds)| {
            let persona = Persona {
                signed_in,
                expires_in_seconds,
            };
            (name.to_owned(), persona)
        });
        let mut personas = BTreeMap::from(built_in);
        personas.extend(custom.clone());
        *self.personas() = personas;
    }

    pub(crate) fn current(&self) -> AuthState {
        self.login().state.clone()
    }

    /// Name of the persona that was switched to last.
    pub(crate) fn persona(&self) -> String {
        self.login().persona.clone()
    }

    /// Waits for the turn to switch the login: switches are sequential, so that plugins see them in order.
    pub(crate) async fn lock_switch(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.switch_lock.lock().await
    }

    /// Signs in or out as a persona, with a new token. Returns the time until the login expires, if it does.
    pub(crate) fn switch_to(&self, name: &str) -> Result<Option<Duration>, UnknownPersona> {
        let personas = self.personas();
        let persona = personas.get(name).ok_or_else(|| UnknownPersona {
            name: name.to_owned(),
            known: personas.keys().cloned().collect(),
        })?;
        *self.login() = Login {
            persona: name.to_owned(),
            state: AuthState {
                authenticated: persona.signed_in,
                token: persona
                    .signed_in
                    .then(|| format!("mock-{}", random_hex(32))),
            },
        };
        self.signed_in.set(persona.signed_in);
        let expires = persona.expires_in_seconds.filter(|_| persona.signed_in);
        Ok(expires.map(Duration::from_secs))
    }

    /// Expires the login. Assumed: plugins see an expired login as signed out.
    pub(crate) fn expire(&self) {
        self.login().state = AuthState::default();
        self.signed_in.set(false);
    }

    fn personas(&self) -> MutexGuard<'_, BTreeMap<String, Persona>> {
        self.personas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn login(&self) -> MutexGuard<'_, Login> {
        self.login.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for AuthService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthService")
            .field("state", &self.current())
            .finish_non_exhaustive()
    }
}
