use std::collections::{HashMap, hash_map::Entry};

use jsonc_parser::{
    ast::{Object, ObjectProp, Value},
    common::Ranged as _,
};

use crate::{
    diagnostic::{Diagnostic, Findings},
    fix::Edit,
    quote::quote,
    reading::span,
    rule::declare_rule,
    rules::RuleContext,
};

declare_rule! {
    /// ## What it does
    ///
    /// Finds keys that an object has more than once, also when an escape such as `\u0069` hides it.
    ///
    /// ## Why is this bad?
    ///
    /// `JSON.parse` keeps the last value and drops the others without a word, and other programs keep the first.
    /// What the file means depends on who reads it.
    ///
    /// ## Example
    ///
    /// ```json
    /// { "version": "0.1.0", "name": "My plugin", "version": "0.2.0" }
    /// ```
    ///
    /// ## Use instead
    ///
    /// ```json
    /// { "name": "My plugin", "version": "0.2.0" }
    /// ```
    "duplicate-key" {
        summary: "a key occurs twice in one object",
        group: Correctness,
        stage: File,
        source: Json,
        since: "0.1.0",
    }
}

fn check(cx: &RuleContext<'_>, out: &mut Findings) {
    if let Some(value) = cx.value {
        visit(cx, value, out);
    }
}

/// The tree is at most [`MAX_DEPTH`](crate::MAX_DEPTH) deep, so that this ends in time.
fn visit<'t>(cx: &RuleContext<'t>, value: &'t Value<'t>, out: &mut Findings) {
    match value {
        Value::Object(object) => {
            compare_keys(cx, object, out);
            for property in &object.properties {
                visit(cx, &property.value, out);
            }
        }
        Value::Array(array) => {
            for element in &array.elements {
                visit(cx, element, out);
            }
        }
        _ => {}
    }
}

fn compare_keys<'t>(cx: &RuleContext<'t>, object: &'t Object<'t>, out: &mut Findings) {
    let mut seen: HashMap<&str, usize> = HashMap::new();
    for (index, property) in object.properties.iter().enumerate() {
        match seen.entry(property.name.as_str()) {
            Entry::Vacant(entry) => {
                entry.insert(index);
            }
            Entry::Occupied(first) => {
                let at = *first.get();
                let finding = describe(cx, &object.properties[at], property);
                out.push(match removal(cx, object, at, property) {
                    Some(removal) => finding.safe_fix([removal]),
                    None => finding,
                });
            }
        }
    }
}

/// Without the first of two equal properties the object says the same.
fn removal(
    cx: &RuleContext<'_>,
    object: &Object<'_>,
    first: usize,
    second: &ObjectProp<'_>,
) -> Option<Edit> {
    let data = |property: &ObjectProp<'_>| {
        let text = &cx.text[span(&property.value)];
        serde_json::from_str::<serde_json::Value>(text).ok()
    };
    let is_same = data(&object.properties[first])? == data(second)?;
    is_same.then(|| Edit::remove_property_at(cx.text, object, first))?
}

fn describe(cx: &RuleContext<'_>, first: &ObjectProp<'_>, second: &ObjectProp<'_>) -> Diagnostic {
    let key = quote(second.name.as_str());
    let is_hidden = first.name.text(cx.text) != second.name.text(cx.text);
    let note = if is_hidden {
        "with its escapes decoded it is the same key, and the last one counts"
    } else {
        "the last one counts, and the earlier value is silently lost"
    };
    cx.finding(
        span(&second.name),
        format!("the key {key} is already in this object"),
    )
    .note(note)
    .help("keep one of the two")
    .related(span(&first.name), format!("{key} is first used here"))
}
