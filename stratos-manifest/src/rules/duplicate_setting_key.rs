use std::collections::{HashMap, hash_map::Entry};

use crate::{context::text_field, rules::prelude::*};

declare_rule! {
    /// ## What it does
    ///
    /// Checks for settings with the same `key` as an earlier one.
    ///
    /// ## Why is this bad?
    ///
    /// The value of a setting is stored under its key. Two settings with the same key are two form fields for one
    /// value: changing either changes both.
    ///
    /// ## Example
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "unit", "name": "Fuel unit", "type": "text", "scope": "user" },
    ///     { "key": "unit", "name": "Weight unit", "type": "text", "scope": "user" }
    ///   ]
    /// }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// {
    ///   "availableSettings": [
    ///     { "key": "fuel_unit", "name": "Fuel unit", "type": "text", "scope": "user" },
    ///     { "key": "weight_unit", "name": "Weight unit", "type": "text", "scope": "user" }
    ///   ]
    /// }
    /// ```
    "duplicate-setting-key" {
        summary: "two settings have the same key",
        group: Correctness,
        stage: Manifest,
        source: LaterDocs,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    let mut seen = HashMap::new();
    for setting in cx.settings() {
        let Some(key) = text_field(setting.object, "key") else {
            continue;
        };
        match seen.entry(key.value.as_ref()) {
            Entry::Vacant(entry) => {
                entry.insert(key);
            }
            Entry::Occupied(first) => {
                let quoted = quote(&key.value);
                out.push(
                    cx.finding(span(key), format!("another setting has the key {quoted}"))
                        .note("both settings would share one stored value")
                        .help("give one of them another key")
                        .related(span(*first.get()), format!("{quoted} is first used here")),
                );
            }
        }
    }
}
