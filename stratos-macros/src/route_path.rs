//! Paths and prefixes of routes, as axum and the shell want them.
//!
//! axum panics on what this refuses; a test compares the two.

/// The router counts parameters in letters.
const MAX_PARAMETERS: usize = 25;

/// What is wrong with a path, and the way out. `prefix` is what the path is served below.
pub(crate) fn check_path(path: &str, prefix: Option<&str>) -> Result<(), String> {
    let shown = path.escape_debug();
    if path.is_empty() {
        return Err("the path is empty: write `/` for the prefix itself".to_owned());
    }
    if !path.starts_with('/') {
        return Err(format!("a path starts with a slash: write `/{shown}`"));
    }
    if let Some(rest) = prefix.and_then(|prefix| repeated(prefix, path)) {
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

/// What is left of a path that begins with the prefix: by mistake, where that is long, as `/api/fleet` is. One word
/// such as `/fleet` may well come twice, in `/fleet/fleet`.
fn repeated<'p>(prefix: &str, path: &'p str) -> Option<&'p str> {
    let segments = prefix.split('/').filter(|segment| !segment.is_empty());
    below(prefix, path).filter(|_| segments.count() >= 2)
}

/// What is wrong with a prefix, as the shell's own check says it.
pub(crate) fn check_prefix(prefix: &str) -> Result<(), String> {
    let shown = prefix.escape_debug();
    if prefix.len() > 256 {
        let length = prefix.len();
        return Err(format!(
            "the route prefix is {length} bytes long, at most 256 are allowed"
        ));
    }
    if prefix.is_empty() || prefix == "/" || below("/__stratos", prefix).is_some() {
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

/// Whether axum refuses the two together, as it does unless they are the same text or never meet.
pub(crate) fn conflict(a: &str, b: &str) -> bool {
    if a == b {
        return false;
    }
    let (a, b) = (shape(a), shape(b));
    a == b || swallows(&a, &b) || swallows(&b, &a)
}

/// The path with its parameters' names taken out.
fn shape(path: &str) -> String {
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

/// Whether one ends in a wildcard where the other has a parameter.
fn swallows(a: &str, b: &str) -> bool {
    a.strip_suffix("{*}")
        .and_then(|before| b.strip_prefix(before))
        .is_some_and(|rest| rest.starts_with('{') && !rest.starts_with("{{"))
}

fn check_segment(segment: &str) -> Result<(), String> {
    let shown = segment.escape_debug();
    let old = |name: &str, new: &str| {
        Err(format!(
            "`{shown}` is the old way to write it: write `{{{new}{name}}}`"
        ))
    };
    if let Some(name) = segment.strip_prefix(':') {
        return old(name, "");
    }
    match segment.strip_prefix('*') {
        Some("") => old("rest", "*"),
        Some(name) => old(name, "*"),
        None => Ok(()),
    }
}

/// Each parameter ends its segment, and a wildcard ends the path.
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

fn below<'p>(prefix: &str, path: &'p str) -> Option<&'p str> {
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
    fn axum_takes_what_is_taken_here_and_panics_on_the_rest() {
        let route = |router: Router, path: &str| {
            let path = path.to_owned();
            let add = AssertUnwindSafe(move || router.route(&path, get(async || ())));
            catch_unwind(add).ok()
        };
        for path in PATHS.into_iter().chain(["", "fleet", "/{*}", "/{a/b}"]) {
            let taken = route(Router::new(), path).is_some();
            assert_eq!(check_path(path, None).is_ok(), taken, "{path}");
        }
        let good: Vec<_> = PATHS
            .into_iter()
            .filter(|path| check_path(path, None).is_ok())
            .collect();
        for a in &good {
            for b in good.iter().filter(|b| *b != a) {
                let router = route(Router::new(), a).unwrap();
                assert_eq!(conflict(a, b), route(router, b).is_none(), "{a} {b}");
            }
        }
        for many in [25, 26] {
            let path = "/{x}".repeat(many);
            let taken = route(Router::new(), &path).is_some();
            assert_eq!(check_path(&path, None).is_ok(), taken, "{many}");
        }
    }

    #[test]
    fn what_never_matches_is_refused() {
        for path in ["/fleet?id=1", "/a b", "/flüge", "/api/x/fleet", "/api/x"] {
            assert!(check_path(path, Some("/api/x")).is_err(), "{path}");
        }
        assert!(check_path("/api/xy", Some("/api/x")).is_ok());
        assert!(check_path("/fleet", Some("/fleet")).is_ok());
    }

    #[test]
    fn the_shell_says_the_same_about_prefixes() {
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
            let theirs = stratos_protocol::server::check_prefix(prefix);
            let theirs = theirs.map_err(|error| error.to_string());
            assert_eq!(check_prefix(prefix), theirs, "{prefix}");
        }
    }
}
