//! A list that is printed as it comes.

use serde::Serialize;

use crate::error::Error;
use crate::output::{Output, to_json};

/// A JSON text around one long list, whose members are not kept: memory does not grow with them.
pub(super) struct ListStream<'a> {
    output: &'a Output,
    /// What stands before the next member.
    before: String,
}

impl<'a> ListStream<'a> {
    /// Nothing is printed before there is something to print, so that an early failure leaves no half object behind.
    pub(super) const fn new(output: &'a Output, head: String) -> Self {
        Self {
            output,
            before: head,
        }
    }

    pub(super) fn push(&mut self, member: &impl Serialize) -> Result<(), Error> {
        let before = std::mem::replace(&mut self.before, ",".to_owned());
        self.output
            .piece(format_args!("{before}{}", to_json(member)))
    }

    pub(super) fn end(&mut self, tail: &str) -> Result<(), Error> {
        let head = match &*self.before {
            "," => "",
            head => head,
        };
        self.output.line(format_args!("{head}{tail}"))
    }
}
