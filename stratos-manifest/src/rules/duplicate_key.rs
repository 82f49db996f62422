use std::{
    collections::{HashMap, hash_map::Entry},
    mem::discriminant,
};

use jsonc_parser::{
    ast::{Object, ObjectProp, Value},
    common::Ranged as _,
};

use crate::rules::prelude::*;

declare_rule! {
    /// ## What it does
    ///
    /// Checks for keys that occur more than once in an object, also if an escape such as `\u0069` hides it.
    ///
    /// ## Why is this bad?
    ///
    /// `JSON.parse` silently keeps the last value, and other programs keep the first one. What the file means depends
    /// on the program that reads it.
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
    if let Some(value) = cx.manifest.root.as_ref() {
        visit(cx, value, out);
    }
}

/// Compares the keys of all objects. [`MAX_DEPTH`](crate::MAX_DEPTH) bounds the recursion.
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
    // The indices of the first and of the latest property with each key.
    let mut seen: HashMap<&str, (usize, usize)> = HashMap::new();
    for (index, property) in object.properties.iter().enumerate() {
        // Different halves of characters are all decoded to U+FFFD.
        if property.name.as_str().contains('\u{fffd}') {
            continue;
        }
        match seen.entry(property.name.as_str()) {
            Entry::Vacant(entry) => {
                entry.insert((index, index));
            }
            Entry::Occupied(mut entry) => {
                let (first, latest) = entry.get_mut();
                let before = &object.properties[*latest];
                let finding = describe(cx, &object.properties[*first], property);
                *latest = index;
                out.push(finding.safe_fix(removal(cx, object, before, index)));
            }
        }
    }
}

/// The edit that removes the property `repeated`, if it has the same value as `before`, the previous one with its key.
fn removal(
    cx: &RuleContext<'_>,
    object: &Object<'_>,
    before: &ObjectProp<'_>,
    repeated: usize,
) -> Option<Edit> {
    let property = &object.properties[repeated];
    let is_same = is_same(cx.manifest.text, &before.value, &property.value);
    is_same.then(|| Edit::remove_property_at(cx.manifest.text, object, repeated))?
}

/// Whether two values are the same data. Each value is compared at most twice, so the time is linear in the file size.
fn is_same(text: &str, a: &Value<'_>, b: &Value<'_>) -> bool {
    let [a_text, b_text] = [a, b].map(|value| &text[span(value)]);
    let data = |text| serde_json::from_str::<serde_json::Value>(text).ok();
    discriminant(a) == discriminant(b)
        && (a_text == b_text || data(a_text).is_some_and(|a| data(b_text) == Some(a)))
}

fn describe(cx: &RuleContext<'_>, first: &ObjectProp<'_>, second: &ObjectProp<'_>) -> Diagnostic {
    let key = quote(second.name.as_str());
    let is_hidden = first.name.text(cx.manifest.text) != second.name.text(cx.manifest.text);
    let note = if is_hidden {
        "with its escapes decoded it is the same key, and the last value counts"
    } else {
        "the last value counts, and the earlier one is silently lost"
    };
    cx.finding(
        span(&second.name),
        format!("the key {key} is already in this object"),
    )
    .note(note)
    .help("keep one of the two")
    .related(span(&first.name), format!("{key} is first used here"))
}
