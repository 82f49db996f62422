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
    /// Name and version of the shell for messages, such as `mocked shell V1`.
    shell: String,
}

/// Error of a call to a service of `ctx`.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The shell does not have the service: it is older than the service. [`PluginContext::supports`] tells before.
    ///
    /// [`PluginContext::supports`]: crate::PluginContext::supports
    #[error("`{service}` is not supported by this shell, {shell}")]
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
            shell: format!("{name} {version}"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_shell_or_else_the_host() {
        let peer = |name: &str, version: &str| PeerInfo {
            name: name.to_owned(),
            version: version.to_owned(),
        };
        let host = peer("stratos-entry", "0.1.0");
        let stratos = peer("Stratos", "1.4.2");
        let granted = vec![Service::Notify.feature().to_owned()];
        let services = ShellServices::new(granted.clone(), &host, Some(&stratos));
        assert!(services.check(Service::Notify).is_ok());
        let message = |services: &ShellServices| {
            let error = services.check(Service::Flight).unwrap_err();
            error.to_string()
        };
        let expected = "`ctx.flight` is not supported by this shell, Stratos 1.4.2";
        assert_eq!(message(&services), expected);
        let expected = "`ctx.flight` is not supported by this shell, stratos-entry 0.1.0";
        assert_eq!(message(&ShellServices::new(granted, &host, None)), expected);
    }
}
