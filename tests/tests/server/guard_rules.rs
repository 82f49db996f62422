//! The rules of the request guard, written a second time for the tests: rejections, their order, and the requests that
//! reach a plugin.
//!
//! The rules do not parse anything: each host, origin and path of the request matrix has its kind beside it.

/// The kind of a request's `Host` headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    Own,
    Foreign,
    /// Missing, repeated, or not a host name.
    Invalid,
}

/// The kind of a request's `Origin` headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    None,
    Own,
    /// An origin of `[dev] origins`.
    Dev,
    Foreign,
}

/// The kind of a request's target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    /// The shell's own page.
    Index,
    /// A route of the plugin for GET.
    Route,
    /// A route of the plugin that is a WebSocket.
    Socket,
    /// The control API, without its token.
    Control,
    /// The IPC of the plugin's UI.
    Ipc,
    /// A path that no plugin serves.
    NotFound,
    /// Not a path, or a path that programs normalize differently.
    Invalid,
}

/// The method and the protocol of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestKind {
    Get10,
    Get,
    Post,
    Preflight,
    Upgrade,
}

/// The outcome of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    pub(crate) reaches_plugin: bool,
    /// Whether the requesting page may read the response.
    pub(crate) is_readable: bool,
}

/// The outcome of a request by the rules of the guard.
pub(crate) fn expected_outcome(
    host: Host,
    origin: Origin,
    site: Option<&str>,
    target: Target,
    kind: RequestKind,
) -> Outcome {
    let is_foreign_site = matches!(site, Some(site) if site != "same-origin" && site != "none");
    let rejection = match (host, origin, target) {
        (_, _, Target::Invalid) | (Host::Invalid, ..) => Some(400),
        (Host::Foreign, ..) | (_, Origin::Foreign, _) => Some(403),
        (_, Origin::Dev, Target::Control) => Some(403),
        (_, Origin::None, _) if is_foreign_site => Some(403),
        _ => None,
    };
    let is_page = matches!(origin, Origin::Own | Origin::Dev);
    let status = match rejection {
        Some(status) => status,
        None if is_page && kind == RequestKind::Preflight => 204,
        None => accepted_status(target, kind),
    };
    let is_forwarded = rejection.is_none() && status != 204;
    Outcome {
        status,
        reaches_plugin: is_forwarded && matches!(target, Target::Route | Target::Socket),
        is_readable: rejection.is_none() && is_page,
    }
}

/// The status of an accepted request.
fn accepted_status(target: Target, kind: RequestKind) -> u16 {
    match (target, kind) {
        (Target::Control, _) => 401,
        (Target::NotFound | Target::Invalid, _) => 404,
        (_, RequestKind::Post | RequestKind::Preflight) => 405,
        (Target::Socket | Target::Ipc, RequestKind::Upgrade) => 101,
        (Target::Socket | Target::Ipc, _) => 400,
        (Target::Index | Target::Route, _) => 200,
    }
}
