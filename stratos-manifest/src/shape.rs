//! Which keys a manifest's objects have, and of which kind.

use std::{ops::Range, ptr};

use jsonc_parser::ast::{Object, Value};

use crate::reading::{find, span};

/// The keys of one kind of object.
#[derive(Debug)]
pub(crate) struct Shape {
    /// What a sentence calls the object.
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
}

/// One key.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) key: &'static str,
    pub(crate) kind: Kind,
    pub(crate) required: bool,
    /// The key with a value, as it would stand in a file.
    pub(crate) example: &'static str,
    /// Names that the key is known to be mistaken for.
    pub(crate) aliases: &'static [&'static str],
}

/// What a value has to be.
#[derive(Debug)]
pub(crate) enum Kind {
    Text,
    Number,
    Object(&'static Shape),
    List(&'static Shape),
    Any,
}

/// An object of a manifest at hand, and what it should look like.
#[derive(Debug)]
pub(crate) struct Place<'t> {
    pub(crate) shape: &'static Shape,
    pub(crate) object: &'t Object<'t>,
    /// Where to point when something is missing in it: its key, or its opening brace.
    pub(crate) anchor: Range<usize>,
    /// How a message calls a key of it: `author.` before the key, or nothing.
    pub(crate) prefix: String,
}

impl Field {
    /// Whether the value is text.
    pub(crate) const fn holds_text(&self) -> bool {
        matches!(self.kind, Kind::Text)
    }
}

impl Place<'_> {
    /// Whether the object is one of `availableSettings`.
    pub(crate) fn is_setting(&self) -> bool {
        ptr::eq(self.shape, &SETTING)
    }

    /// How a message calls the key `key` of this object.
    pub(crate) fn path(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }
}

/// The root and all objects in it that have a shape, outer before inner.
pub(crate) fn places<'t>(root: &'t Object<'t>) -> Vec<Place<'t>> {
    let mut places = Vec::new();
    visit(&MANIFEST, root, brace(root), "", &mut places);
    places
}

fn visit<'t>(
    shape: &'static Shape,
    object: &'t Object<'t>,
    anchor: Range<usize>,
    prefix: &str,
    places: &mut Vec<Place<'t>>,
) {
    places.push(Place {
        shape,
        object,
        anchor,
        prefix: prefix.to_owned(),
    });
    for field in shape.fields {
        let Some(property) = find(object, field.key) else {
            continue;
        };
        let path = format!("{prefix}{}", field.key);
        match (&field.kind, &property.value) {
            (Kind::Object(shape), Value::Object(inner)) => {
                visit(
                    shape,
                    inner,
                    span(&property.name),
                    &format!("{path}."),
                    places,
                );
            }
            (Kind::List(shape), Value::Array(array)) => {
                for (index, element) in array.elements.iter().enumerate() {
                    if let Value::Object(inner) = element {
                        let prefix = format!("{path}[{index}].");
                        visit(shape, inner, brace(inner), &prefix, places);
                    }
                }
            }
            _ => {}
        }
    }
}

fn brace(object: &Object<'_>) -> Range<usize> {
    let start = span(object).start;
    start..start + 1
}

const fn required(key: &'static str, kind: Kind, example: &'static str) -> Field {
    Field {
        key,
        kind,
        required: true,
        example,
        aliases: &[],
    }
}

const fn optional(key: &'static str, kind: Kind, example: &'static str) -> Field {
    Field {
        required: false,
        ..required(key, kind, example)
    }
}

static MANIFEST: Shape = Shape {
    name: "a manifest",
    fields: &[
        optional(
            "$schema",
            Kind::Text,
            r#""$schema": "https://cdn.skyvexsoftware.com/schemas/stratos-plugin.json""#,
        ),
        required("id", Kind::Text, r#""id": "my-plugin""#),
        required("name", Kind::Text, r#""name": "My plugin""#),
        required("version", Kind::Text, r#""version": "0.1.0""#),
        required(
            "description",
            Kind::Text,
            r#""description": "What the plugin does.""#,
        ),
        required("type", Kind::Text, r#""type": "user""#),
        required(
            "author",
            Kind::Object(&AUTHOR),
            r#""author": { "id": "my-name", "name": "My Name" }"#,
        ),
        required(
            "icon_light",
            Kind::Text,
            r#""icon_light": "icon-light.svg""#,
        ),
        required("icon_dark", Kind::Text, r#""icon_dark": "icon-dark.svg""#),
        optional(
            "background",
            Kind::Object(&BACKGROUND),
            r#""background": { "entryModule": "background/index.js" }"#,
        ),
        Field {
            aliases: &["settings"],
            ..optional(
                "availableSettings",
                Kind::List(&SETTING),
                r#""availableSettings": [{ "key": "fuel_unit", "name": "Fuel unit", "type": "text", "scope": "user" }]"#,
            )
        },
        optional(
            "homepage",
            Kind::Text,
            r#""homepage": "https://example.com""#,
        ),
    ],
};

static AUTHOR: Shape = Shape {
    name: "`author`",
    fields: &[
        required("id", Kind::Text, r#""id": "my-name""#),
        required("name", Kind::Text, r#""name": "My Name""#),
        optional("contact", Kind::Text, r#""contact": "me@example.com""#),
    ],
};

static BACKGROUND: Shape = Shape {
    name: "`background`",
    fields: &[required(
        "entryModule",
        Kind::Text,
        r#""entryModule": "background/index.js""#,
    )],
};

static SETTING: Shape = Shape {
    name: "a setting",
    fields: &[
        required("key", Kind::Text, r#""key": "fuel_unit""#),
        required("name", Kind::Text, r#""name": "Fuel unit""#),
        optional(
            "description",
            Kind::Text,
            r#""description": "What it is for.""#,
        ),
        required("type", Kind::Text, r#""type": "text""#),
        required("scope", Kind::Text, r#""scope": "user""#),
        optional("default", Kind::Any, r#""default": "kg""#),
        optional("min", Kind::Number, r#""min": 0"#),
        optional("max", Kind::Number, r#""max": 100"#),
        optional("step", Kind::Number, r#""step": 1"#),
        optional("pattern", Kind::Text, r#""pattern": "^[A-Z]{3}$""#),
        optional("placeholder", Kind::Text, r#""placeholder": "EDDF""#),
        optional(
            "options",
            Kind::List(&OPTION),
            r#""options": [{ "value": "kg", "label": "Kilograms" }]"#,
        ),
    ],
};

static OPTION: Shape = Shape {
    name: "an option",
    fields: &[
        required("value", Kind::Any, r#""value": "kg""#),
        required("label", Kind::Text, r#""label": "Kilograms""#),
    ],
};
