//! Levels of rules on the command line and in `stratos.toml`.

use stratos_tests::{CommandOutput, ICON, MANIFEST, folder, stratos};

/// A manifest with one error and one warning.
fn two_findings() -> String {
    let source = MANIFEST.replace("\"1.0.0\"", "\"1.0\"");
    source.replace("\"type\"", "\"extra\": 1,\n  \"type\"")
}

fn check(settings: &str, arguments: &[&str]) -> CommandOutput {
    let folder = folder(&[
        ("plugin.json", &two_findings()),
        ("icon.svg", ICON),
        ("stratos.toml", settings),
    ]);
    stratos(folder.path(), [&["check"], arguments].concat())
}

fn levels(finished: &CommandOutput) -> String {
    let heads = finished.stdout.lines().filter(|line| line.contains("]: "));
    let heads = heads.map(|line| line.split_once(": ").unwrap().0);
    heads.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_last_of_several_levels_applies() {
    const BOTH: &str = "error[malformed-version] warning[unknown-key]";
    for (arguments, code, expected) in [
        (vec![], 1, BOTH),
        (vec!["-A", "unknown-key"], 1, "error[malformed-version]"),
        (
            vec!["--warn=malformed-version"],
            0,
            "warning[malformed-version] warning[unknown-key]",
        ),
        (
            vec!["-A", "malformed-version", "-D", "unknown-key"],
            1,
            "error[unknown-key]",
        ),
        (
            vec!["-A", "malformed-version", "-D", "malformed-version"],
            1,
            BOTH,
        ),
        (
            vec!["-D", "malformed-version", "-A", "malformed-version"],
            0,
            "warning[unknown-key]",
        ),
        // The order counts across the three options, and for groups too.
        (
            vec!["-D", "unknown-key", "-A", "suspicious", "-W", "unknown-key"],
            1,
            BOTH,
        ),
        (
            vec!["-W", "unknown-key", "--allow", "suspicious"],
            1,
            "error[malformed-version]",
        ),
        (
            vec!["--deny", "warnings"],
            1,
            "error[malformed-version] error[unknown-key]",
        ),
        (
            vec!["-A", "correctness", "-A", "suspicious", "-A", "style"],
            0,
            "",
        ),
    ] {
        let checked = check("", &arguments);
        assert_eq!(levels(&checked), expected, "{arguments:?}: {checked:?}");
        assert_eq!(checked.code, Some(code), "{arguments:?}");
    }
}

#[test]
fn levels_on_the_command_line_override_stratos_toml() {
    const SETTINGS: &str = "[check.levels]\nunknown-key = \"deny\"\ncorrectness = \"warn\"\n";
    let checked = check(SETTINGS, &[]);
    assert_eq!(
        levels(&checked),
        "warning[malformed-version] error[unknown-key]"
    );
    let checked = check(SETTINGS, &["-W", "suspicious"]);
    assert_eq!(checked.code, Some(0), "{checked:?}");
    assert_eq!(
        levels(&checked),
        "warning[malformed-version] warning[unknown-key]"
    );
}

#[test]
fn an_unknown_rule_is_a_usage_error() {
    let checked = check("", &["-A", "unknown-keys"]);
    assert_eq!(checked.code, Some(2));
    assert_eq!(
        checked.stderr,
        "error: there is no rule called `unknown-keys`, did you mean `unknown-key`?\n"
    );
    let checked = check("", &["--allow", "not-json"]);
    assert_eq!(checked.code, Some(2));
    assert!(checked.stderr.contains("`not-json` is always an error"));
    assert_eq!(checked.stdout, "", "nothing was checked");
}

#[test]
fn an_invalid_stratos_toml_is_reported_with_its_location() {
    for (settings, expected) in [
        (
            "[check.levels]\nunknown-kee = \"warn\"\n",
            "error: stratos.toml:2:1: there is no rule called `unknown-kee`\nhelp: did you mean `unknown-key`?\n",
        ),
        (
            "[check]\n\n  lewels = {}\n",
            "error: stratos.toml:3:3: unknown field `lewels`, expected `levels` or `exceptions`\nhelp: did you mean `levels`?\n",
        ),
        (
            "[check.levels]\nunknown-key = \"\u{1b}[2J\"\n",
            "error: stratos.toml:2:16: ",
        ),
        (
            "[[check.exceptions]]\nrule = \"trailing-comma\"\nreason = \"we like them\"\n",
            "error: stratos.toml:2:8: findings of `trailing-comma` cannot be suppressed\nhelp: correct the file instead",
        ),
    ] {
        let checked = check(settings, &[]);
        assert_eq!(checked.code, Some(2), "{checked:?}");
        assert!(checked.stderr.starts_with(expected), "{}", checked.stderr);
        assert!(!checked.stderr.contains('\u{1b}'));
        assert_eq!(checked.stdout, "", "nothing was checked");
    }
}

#[test]
fn check_ignores_shell_settings_in_stratos_toml() {
    let checked = check(
        "[dev]\norigins = [\"not an origin\"]\n[auth.x]\nanything = 1\n",
        &[],
    );
    assert_eq!(checked.code, Some(1), "{checked:?}");
    assert_eq!(checked.stderr, "");
}

#[test]
fn the_nearest_stratos_toml_within_the_repository_applies() {
    let manifest = |id: &str| two_findings().replace("\"demo\"", &format!("\"{id}\""));
    let allow = "[check.levels]\nmalformed-version = \"allow\"\n";
    let folder = folder(&[
        ("stratos.toml", "[check.levels]\nsuspicious = \"allow\"\n"),
        ("a/x/plugin.json", &manifest("a")),
        ("a/x/icon.svg", ICON),
        ("b/stratos.toml", allow),
        ("b/x/plugin.json", &manifest("b")),
        ("b/x/icon.svg", ICON),
        ("c/.git/HEAD", ""),
        ("c/x/plugin.json", &manifest("c")),
        ("c/x/icon.svg", ICON),
    ]);
    let one = |path| levels(&stratos(folder.path(), ["check", path]));
    assert_eq!(one("a"), "error[malformed-version]");
    assert_eq!(one("b"), "warning[unknown-key]");
    assert_eq!(one("c"), "error[malformed-version] warning[unknown-key]");
    assert_eq!(one("."), format!("{} {} {}", one("a"), one("b"), one("c")));
    let inside = stratos(&folder.path().join("b/x"), ["check"]);
    assert_eq!(levels(&inside), one("b"));
}
