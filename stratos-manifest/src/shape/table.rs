//! Which keys a manifest's objects have, and of which kind.

use crate::model::{PluginType, SettingScope, SettingType};

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
    /// One of these words.
    OneOf(&'static [&'static str]),
    Number,
    Object(&'static Shape),
    List(&'static Shape),
    Any,
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

pub(super) static MANIFEST: Shape = Shape {
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
        required("type", Kind::OneOf(PluginType::NAMES), r#""type": "user""#),
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

pub(super) static SETTING: Shape = Shape {
    name: "a setting",
    fields: &[
        required("key", Kind::Text, r#""key": "fuel_unit""#),
        required("name", Kind::Text, r#""name": "Fuel unit""#),
        optional(
            "description",
            Kind::Text,
            r#""description": "What it is for.""#,
        ),
        required("type", Kind::OneOf(SettingType::NAMES), r#""type": "text""#),
        required(
            "scope",
            Kind::OneOf(SettingScope::NAMES),
            r#""scope": "user""#,
        ),
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
