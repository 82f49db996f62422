//! The violations that the published JSON Schema finds, for comparison with those that the table finds.
//!
//! Only this module calls `jsonschema`, whose interface changes with most of its releases.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

use jsonc_parser::ast::Value;
use jsonschema::{
    Draft, PatternOptions, ValidationError, Validator, error::ValidationErrorKind,
    paths::LocationSegment,
};
use serde_json::Value as Json;

use crate::{
    schema::{
        SCHEMA,
        object::ObjectNode,
        violation::{SchemaViolation, ViolationKind},
    },
    syntax::{is_blank, to_json},
};

/// The compiled [`SCHEMA`].
#[derive(Debug)]
pub(super) struct JsonSchema {
    validator: Validator,
}

impl JsonSchema {
    pub(super) fn new() -> Self {
        let schema: Json = serde_json::from_str(SCHEMA).expect("our schema is JSON");
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            // Invalid URLs and regular expressions are warnings, by rules of their own.
            .should_validate_formats(false)
            // A regex engine with linear time, whatever the manifest says.
            .with_pattern_options(PatternOptions::regex())
            .build(&schema)
            .expect("our schema is a schema");
        Self { validator }
    }

    /// The same violations as those of [`find_violations`](super::find_violations), in the same order.
    pub(super) fn find_violations(
        &self,
        nodes: &[ObjectNode<'_>],
        root: &Value<'_>,
    ) -> Vec<SchemaViolation> {
        let value = to_json(root);
        if self.validator.is_valid(&value) {
            return Vec::new();
        }
        let index = NodeIndex::new(nodes);
        // Several keywords may reject one value; its kind is the first one, as in the table's validator.
        let mut found: BTreeMap<Target, ViolationKind> = BTreeMap::new();
        for error in self.validator.iter_errors(&value) {
            if let Some((target, kind)) = violation(&index, &error) {
                let kept = found.entry(target).or_insert(kind);
                *kept = kind.min(*kept);
            }
        }
        found
            .into_iter()
            .map(|(target, kind)| SchemaViolation {
                object: target.object,
                field: &nodes[target.object].schema.fields[target.field],
                element: target.element,
                kind,
            })
            .collect()
    }

    pub(super) fn accepts(&self, value: &Json) -> bool {
        self.validator.is_valid(value)
    }
}

/// The location of a violation, by indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    object: usize,
    field: usize,
    element: Option<usize>,
}

/// The violation that an error of the validator stands for; `None` if a rule of its own reports it.
fn violation(
    index: &NodeIndex<'_, '_>,
    error: &ValidationError<'_>,
) -> Option<(Target, ViolationKind)> {
    // The conditions on a setting's type are reported by the rules about ranges and choices.
    let is_conditional = error.evaluation_path().as_str().contains("/then/");
    if is_conditional {
        return None;
    }
    let path = error.instance_path();
    let segments: Vec<_> = path.segments().collect();
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            let object = index.object(&segments)?;
            let target = Target {
                object,
                field: index.field(object, property.as_str()?)?,
                element: None,
            };
            Some((target, ViolationKind::Missing))
        }
        ValidationErrorKind::Type { .. } => {
            Some((index.target(&segments)?, ViolationKind::WrongType))
        }
        // Most patterns have a rule of their own, except that no pattern matches a blank text.
        ValidationErrorKind::Pattern { .. } | ValidationErrorKind::Enum { .. } => {
            let text = error.instance().as_str()?;
            let kind = match error.kind() {
                _ if is_blank(text) => ViolationKind::Empty,
                ValidationErrorKind::Enum { .. } => ViolationKind::UnknownWord,
                _ => return None,
            };
            Some((index.target(&segments)?, kind))
        }
        _ => None,
    }
}

/// An index of the nodes by their path, to resolve the path in an error.
struct NodeIndex<'n, 't> {
    nodes: &'n [ObjectNode<'t>],
    /// The index of each node by its prefix. A prefix is unambiguous, because it consists of known keys.
    by_prefix: HashMap<&'n str, usize>,
}

impl<'n, 't> NodeIndex<'n, 't> {
    fn new(nodes: &'n [ObjectNode<'t>]) -> Self {
        let prefixes = nodes.iter().map(|node| node.prefix.as_str());
        Self {
            nodes,
            by_prefix: prefixes.zip(0..).collect(),
        }
    }

    /// The object at a path.
    fn object(&self, path: &[LocationSegment<'_>]) -> Option<usize> {
        let mut prefix = String::new();
        for segment in path {
            match segment {
                LocationSegment::Property(key) => prefix.push_str(key),
                LocationSegment::Index(index) => {
                    prefix.pop();
                    let _ = write!(prefix, "[{index}]");
                }
            }
            prefix.push('.');
        }
        self.by_prefix.get(prefix.as_str()).copied()
    }

    /// The field, or the element of a field, at a path.
    fn target(&self, path: &[LocationSegment<'_>]) -> Option<Target> {
        use LocationSegment::{Index, Property};
        let (parents, key, element) = match path {
            [parents @ .., Property(key), Index(element)] => (parents, key, Some(*element)),
            [parents @ .., Property(key)] => (parents, key, None),
            _ => return None,
        };
        let object = self.object(parents)?;
        let field = self.field(object, key)?;
        Some(Target {
            object,
            field,
            element,
        })
    }

    fn field(&self, object: usize, key: &str) -> Option<usize> {
        let fields = self.nodes[object].schema.fields;
        fields.iter().position(|field| field.key == key)
    }
}
