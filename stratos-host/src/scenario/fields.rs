//! A table of the file: reads values of the right kind, and notes what is none.

use std::time::Duration;

use serde_json::{Map, Number, Value};
use stratos_manifest::closest;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::scenario::mistakes::Mistakes;
use crate::scenario::time;

/// One table, with the place of its head for what is missing in it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields<'t> {
    table: &'t DeTable<'t>,
    mistakes: &'t Mistakes<'t>,
    at: usize,
}

impl<'t> Fields<'t> {
    pub(super) fn of(table: &'t DeTable<'t>, at: usize, mistakes: &'t Mistakes<'t>) -> Self {
        Self {
            table,
            mistakes,
            at,
        }
    }

    /// Notes every key that is none of these; `of` says whose keys they are.
    pub(super) fn only(&self, keys: &[&str], of: &str) {
        for key in self.table.keys() {
            let name = key.get_ref();
            if !keys.contains(&&**name) {
                let name = name.escape_debug();
                let meant = suggestion(&name.to_string(), keys);
                let at = key.span().start;
                self.mistakes
                    .add(at, format!("{of} has no key `{name}`{meant}"));
            }
        }
    }

    /// Notes a key that must be there and is not.
    pub(super) fn needs(&self, key: &str, of: &str) -> bool {
        let has = self.has(key);
        if !has {
            self.mistakes.add(self.at, format!("{of} needs `{key}`"));
        }
        has
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Where its head stands, counted from 1.
    pub(super) fn line(&self) -> usize {
        self.mistakes.line(self.at)
    }

    /// Where a value stands, or the table where there is none.
    pub(super) fn place(&self, key: &str) -> usize {
        self.get(key).map_or(self.at, |value| value.span().start)
    }

    pub(super) fn mistake(&self, key: &str, message: impl Into<String>) {
        self.mistakes.add(self.place(key), message);
    }

    /// A text that is not empty.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.read(key, "a text in quotes that is not empty", |value| {
            let text = value.as_str().filter(|text| !text.is_empty())?;
            Some(text.to_owned())
        })
    }

    /// One of a few words; what they are is part of the message.
    pub(super) fn word(
        &self,
        key: &str,
        what: &str,
        words: &[&'static str],
    ) -> Option<&'static str> {
        let text = self.text(key)?;
        let found = words.iter().find(|word| **word == text);
        if found.is_none() {
            let meant = match suggestion(&text, words) {
                none if none.is_empty() => format!("; there are {}", words.join(", ")),
                meant => meant,
            };
            let text = text.escape_debug();
            self.mistake(key, format!("there is no {what} `{text}`{meant}"));
        }
        found.copied()
    }

    pub(super) fn time(&self, key: &str) -> Option<Duration> {
        let form = "a time of at most a day: numbers with units, such as `10s`, `500ms` or `1m30s`";
        self.read(key, form, |value| time::parse(value.as_str()?))
    }

    /// A whole number from `least` to `most`.
    pub(super) fn number(&self, key: &str, least: u16, most: u16) -> Option<u16> {
        let form = format!("a number from {least} to {most}");
        self.read(key, &form, |value| {
            let number = value.as_integer()?;
            let number = u16::from_str_radix(number.as_str(), number.radix()).ok()?;
            (least..=most).contains(&number).then_some(number)
        })
    }

    /// Any value that JSON has as well.
    pub(super) fn value(&self, key: &str) -> Option<Value> {
        self.read(key, "a value that JSON has as well", json)
    }

    pub(super) fn table(&self, key: &str) -> Option<Self> {
        self.read(key, "a table", |value| {
            Some(Self::of(value.as_table()?, self.place(key), self.mistakes))
        })
    }

    /// `[[key]]`: all tables of that name.
    pub(super) fn tables(&self, key: &str) -> Vec<Self> {
        let form = format!("a list of tables, each below a line `[[{key}]]`");
        let all = self.read(key, &form, |value| {
            let array = value.as_array()?.iter();
            array
                .map(|each| {
                    Some(Self::of(
                        each.get_ref().as_table()?,
                        each.span().start,
                        self.mistakes,
                    ))
                })
                .collect()
        });
        all.unwrap_or_default()
    }

    /// All tables in it, by their names.
    pub(super) fn named(&self) -> Vec<(String, Self)> {
        let mut all = Vec::new();
        for (key, value) in self.table {
            let at = key.span().start;
            match value.get_ref().as_table() {
                Some(table) => all.push((
                    key.get_ref().to_string(),
                    Self::of(table, at, self.mistakes),
                )),
                None => self.mistakes.add(at, "it must be a table"),
            }
        }
        all
    }

    fn read<T>(
        &self,
        key: &str,
        form: &str,
        read: impl FnOnce(&'t DeValue<'t>) -> Option<T>,
    ) -> Option<T> {
        let found = read(self.get(key)?.get_ref());
        if found.is_none() {
            self.mistake(key, format!("`{key}` must be {form}"));
        }
        found
    }

    fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.table.get(key)
    }
}

/// `: did you mean ...?`, where something is near enough.
pub(super) fn suggestion(word: &str, words: &[&str]) -> String {
    match closest(word, words.iter().copied()) {
        Some(near) => format!(": did you mean `{near}`?"),
        None => String::new(),
    }
}

fn json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix());
            Value::Number(number.ok()?.into())
        }
        // Infinite ones have no JSON form.
        DeValue::Float(number) => Value::Number(Number::from_f64(number.as_str().parse().ok()?)?),
        DeValue::Boolean(yes) => Value::Bool(*yes),
        DeValue::Datetime(time) => Value::String(time.to_string()),
        DeValue::Array(array) => {
            let values = array.iter().map(|value| json(value.get_ref()));
            Value::Array(values.collect::<Option<_>>()?)
        }
        DeValue::Table(table) => {
            let pairs = table.iter().map(|(key, value)| {
                let value = json(value.get_ref())?;
                Some((key.get_ref().to_string(), value))
            });
            Value::Object(pairs.collect::<Option<Map<_, _>>>()?)
        }
    })
}
