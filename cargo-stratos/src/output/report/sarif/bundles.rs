//! Findings about bundles as SARIF.

use serde_json::{Value, json};
use stratos_bundle::Problem;

use crate::output::report::bundle::BundleFinding;
use crate::output::report::sarif::findings::{artifact_location, fingerprint, text_with_details};

/// A finding about the bundle at `path`: `result` in SARIF. It has no lines, since a zip is not text, and no rule in the
/// list of the linter's rules.
pub(super) fn result(path: &str, found: &BundleFinding) -> Value {
    let Problem {
        name,
        level,
        path: file,
        message,
        help,
    } = &found.problem;
    let file = file.as_deref().unwrap_or_default();
    let message = match file {
        "" => message.clone(),
        file => format!("{file}: {message}"),
    };
    let mut location = json!({ "artifactLocation": artifact_location(path) });
    if let Some(offset) = found.offset {
        location["region"] = json!({ "byteOffset": offset, "byteLength": 0 });
    }
    json!({
        "ruleId": name,
        "level": level.to_string(),
        "message": { "text": text_with_details(&message, [("help", help)]) },
        "locations": [{ "physicalLocation": location }],
        "partialFingerprints": { "nameAndFile/v1": fingerprint([name, path, file]) },
    })
}
