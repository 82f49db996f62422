//! Validation of route paths and route prefixes.
//!
//! axum panics on the paths that are rejected here; a test compares the two. The check of prefixes is a copy of
//! `stratos_protocol::server::check_prefix`, because authors should not compile the protocol for the macro; a test
//! compares these two as well.

/// The most parameters of a path; axum's router has a letter for each of them.
const MAX_PARAMETERS: usize = 25;

/// The longest route prefix in bytes.
const PREFIX_BYTES: usize = 256;

/// Validates the path of a route that is served below `prefix`; the error includes a suggestion.
pub(super) fn check_path(path: &str, prefix: Option<&str>) -> Result<(), String> {
    let shown = path.escape_debug();
    if path.is_empty() {
        return Err("the path is empty: write `/` for the prefix itself".to_owned());
    }
    if !path.starts_with('/') {
        return Err(format!("a path starts with a slash: write `/{shown}`"));
    }
    if let Some(rest) = prefix.and_then(|prefix| strip_repeated_prefix(prefix, path)) {
        let rest = if rest.is_empty() { "/" } else { rest };
        return Err(format!(
            "`{shown}` carries the prefix, which is added for you: write `{}`",
            rest.escape_debug()
        ));
    }
    if path.contains(['?', '#']) {
        return Err(format!(
            "`{shown}` has more than a path in it: take what follows `?` as an argument, `Query(query): Query<...>`"
        ));
    }
    if !path.chars().all(|char| char.is_ascii_graphic()) {
        return Err(format!(
            "`{shown}` never arrives like this: browsers escape such characters, so write them as `%20` and the like"
        ));
    }
    for segment in path.split('/') {
        check_segment(segment)?;
    }
    check_braces(path)
}

/// Strips a prefix of several segments, such as `/api/fleet`, that a path repeats by mistake.
///
/// A prefix of one segment may be repeated on purpose, as in `/fleet/fleet`.
fn strip_repeated_prefix<'p>(prefix: &str, path: &'p str) -> Option<&'p str> {
    let segments = prefix.split('/').filter(|segment| !segment.is_empty());
    strip_segments(prefix, path).filter(|_| segments.count() >= 2)
}

/// Validates a route prefix; the error says which rule it breaks, with a suggestion.
pub(super) fn check_prefix(prefix: &str) -> Result<(), String> {
    let shown = prefix.escape_debug();
    let length = prefix.len();
    if length > PREFIX_BYTES {
        return Err(format!(
            "the route prefix is {length} bytes long, at most {PREFIX_BYTES} are allowed"
        ));
    }
    if prefix.is_empty() || prefix == "/" || strip_segments("/__stratos", prefix).is_some() {
        return Err(format!(
            "route prefix `{shown}` is reserved by the shell: the convention is `/api/<plugin id>`"
        ));
    }
    let Some(path) = prefix.strip_prefix('/') else {
        return Err(format!(
            "route prefix `{shown}` must start with a slash: write `/{shown}`"
        ));
    };
    if path.ends_with('/') {
        return Err(format!(
            "route prefix `{shown}` must not end with a slash: write `{}`",
            prefix.trim_end_matches('/').escape_debug()
        ));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.~".contains(c);
    let mut segments = path.split('/');
    match segments
        .find(|segment| matches!(*segment, "" | "." | "..") || !segment.chars().all(plain))
    {
        None => Ok(()),
        Some(segment) => Err(format!(
            "route prefix `{shown}` has the segment `{}`: use letters, digits, `-`, `_`, `.` and `~` only; \
             parameters and wildcards belong into the router",
            segment.escape_debug()
        )),
    }
}

/// Tells whether axum rejects two different paths together, because an address could match both.
pub(super) fn routes_overlap(a: &str, b: &str) -> bool {
    if a == b {
        return false;
    }
    let (a, b) = (without_parameter_names(a), without_parameter_names(b));
    a == b || wildcard_covers(&a, &b) || wildcard_covers(&b, &a)
}

/// Removes the names of parameters: `/{id}/{*rest}` becomes `/{}/{*}`.
fn without_parameter_names(path: &str) -> String {
    let mut shape = String::new();
    let mut rest = path;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        shape.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            shape.push_str("{{");
            rest = after;
            continue;
        }
        shape.push_str(if from.starts_with("{*") { "{*}" } else { "{}" });
        rest = from.split_once('}').map_or("", |(_, after)| after);
    }
    shape + rest
}

/// Tells whether `a` ends in a wildcard at the place of a parameter in `b`.
fn wildcard_covers(a: &str, b: &str) -> bool {
    a.strip_suffix("{*}")
        .and_then(|before| b.strip_prefix(before))
        .is_some_and(|rest| rest.starts_with('{') && !rest.starts_with("{{"))
}

