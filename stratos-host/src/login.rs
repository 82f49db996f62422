//! The mocked login.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stratos_protocol::auth::AuthState;
use thiserror::Error;

use crate::config::Persona;
use crate::token::random_hex;

/// Who is signed in, and who could be.
pub(crate) struct Login {
    personas: Mutex<BTreeMap<String, Persona>>,
    state: Mutex<AuthState>,
}

/// A name that is no persona.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no auth persona `{name}`; known are {}", known.join(", "))]
pub struct UnknownPersona {
    /// The name as given.
    pub name: String,
    /// The names that exist.
    pub known: Vec<String>,
}

impl Login {
    /// Nobody signed in yet; the built-in personas and these.
    pub(crate) fn new(more: &BTreeMap<String, Persona>) -> Self {
        let login = Self {
            personas: Mutex::default(),
            state: Mutex::default(),
        };
        login.know(more);
        login
    }

    /// From now on these are the personas, beside the built-in ones. Who is signed in stays so.
    pub(crate) fn know(&self, more: &BTreeMap<String, Persona>) {
        let built_in = [
            (
                "signed-in",
                Persona {
                    signed_in: true,
                    expires_in_seconds: None,
                },
            ),
            (
                "signed-out",
                Persona {
                    signed_in: false,
                    expires_in_seconds: None,
                },
            ),
            (
                "expiring",
                Persona {
                    signed_in: true,
                    expires_in_seconds: Some(60),
                },
            ),
        ];
        let mut personas: BTreeMap<_, _> = built_in
            .map(|(name, persona)| (name.to_owned(), persona))
            .into();
        personas.extend(more.clone());
        *self.personas() = personas;
    }

    pub(crate) fn current(&self) -> AuthState {
        self.state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Becomes this persona, with a new token; returns when its login expires, if it does.
    pub(crate) fn become_persona(&self, name: &str) -> Result<Option<Duration>, UnknownPersona> {
        let personas = self.personas();
        let persona = personas.get(name).ok_or_else(|| UnknownPersona {
            name: name.to_owned(),
            known: personas.keys().cloned().collect(),
        })?;
        self.set(AuthState {
            authenticated: persona.signed_in,
            token: persona
                .signed_in
                .then(|| format!("mock-{}", random_hex(32))),
        });
        let expires = persona.expires_in_seconds.filter(|_| persona.signed_in);
        Ok(expires.map(Duration::from_secs))
    }

    /// What an expired login looks like to plugins is assumed: as if signed out.
    pub(crate) fn expire(&self) {
        self.set(AuthState::default());
    }

    fn personas(&self) -> MutexGuard<'_, BTreeMap<String, Persona>> {
        self.personas.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, state: AuthState) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login")
            .field("state", &self.current())
            .finish_non_exhaustive()
    }
}
