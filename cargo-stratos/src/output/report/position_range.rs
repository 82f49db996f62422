//! Spans as lines and columns.

use std::ops::Range;

use stratos_manifest::{Position, position};

/// Positions of a span; `end` is exclusive. Lines and columns count from 1, and columns count Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PositionRange {
    pub(super) start: Position,
    pub(super) end: Position,
}

impl PositionRange {
    pub(super) fn new(text: &str, span: &Range<usize>) -> Self {
        Self {
            start: position(text, span.start),
            end: position(text, span.end),
        }
    }
}