/// Rejects the parameter syntax of earlier axum versions, `:id` and `*rest`.
fn check_segment(segment: &str) -> Result<(), String> {
    let shown = segment.escape_debug();
    let old_syntax = |name: &str, new: &str| {
        Err(format!(
            "`{shown}` is the old way to write it: write `{{{new}{name}}}`"
        ))
    };
    if let Some(name) = segment.strip_prefix(':') {
        return old_syntax(name, "");
    }
    match segment.strip_prefix('*') {
        Some("") => old_syntax("rest", "*"),
        Some(name) => old_syntax(name, "*"),
        None => Ok(()),
    }
}

/// Checks that each parameter ends its segment, and that a wildcard ends the path.
fn check_braces(path: &str) -> Result<(), String> {
    let mut parameters = 0;
    let mut rest = path;
    while let Some(at) = rest.find(['{', '}']) {
        let from = &rest[at..];
        if from.starts_with("{{") || from.starts_with("}}") {
            rest = &from[2..];
            continue;
        }
        let Some((name, after)) = from.strip_prefix('{').and_then(|from| from.split_once('}'))
        else {
            return Err(
                "a parameter stands in braces, `/{id}`; a brace itself is written twice".to_owned(),
            );
        };
        let bare = name.strip_prefix('*').unwrap_or(name);
        if bare.is_empty() || bare.contains(['{', '*', '/']) {
            let name = name.escape_debug();
            return Err(format!(
                "`{{{name}}}` is no parameter: write `/{{id}}`, or `/{{*rest}}` for all the rest"
            ));
        }
        if !after.is_empty() && (name.starts_with('*') || !after.starts_with('/')) {
            let (name, after) = (name.escape_debug(), after.escape_debug());
            return Err(format!(
                "nothing may follow `{{{name}}}` here: remove `{after}`, or take it apart in the handler"
            ));
        }
        parameters += 1;
        rest = after;
    }
    if parameters > MAX_PARAMETERS {
        return Err(format!(
            "a path has at most {MAX_PARAMETERS} parameters, this one has {parameters}"
        ));
    }
    Ok(())
}

/// Strips whole segments from the start of a path; `None` if the path does not start with them.
fn strip_segments<'p>(prefix: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(prefix)
        .filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use axum::Router;
    use axum::routing::get;

    use super::*;

    const PATHS: [&str; 24] = [
        "/",
        "/fleet",
        "/fleet/",
        "//",
        "/{id}",
        "/{other}",
        "/{id}/wing",
        "/{other}/wing",
        "/user_{id}",
        "/{*rest}",
        "/{*all}",
        "/fleet/{*rest}",
        "/fleet/{id}",
        "/a{{b}}",
        "/{{}}",
        "/a%20b",
        "/:id",
        "/*rest",
        "/{id}.png",
        "/{id}{other}",
        "/{*rest}/a",
        "/{}",
        "/{id",
        "/id}",
    ];

    #[test]
    fn check_path_and_routes_overlap_agree_with_axum() {
        let route = |router: Router, path: &str| {
            let path = path.to_owned();
            let add = AssertUnwindSafe(move || router.route(&path, get(async || ())));
            catch_unwind(add).ok()
        };
        for path in PATHS.into_iter().chain(["", "fleet", "/{*}", "/{a/b}"]) {
            let accepted = route(Router::new(), path).is_some();
            assert_eq!(check_path(path, None).is_ok(), accepted, "{path}");
        }
        let valid: Vec<_> = PATHS
            .into_iter()
            .filter(|path| check_path(path, None).is_ok())
            .collect();
        for a in &valid {
            for b in valid.iter().filter(|b| *b != a) {
                let router = route(Router::new(), a).unwrap();
                assert_eq!(routes_overlap(a, b), route(router, b).is_none(), "{a} {b}");
            }
        }
        for many in [25, 26] {
            let path = "/{x}".repeat(many);
            let accepted = route(Router::new(), &path).is_some();
            assert_eq!(check_path(&path, None).is_ok(), accepted, "{many}");
        }
    }

    #[test]
    fn paths_that_never_match_are_rejected() {
        for path in ["/fleet?id=1", "/a b", "/flüge", "/api/x/fleet", "/api/x"] {
            assert!(check_path(path, Some("/api/x")).is_err(), "{path}");
        }
        assert!(check_path("/api/xy", Some("/api/x")).is_ok());
        assert!(check_path("/fleet", Some("/fleet")).is_ok());
    }

    #[test]
    fn check_prefix_agrees_with_the_protocol() {
        let long = format!("/{}", "x".repeat(256));
        for prefix in [
            "/a",
            "/api/my-plugin",
            "/api/v1.2/x_y~z",
            "",
            "/",
            "//",
            "a",
            "/a/",
            "/a//b",
            "/a/../b",
            "/{id}",
            "/a b",
            "/__stratos",
            "/__stratos/x",
            "/ä",
            &long,
        ] {
            let protocol = stratos_protocol::server::check_prefix(prefix);
            let protocol = protocol.map_err(|error| error.to_string());
            assert_eq!(check_prefix(prefix), protocol, "{prefix}");
        }
    }
}
