//! The services that the shell has granted, and errors of calls to them.

use stratos_protocol::Service;
use stratos_protocol::handshake::PeerInfo;
use stratos_transport::CallError;
use thiserror::Error;

/// Services of later shells that this shell has.
#[derive(Debug, Clone, Default)]
pub(crate) struct ShellServices {
    /// Features that the shell granted in the handshake.
    granted: Vec<String>,
    /// The shell for messages, such as `the mocked shell V1`.
    shell: String,
}

/// Error of a call to a service of `ctx`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The shell does not have the service: it is older than the service. [`PluginContext::supports`] tells before.
    ///
    /// [`PluginContext::supports`]: crate::PluginContext::supports
    #[error("`{service}` is not supported by {shell}")]
    NotSupported {
        /// The service.
        service: Service,
        /// Name and version of the shell.
        shell: String,
    },
    /// The shell could not be asked, or answered an error.
    #[error("`{service}` failed")]
    Shell {
        /// The service.
        service: Service,
        /// Error of the call to the shell.
        #[source]
        source: CallError,
    },
    /// The call cannot be made with these arguments.
    #[error("`{service}` cannot be called like this: {reason}")]
    Argument {
        /// The service.
        service: Service,
        /// The rule that the argument breaks, with what to do.
        reason: String,
    },
}

impl ShellServices {
    /// The services in a `Welcome` of the shell.
    pub(crate) fn new(granted: Vec<String>, host: &PeerInfo, shell: Option<&PeerInfo>) -> Self {
        let PeerInfo { name, version } = shell.unwrap_or(host);
        Self {
            granted,
            shell: format!("the {name} {version}"),
        }
    }

    pub(crate) fn supports(&self, service: Service) -> bool {
        self.granted.iter().any(|name| name == service.feature())
    }

    /// # Errors
    ///
    /// [`ServiceError::NotSupported`] if the shell does not have the service.
    pub(crate) fn check(&self, service: Service) -> Result<(), ServiceError> {
        match self.supports(service) {
            true => Ok(()),
            false => Err(ServiceError::NotSupported {
                service,
                shell: self.shell.clone(),
            }),
        }
    }
}
