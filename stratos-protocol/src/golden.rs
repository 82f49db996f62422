//! Compares the bytes of every message with the line pinned for it.
//!
//! A changed line is a changed protocol: it needs a new protocol version or a new feature.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::SERVICES;
use crate::message::Message;
use crate::method::{Notification, Request};

/// The methods of a service and the lines that pin their messages.
pub(crate) struct Service {
    pub(crate) methods: &'static [&'static str],
    pub(crate) golden_lines: fn() -> Vec<GoldenLine>,
}

/// A message of a service as it is written now, and as it must be written.
pub(crate) struct GoldenLine {
    /// `None` for a response, which does not name its method.
    method: Option<&'static str>,
    written: String,
    pinned: &'static str,
}

/// A request with the id 1.
pub(crate) fn request<R: Request + PartialEq>(params: &R, pinned: &'static str) -> GoldenLine {
    let written = Message::request(1, params).unwrap().to_line();
    let Ok(Message::Request { params: raw, .. }) = Message::parse(&written) else {
        panic!("not parsed as a request: {written}")
    };
    assert_decodes(raw.get(), params);
    GoldenLine {
        method: Some(R::METHOD),
        written,
        pinned,
    }
}

/// A notification.
pub(crate) fn notification<N: Notification + PartialEq>(
    params: &N,
    pinned: &'static str,
) -> GoldenLine {
    let written = Message::notification(params).unwrap().to_line();
    let Ok(Message::Notification { params: raw, .. }) = Message::parse(&written) else {
        panic!("not parsed as a notification: {written}")
    };
    assert_decodes(raw.get(), params);
    GoldenLine {
        method: Some(N::METHOD),
        written,
        pinned,
    }
}

/// A successful response to a request of type `R` with the id 1.
pub(crate) fn response<R: Request>(result: &R::Result, pinned: &'static str) -> GoldenLine
where
    R::Result: PartialEq,
{
    let outcome = Ok(Message::encode(result).unwrap());
    let written = Message::Response { id: 1, outcome }.to_line();
    let Ok(Message::Response {
        outcome: Ok(raw), ..
    }) = Message::parse(&written)
    else {
        panic!("not parsed as a response: {written}")
    };
    assert_decodes(raw.get(), result);
    GoldenLine {
        method: None,
        written,
        pinned,
    }
}

fn assert_decodes<T: Serialize + DeserializeOwned + PartialEq + fmt::Debug>(json: &str, value: &T) {
    assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value);
}

#[test]
fn messages_are_written_as_their_golden_lines() {
    for line in SERVICES.iter().flat_map(|service| (service.golden_lines)()) {
        assert_eq!(line.written, line.pinned);
    }
}

#[test]
fn every_method_has_a_golden_line() {
    for service in SERVICES {
        let lines = (service.golden_lines)();
        let pinned: BTreeSet<_> = lines.iter().filter_map(|line| line.method).collect();
        let methods: BTreeSet<_> = service.methods.iter().copied().collect();
        assert_eq!(
            pinned, methods,
            "methods with golden lines, and all methods"
        );
    }
}

#[test]
fn no_two_services_have_the_same_method() {
    let mut methods = BTreeSet::new();
    for method in SERVICES.iter().flat_map(|service| service.methods) {
        assert!(methods.insert(method), "{method}");
    }
}
