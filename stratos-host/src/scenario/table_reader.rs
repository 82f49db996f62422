//! Typed access to the tables of a scenario file.
//!
//! Serde ends at the first error; this reader reports all of them.

use std::fmt::Display;
use std::time::Duration;

use axum::http::Method;
use serde_json::{Map, Number, Value};
use stratos_manifest::closest;
use stratos_protocol::flight_state::Phase;
use stratos_protocol::ipc::check_channel;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::scenario::duration::parse_duration;
use crate::scenario::error::Diagnostics;

/// Reads the values of one table, and reports the ones that have a wrong type.
#[derive(Debug, Clone, Copy)]
pub(super) struct TableReader<'t> {
    table: &'t DeTable<'t>,
    diagnostics: &'t Diagnostics<'t>,
    /// Byte offset of the table's header, for errors about missing keys.
    offset: usize,
}

impl<'t> TableReader<'t> {
    pub(super) fn new(
        table: &'t DeTable<'t>,
        offset: usize,
        diagnostics: &'t Diagnostics<'t>,
    ) -> Self {
        Self {
            table,
            diagnostics,
            offset,
        }
    }

    /// Reports unknown and missing keys; `subject` names the table in messages. Returns whether the required keys
    /// exist.
    pub(super) fn check_keys(&self, subject: &str, required: &[&str], optional: &[&str]) -> bool {
        let known = [required, optional].concat();
        for key in self.table.keys() {
            let name = key.get_ref();
            if !known.contains(&&**name) {
                let name = name.escape_debug().to_string();
                let similar = suggestion(&name, &known);
                let message = format!("{subject} has no key `{name}`{similar}");
                self.diagnostics.add(key.span().start, message);
            }
        }
        let mut is_complete = true;
        for key in required.iter().filter(|key| !self.has(key)) {
            let message = format!("{subject} needs `{key}`");
            self.diagnostics.add(self.offset, message);
            is_complete = false;
        }
        is_complete
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    /// Line of the table's header, counted from 1.
    pub(super) fn line(&self) -> usize {
        self.diagnostics.line(self.offset)
    }

    /// Reports an error at a value, or at the table's header if the key is missing.
    pub(super) fn report(&self, key: &str, message: impl Into<String>) {
        self.diagnostics.add(self.offset_of(key), message);
    }

    /// A text that is not empty.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.read(key, "a text in quotes that is not empty", |value| {
            let text = value.as_str().filter(|text| !text.is_empty())?;
            Some(text.to_owned())
        })
    }

    /// A value that may be absent. The outer `None` is a value that is wrong.
    pub(super) fn optional<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Self, &str) -> Option<T>,
    ) -> Option<Option<T>> {
        match self.has(key) {
            true => read(self, key).map(Some),
            false => Some(None),
        }
    }

    /// The name of an IPC channel, without its prefix.
    pub(super) fn channel(&self, key: &str) -> Option<String> {
        let channel = self.text(key)?;
        let checked = check_channel(&channel);
        checked
            .map_err(|error| self.report(key, error.to_string()))
            .ok()?;
        Some(channel)
    }

    /// A value that must be one of `names`; error messages call the named things `kind`.
    pub(super) fn name(
        &self,
        key: &str,
        kind: &str,
        names: &[&'static str],
    ) -> Option<&'static str> {
        let text = self.text(key)?;
        let found = names.iter().find(|name| **name == text);
        if found.is_none() {
            let similar = match suggestion(&text, names) {
                none if none.is_empty() => format!("; there are {}", names.join(", ")),
                similar => similar,
            };
            let text = text.escape_debug();
            self.report(key, format!("there is no {kind} `{text}`{similar}"));
        }
        found.copied()
    }

    /// A phase of a flight.
    pub(super) fn phase(&self, key: &str) -> Option<Phase> {
        let names: Vec<_> = Phase::ALL.iter().map(Phase::as_str).collect();
        self.name(key, "phase", &names).map(Phase::from)
    }

    pub(super) fn duration(&self, key: &str) -> Option<Duration> {
        let form = "a time of at most a day: numbers with units, such as `10s`, `500ms` or `1m30s`";
        self.read(key, form, |value| parse_duration(value.as_str()?))
    }

    /// An integer within bounds, which are included.
    pub(super) fn integer<T>(&self, key: &str, min: T, max: T) -> Option<T>
    where
        T: TryFrom<u64> + PartialOrd + Display,
    {
        let form = format!("a number from {min} to {max}");
        self.read(key, &form, |value| {
            let number = value.as_integer()?;
            let number = u64::from_str_radix(number.as_str(), number.radix()).ok()?;
            let number = T::try_from(number).ok()?;
            (min..=max).contains(&number).then_some(number)
        })
    }

    /// A number, with or without decimals.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.read(key, "a number", to_number)
    }

    /// Two numbers, the smaller one first.
    pub(super) fn bounds(&self, key: &str) -> Option<(f64, f64)> {
        let form = "two numbers, the smaller one first, such as `[-600, -200]`";
        self.read(key, form, |value| {
            let numbers = value.as_array()?.iter();
            let numbers = numbers.map(|number| to_number(number.get_ref()));
            match numbers.collect::<Option<Vec<_>>>()?[..] {
                [min, max] if min <= max => Some((min, max)),
                _ => None,
            }
        })
    }

    pub(super) fn boolean(&self, key: &str) -> Option<bool> {
        self.read(key, "`true` or `false`", |value| value.as_bool())
    }

    /// Any value that has a JSON form.
    pub(super) fn json(&self, key: &str) -> Option<Value> {
        self.read(key, "a value that JSON has as well", to_json)
    }

    /// A path of an HTTP request.
    pub(super) fn path(&self, key: &str) -> Option<String> {
        let path = self.text(key)?;
        let is_valid = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_valid {
            self.report(
                key,
                format!("`{key}` must begin with `/`, and have no spaces"),
            );
        }
        is_valid.then_some(path)
    }

    /// An HTTP method in upper case.
    pub(super) fn method(&self, key: &str) -> Option<Method> {
        let form = "one such as `GET` or `POST`";
        self.read(key, form, |value| {
            let name = value.as_str()?.as_bytes();
            let method = Method::from_bytes(name).ok()?;
            name.iter().all(u8::is_ascii_uppercase).then_some(method)
        })
    }

    pub(super) fn table(&self, key: &str) -> Option<Self> {
        self.read(key, "a table", |value| {
            let table = value.as_table()?;
            Some(Self::new(table, self.offset_of(key), self.diagnostics))
        })
    }

    /// The tables of an array, each below a line `[[key]]`.
    pub(super) fn array_of_tables(&self, key: &str) -> Vec<Self> {
        let form = format!("a list of tables, each below a line `[[{key}]]`");
        let tables = self.read(key, &form, |value| {
            let values = value.as_array()?.iter();
            values
                .map(|value| {
                    let table = value.get_ref().as_table()?;
                    Some(Self::new(table, value.span().start, self.diagnostics))
                })
                .collect()
        });
        tables.unwrap_or_default()
    }

    /// All values of this table, which must be tables, by their keys.
    pub(super) fn subtables(&self) -> Vec<(String, Self)> {
        let mut tables = Vec::new();
        for (key, value) in self.table {
            let offset = key.span().start;
            let name = key.get_ref().to_string();
            match value.get_ref().as_table() {
                Some(table) => tables.push((name, Self::new(table, offset, self.diagnostics))),
                None => {
                    let message = format!("`{}` must be a table", name.escape_debug());
                    self.diagnostics.add(offset, message);
                }
            }
        }
        tables
    }

    /// Reads a value, and reports it if `read` returns `None`; `form` is the end of the sentence "... must be".
    fn read<T>(
        &self,
        key: &str,
        form: &str,
        read: impl FnOnce(&'t DeValue<'t>) -> Option<T>,
    ) -> Option<T> {
        let value = read(self.get(key)?.get_ref());
        if value.is_none() {
            self.report(key, format!("`{key}` must be {form}"));
        }
        value
    }

    fn get(&self, key: &str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.table.get(key)
    }

    /// Byte offset of a value, or of the table's header if the key is missing.
    fn offset_of(&self, key: &str) -> usize {
        self.get(key)
            .map_or(self.offset, |value| value.span().start)
    }
}

