//! Index of lines, which converts byte offsets to positions.

use std::ops::Range;

use stratos_manifest::Position;

/// Index of a text, with the same results as [`stratos_manifest::position`]. A lookup reads at most [`STEP`] bytes.
#[derive(Debug)]
pub(super) struct LineIndex<'t> {
    text: &'t str,
    /// Positions at multiples of [`STEP`] bytes.
    marks: Vec<Position>,
}

/// Positions of a span; `end` is exclusive. Lines and columns count from 1, and columns count Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PositionRange {
    pub(super) start: Position,
    pub(super) end: Position,
}

/// Distance of indexed positions, in bytes.
const STEP: usize = 4096;

impl<'t> LineIndex<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let mut marks = Vec::new();
        let mut here = START;
        for (offset, character) in text.char_indices() {
            if marks.len() * STEP < offset + character.len_utf8() {
                marks.push(here);
            }
            here = after(here, character);
        }
        Self { text, marks }
    }

    pub(super) fn range(&self, span: &Range<usize>) -> PositionRange {
        PositionRange {
            start: self.position(span.start),
            end: self.position(span.end),
        }
    }

    fn position(&self, offset: usize) -> Position {
        let offset = self.boundary(offset);
        let Some(last) = self.marks.len().checked_sub(1) else {
            return START;
        };
        let mark = (offset / STEP).min(last);
        let between = &self.text[self.boundary(mark * STEP)..offset];
        between.chars().fold(self.marks[mark], after)
    }

    /// Offset of the character that contains the byte at `offset`, at most the length of the text.
    fn boundary(&self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    }
}

const START: Position = Position { line: 1, column: 1 };

const fn after(here: Position, character: char) -> Position {
    match character {
        '\n' => Position {
            line: here.line + 1,
            column: 1,
        },
        _ => Position {
            column: here.column + 1,
            ..here
        },
    }
}

#[cfg(test)]
mod tests {
    use stratos_manifest::position;

    use super::*;

    #[test]
    fn positions_are_those_of_the_linter_engine() {
        let long = "ä🛩\r\nabc\n".repeat(1_500);
        let exact = "x".repeat(2 * STEP);
        for text in ["", "\n", "{\n  \"näme\": 🛩x\r\n}", &long, &exact] {
            let lines = LineIndex::new(text);
            for offset in 0..text.len() + 3 {
                assert_eq!(lines.position(offset), position(text, offset), "{offset}");
            }
        }
    }
}
