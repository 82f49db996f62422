//! IPC handlers: what they are sent, and what they answer.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stratos_protocol::RpcError;

use super::HookError;
use crate::context::{decode, encode, failed};

/// A payload on its way to a handler.
#[derive(Debug)]
pub struct Question {
    pub(super) channel: &'static str,
    pub(super) payload: Value,
}

/// What a handler may take.
#[diagnostic::on_unimplemented(
    message = "an `#[ipc]` handler cannot be sent a `{Self}`",
    label = "cannot be read from JSON",
    note = "derive `serde::Deserialize` for it (and for what it consists of), or take a `serde_json::Value`"
)]
pub trait IpcPayload: Sized {
    fn read(question: Question) -> Result<Self, RpcError>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> IpcPayload for T {
    fn read(question: Question) -> Result<Self, RpcError> {
        decode(question.payload).map_err(|wrong| wrong.on(question.channel))
    }
}

/// The payload as the handler wants it.
pub fn payload<T: IpcPayload>(question: Question) -> Result<T, RpcError> {
    T::read(question)
}

/// What a handler may answer.
#[diagnostic::on_unimplemented(
    message = "an `#[ipc]` handler cannot answer with `{Self}`",
    label = "cannot be written as JSON",
    note = "derive `serde::Serialize` for it (and for what it consists of), or return a `serde_json::Value`"
)]
pub trait IpcAnswer {
    fn write(self) -> Result<Value, RpcError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> IpcAnswer for T {
    fn write(self) -> Result<Value, RpcError> {
        encode(&self)
    }
}

/// The answer as the shell takes it.
pub fn answer<T: IpcAnswer>(answer: T) -> Result<Value, RpcError> {
    answer.write()
}

/// The answer of a handler that cannot fail.
#[derive(Debug)]
pub struct PlainAnswer;

impl PlainAnswer {
    pub fn ok<T>(self, answer: T) -> Result<T, RpcError> {
        Ok(answer)
    }
}

/// The answer of a handler that returns a `Result`.
#[derive(Debug)]
pub struct FallibleAnswer;

impl FallibleAnswer {
    pub fn ok<T, E: HookError>(self, answer: Result<T, E>) -> Result<T, RpcError> {
        answer.map_err(|error| failed(&*error.into_error()))
    }
}

/// Chosen by `(&answer).__stratos_kind()` where the answer is a `Result`, however its type is written: the method is
/// found before that of [`Plain`], which takes one more reference. The name is one that no answer's own type has, since
/// a method of its own would be found first.
pub trait Fallible {
    fn __stratos_kind(&self) -> FallibleAnswer;
}

impl<T, E> Fallible for Result<T, E> {
    fn __stratos_kind(&self) -> FallibleAnswer {
        FallibleAnswer
    }
}

/// Chosen by `(&answer).__stratos_kind()` for everything else.
pub trait Plain {
    fn __stratos_kind(&self) -> PlainAnswer;
}

impl<T> Plain for &T {
    fn __stratos_kind(&self) -> PlainAnswer {
        PlainAnswer
    }
}
