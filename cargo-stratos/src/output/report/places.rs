//! Lines and columns of many places in one text.

use std::ops::Range;

use stratos_manifest::Position;

/// As [`stratos_manifest::position`] counts, without reading the text from its start for each place.
#[derive(Debug)]
pub(super) struct Places<'t> {
    text: &'t str,
    /// The positions at each `STEP` bytes.
    marks: Vec<Position>,
}

/// From where to where, the end exclusive. Both count from 1, and columns count Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) start: Position,
    pub(super) end: Position,
}

/// The bytes that are read for a place at most.
const STEP: usize = 4096;

impl<'t> Places<'t> {
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

    pub(super) fn of(&self, span: &Range<usize>) -> Place {
        Place {
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

    /// The start of the character that the byte belongs to.
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
    fn counts_as_the_engine_does() {
        let long = "ä🛩\r\nabc\n".repeat(1_500);
        let exact = "x".repeat(2 * STEP);
        for text in ["", "\n", "{\n  \"näme\": 🛩x\r\n}", &long, &exact] {
            let places = Places::new(text);
            for offset in 0..text.len() + 3 {
                assert_eq!(places.position(offset), position(text, offset), "{offset}");
            }
        }
    }
}
