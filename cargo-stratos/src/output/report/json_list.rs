//! JSON with one long list, printed item by item.

use serde::Serialize;

use crate::error::Error;
use crate::output::{Output, to_json};

/// Prints a JSON text that contains one long list. The items are not kept in memory.
pub(super) struct JsonListWriter<'a> {
    output: &'a Output,
    /// Text before the next item: the head of the JSON text, then a comma.
    separator: String,
}

impl<'a> JsonListWriter<'a> {
    /// `head` is the JSON text before the first item. It is printed with the first item, so that an early error leaves
    /// no incomplete JSON behind.
    pub(super) const fn new(output: &'a Output, head: String) -> Self {
        Self {
            output,
            separator: head,
        }
    }

    pub(super) fn push(&mut self, item: &impl Serialize) -> Result<(), Error> {
        let separator = std::mem::replace(&mut self.separator, ",".to_owned());
        self.output
            .text(format_args!("{separator}{}", to_json(item)))
    }

    /// `tail` is the JSON text after the last item.
    pub(super) fn finish(&mut self, tail: &str) -> Result<(), Error> {
        let head = match &*self.separator {
            "," => "",
            head => head,
        };
        self.output.line(format_args!("{head}{tail}"))
    }
}
