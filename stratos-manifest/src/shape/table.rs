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
    /// Names that some documentation has for it.
    pub(crate) aliases: &'static [&'static str],
    /// Words that mean the same, and that people write by heart.
    pub(crate) synonyms: &'static [&'static str],
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
        synonyms: &[],
    }
}

const fn optional(key: &'static str, kind: Kind, example: &'static str) -> Field {
    Field {
        required: false,
        ..required(key, kind, example)
    }
}

/// The fields of this key, in whatever objects.
pub(crate) fn fields_named(key: &str) -> impl Iterator<Item = &'static Field> {
    [&MANIFEST, &AUTHOR, &BACKGROUND, &SETTING, &OPTION]
        .into_iter()
        .flat_map(|shape| shape.fields)
        .filter(move |field| field.key == key)
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
        Field {
            synonyms: &["url", "website", "web", "site"],
            ..optional(
                "homepage",
                // No document knows it: what it has to be is for a rule that warns.
                Kind::Any,
                r#""homepage": "https://fleet.example""#,
            )
        },
    ],
};

static AUTHOR: Shape = Shape {
    name: "`author`",
    fields: &[
        required("id", Kind::Text, r#""id": "my-name""#),
        required("name", Kind::Text, r#""name": "My Name""#),
        Field {
            synonyms: &["mail", "email", "email address"],
            ..optional("contact", Kind::Text, r#""contact": "jane@fleet.example""#)
        },
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
        Field {
            synonyms: &["default value", "initial"],
            ..optional("default", Kind::Any, r#""default": "kg""#)
        },
        Field {
            synonyms: &["minimum"],
            ..optional("min", Kind::Number, r#""min": 0"#)
        },
        Field {
            synonyms: &["maximum"],
            ..optional("max", Kind::Number, r#""max": 100"#)
        },
        optional("step", Kind::Number, r#""step": 1"#),
        optional("pattern", Kind::Text, r#""pattern": "^[A-Z]{4}$""#),
        optional("placeholder", Kind::Text, r#""placeholder": "EDDF""#),
        Field {
            synonyms: &["choices", "values"],
            ..optional(
                "options",
                Kind::List(&OPTION),
                r#""options": [{ "value": "kg", "label": "Kilograms" }]"#,
            )
        },
    ],
};

static OPTION: Shape = Shape {
    name: "an option",
    fields: &[
        required("value", Kind::Any, r#""value": "kg""#),
        required("label", Kind::Text, r#""label": "Kilograms""#),
    ],
};

#[cfg(all(test, feature = "full"))]
mod tests {
    use super::*;
    use crate::{ProjectFacts, check};

    /// The examples of these fields, in one object.
    fn object<'f>(fields: impl IntoIterator<Item = &'f Field>) -> String {
        let examples: Vec<_> = fields.into_iter().map(|field| field.example).collect();
        format!("{{ {} }}", examples.join(", "))
    }

    /// All fields of the manifest, of which some are other ones than usual.
    fn manifest(others: &[(&str, String)]) -> String {
        let fields = MANIFEST.fields.iter().map(|field| {
            let other = others.iter().find(|(key, _)| *key == field.key);
            other.map_or(field.example.to_owned(), |(key, value)| {
                format!("\"{key}\": {value}")
            })
        });
        format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
    }

    fn assert_clean(source: &str) {
        let found = check(source.as_bytes(), &ProjectFacts::none()).diagnostics;
        assert_eq!(found, [], "{source}");
    }

    #[test]
    fn no_rule_reports_what_our_messages_suggest() {
        assert_clean(&manifest(&[]));
        assert_clean(&manifest(&[
            ("author", object(AUTHOR.fields)),
            ("background", object(BACKGROUND.fields)),
        ]));
        for field in SETTING.fields {
            // Of the optional ones each belongs to some types only.
            let kind = match field.key {
                "min" | "max" | "step" => r#""type": "number""#,
                "options" => r#""type": "list""#,
                _ => r#""type": "text""#,
            };
            let required = SETTING.fields.iter().filter(|field| field.required);
            let mut setting = object(required.chain((!field.required).then_some(field)));
            setting = setting.replace(r#""type": "text""#, kind);
            assert!(setting.contains(field.key) && setting.contains(kind));
            assert_clean(&manifest(&[("availableSettings", format!("[{setting}]"))]));
        }
    }
}
