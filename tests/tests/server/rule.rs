//! The gate's rule, written down a second time: what is refused, in which order, and what reaches a plugin.
//!
//! It knows nothing of spellings. Each host, origin and path of the table says itself of which kind it is.

/// Of which kind the `Host` headers of a request are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Host {
    Ours,
    Others,
    /// None, several, or not one's name.
    Unclear,
}

/// Of which kind the `Origin` headers of a request are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    None,
    Own,
    /// One of `[dev] origins`.
    Dev,
    Foreign,
}

/// What the request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    Welcome,
    /// A route of the plugin that answers to GET.
    Route,
    /// A route of the plugin that is a WebSocket.
    Socket,
    /// The control API, without its token.
    Control,
    /// The IPC of the plugin's UI.
    Ipc,
    Nowhere,
    /// A target with more than one reading.
    Unclear,
}

/// How it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Get10,
    Get,
    Post,
    Preflight,
    Upgrade,
}

/// What comes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) status: u16,
    pub(crate) reaches_plugin: bool,
    /// Whether the asking page may read the answer.
    pub(crate) is_readable: bool,
}

/// The rule.
pub(crate) fn rule(
    host: Host,
    origin: Origin,
    site: Option<&str>,
    door: Door,
    kind: Kind,
) -> Verdict {
    let is_foreign_site = matches!(site, Some(site) if site != "same-origin" && site != "none");
    let refusal = match (host, origin, door) {
        (_, _, Door::Unclear) | (Host::Unclear, ..) => Some(400),
        (Host::Others, ..) | (_, Origin::Foreign, _) => Some(403),
        (_, Origin::Dev, Door::Control) => Some(403),
        (_, Origin::None, _) if is_foreign_site => Some(403),
        _ => None,
    };
    let is_page = matches!(origin, Origin::Own | Origin::Dev);
    let status = match refusal {
        Some(status) => status,
        None if is_page && kind == Kind::Preflight => 204,
        None => inside(door, kind),
    };
    let is_asked = refusal.is_none() && status != 204;
    Verdict {
        status,
        reaches_plugin: is_asked && matches!(door, Door::Route | Door::Socket),
        is_readable: refusal.is_none() && is_page,
    }
}

/// What answers within.
fn inside(door: Door, kind: Kind) -> u16 {
    match (door, kind) {
        (Door::Control, _) => 401,
        (Door::Nowhere | Door::Unclear, _) => 404,
        (_, Kind::Post | Kind::Preflight) => 405,
        (Door::Socket | Door::Ipc, Kind::Upgrade) => 101,
        (Door::Socket | Door::Ipc, _) => 400,
        (Door::Welcome | Door::Route, _) => 200,
    }
}
