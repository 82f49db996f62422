//! The schema of each object of a manifest, as a table.

use jsonc_parser::ast::{Object as JsonObject, ObjectProp};

use self::FieldKind::{Any, List, Number, Object, OneOf, Text};
use crate::{
    model::{PluginType, SettingScope, SettingType},
    syntax,
};

/// The schema of one kind of object: its known fields.
#[derive(Debug)]
pub(crate) struct ObjectSchema {
    /// The name of the object in messages, with its article or in backticks.
    pub(crate) name: &'static str,
    pub(crate) fields: &'static [Field],
}

/// A field of an object.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) key: &'static str,
    pub(crate) kind: FieldKind,
    pub(crate) required: bool,
    /// The key with a valid value, as JSON, for help texts.
    pub(crate) example: &'static str,
    /// Other keys that some version of the platform's documentation uses for this field; their values are checked like
    /// the field's own.
    pub(crate) aliases: &'static [&'static str],
    /// Wrong keys that authors are likely to write for this field.
    pub(crate) synonyms: &'static [&'static str],
}

impl Field {
    /// The property of this field: the one with its key, or else with one of its aliases.
    pub(crate) fn find<'t, 'a>(&self, object: &'t JsonObject<'a>) -> Option<&'t ObjectProp<'a>> {
        [self.key]
            .iter()
            .chain(self.aliases)
            .find_map(|key| syntax::find(object, key))
    }
}

/// The kind of value that a field has to have.
#[derive(Debug)]
pub(crate) enum FieldKind {
    Text,
    /// A string that is one of these words.
    OneOf(&'static [&'static str]),
    Number,
    Object(&'static ObjectSchema),
    List(&'static ObjectSchema),
    Any,
}

const fn required(key: &'static str, kind: FieldKind, example: &'static str) -> Field {
    Field {
        key,
        kind,
        required: true,
        example,
        aliases: &[],
        synonyms: &[],
    }
}

const fn optional(key: &'static str, kind: FieldKind, example: &'static str) -> Field {
    Field {
        required: false,
        ..required(key, kind, example)
    }
}

/// The fields with this key, of all objects.
pub(crate) fn fields_named(key: &str) -> impl Iterator<Item = &'static Field> {
    [&MANIFEST, &AUTHOR, &BACKGROUND, &SETTING, &OPTION]
        .into_iter()
        .flat_map(|schema| schema.fields)
        .filter(move |field| field.key == key)
}