/// The end of a message about an unknown name: ": did you mean `...`?", or nothing if no name is similar.
pub(super) fn suggestion(unknown: &str, names: &[&str]) -> String {
    match closest(unknown, names.iter().copied()) {
        Some(similar) => format!(": did you mean `{similar}`?"),
        None => String::new(),
    }
}

fn to_number(value: &DeValue<'_>) -> Option<f64> {
    to_json(value)?.as_f64()
}

/// Converts a value to JSON; dates become strings. Returns `None` for a number that JSON does not have.
fn to_json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => {
            let number = i64::from_str_radix(number.as_str(), number.radix());
            Value::Number(number.ok()?.into())
        }
        DeValue::Float(number) => Value::Number(Number::from_f64(number.as_str().parse().ok()?)?),
        DeValue::Boolean(boolean) => Value::Bool(*boolean),
        DeValue::Datetime(datetime) => Value::String(datetime.to_string()),
        DeValue::Array(array) => {
            let values = array.iter().map(|value| to_json(value.get_ref()));
            Value::Array(values.collect::<Option<_>>()?)
        }
        DeValue::Table(table) => {
            let pairs = table.iter().map(|(key, value)| {
                let value = to_json(value.get_ref())?;
                Some((key.get_ref().to_string(), value))
            });
            Value::Object(pairs.collect::<Option<Map<_, _>>>()?)
        }
    })
}