pub(super) static MANIFEST: ObjectSchema = ObjectSchema {
    name: "a manifest",
    fields: &[
        optional(
            "$schema",
            Text,
            r#""$schema": "https://cdn.skyvexsoftware.com/schemas/stratos-plugin.json""#,
        ),
        Field {
            synonyms: &["slug", "plugin id"],
            ..required("id", Text, r#""id": "my-plugin""#)
        },
        Field {
            synonyms: &["title", "display name", "label"],
            ..required("name", Text, r#""name": "My plugin""#)
        },
        required("version", Text, r#""version": "0.1.0""#),
        Field {
            synonyms: &["summary"],
            ..required(
                "description",
                Text,
                r#""description": "What the plugin does.""#,
            )
        },
        required("type", OneOf(PluginType::NAMES), r#""type": "user""#),
        required(
            "author",
            Object(&AUTHOR),
            r#""author": { "id": "my-name", "name": "My Name" }"#,
        ),
        Field {
            synonyms: &["light icon"],
            ..required("icon_light", Text, r#""icon_light": "icon-light.svg""#)
        },
        Field {
            synonyms: &["dark icon"],
            ..required("icon_dark", Text, r#""icon_dark": "icon-dark.svg""#)
        },
        optional(
            "background",
            Object(&BACKGROUND),
            r#""background": { "entryModule": "background/index.js" }"#,
        ),
        Field {
            aliases: &["settings"],
            synonyms: &[
                "config",
                "configuration",
                "options",
                "plugin settings",
                "preferences",
            ],
            ..optional(
                "availableSettings",
                List(&SETTING),
                r#""availableSettings": [{ "key": "fuel_unit", "name": "Fuel unit", "type": "text", "scope": "user" }]"#,
            )
        },
        Field {
            synonyms: &["url", "website", "web", "site"],
            ..optional(
                "homepage",
                // Undocumented, so that a wrong kind is at most a warning, by `malformed-homepage`.
                Any,
                r#""homepage": "https://fleet.example""#,
            )
        },
    ],
};

static AUTHOR: ObjectSchema = ObjectSchema {
    name: "`author`",
    fields: &[
        Field {
            synonyms: &["slug", "handle", "username"],
            ..required("id", Text, r#""id": "my-name""#)
        },
        Field {
            synonyms: &["display name"],
            ..required("name", Text, r#""name": "My Name""#)
        },
        Field {
            synonyms: &["mail", "email", "email address"],
            ..optional("contact", Text, r#""contact": "jane@fleet.example""#)
        },
    ],
};

static BACKGROUND: ObjectSchema = ObjectSchema {
    name: "`background`",
    fields: &[Field {
        synonyms: &["entry", "entry point", "file", "main", "module", "path"],
        ..required(
            "entryModule",
            Text,
            r#""entryModule": "background/index.js""#,
        )
    }],
};

pub(super) static SETTING: ObjectSchema = ObjectSchema {
    name: "a setting",
    fields: &[
        Field {
            synonyms: &["id", "setting id"],
            ..required("key", Text, r#""key": "fuel_unit""#)
        },
        Field {
            synonyms: &["title", "label", "display name"],
            ..required("name", Text, r#""name": "Fuel unit""#)
        },
        Field {
            synonyms: &["help", "help text", "hint", "tooltip"],
            ..optional("description", Text, r#""description": "What it is for.""#)
        },
        Field {
            synonyms: &["kind"],
            ..required("type", OneOf(SettingType::NAMES), r#""type": "text""#)
        },
        required("scope", OneOf(SettingScope::NAMES), r#""scope": "user""#),
        Field {
            synonyms: &["default value", "initial", "value"],
            ..optional("default", Any, r#""default": "kg""#)
        },
        Field {
            synonyms: &["minimum"],
            ..optional("min", Number, r#""min": 0"#)
        },
        Field {
            synonyms: &["maximum"],
            ..optional("max", Number, r#""max": 100"#)
        },
        optional("step", Number, r#""step": 1"#),
        Field {
            synonyms: &["regex", "regexp"],
            ..optional("pattern", Text, r#""pattern": "^[A-Z]{4}$""#)
        },
        optional("placeholder", Text, r#""placeholder": "EDDF""#),
        Field {
            synonyms: &["choices", "values", "enum", "items"],
            ..optional(
                "options",
                List(&OPTION),
                r#""options": [{ "value": "kg", "label": "Kilograms" }]"#,
            )
        },
    ],
};

static OPTION: ObjectSchema = ObjectSchema {
    name: "an option",
    fields: &[
        Field {
            synonyms: &["id", "key"],
            ..required("value", Any, r#""value": "kg""#)
        },
        Field {
            synonyms: &["display name", "name", "text", "title"],
            ..required("label", Text, r#""label": "Kilograms""#)
        },
    ],
};

#[cfg(all(test, feature = "full"))]
mod tests {
    use super::*;
    use crate::{ProjectFacts, check};

    /// An object of the fields' examples.
    fn object<'f>(fields: impl IntoIterator<Item = &'f Field>) -> String {
        let examples: Vec<_> = fields.into_iter().map(|field| field.example).collect();
        format!("{{ {} }}", examples.join(", "))
    }

    /// A manifest of the examples of all fields, with the values in `others` instead of some.
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
    fn examples_in_help_texts_are_clean() {
        assert_clean(&manifest(&[]));
        assert_clean(&manifest(&[
            ("author", object(AUTHOR.fields)),
            ("background", object(BACKGROUND.fields)),
        ]));
        for field in SETTING.fields {
            // An optional field is allowed with some types only.
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
