//! Payloads and results of IPC handlers.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use stratos_protocol::RpcError;

use super::HookError;
use crate::context::{decode_payload, encode_answer};
use crate::error::handler_failed;

/// Call of an IPC handler.
#[derive(Debug)]
pub struct IpcCall {
    pub(super) channel: &'static str,
    pub(super) payload: Value,
}

/// Payload type of an IPC handler.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the payload of an `#[ipc]` handler",
    label = "cannot be deserialized from JSON",
    note = "derive `serde::Deserialize` for it and for the types of its fields, or take a `serde_json::Value`"
)]
pub trait IpcPayload: Sized {
    fn decode(call: IpcCall) -> Result<Self, RpcError>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> IpcPayload for T {
    fn decode(call: IpcCall) -> Result<Self, RpcError> {
        decode_payload(call.channel, call.payload)
    }
}

/// Deserializes the payload of a call.
pub fn payload<T: IpcPayload>(call: IpcCall) -> Result<T, RpcError> {
    T::decode(call)
}

/// Return type of an IPC handler.
#[diagnostic::on_unimplemented(
    message = "an `#[ipc]` handler cannot return `{Self}`",
    label = "cannot be serialized to JSON",
    note = "derive `serde::Serialize` for it and for the types of its fields, or return a `serde_json::Value`"
)]
pub trait IpcAnswer {
    fn encode(self) -> Result<Value, RpcError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> IpcAnswer for T {
    fn encode(self) -> Result<Value, RpcError> {
        encode_answer(&self)
    }
}

/// Serializes the answer of a handler.
pub fn answer<T: IpcAnswer>(answer: T) -> Result<Value, RpcError> {
    answer.encode()
}

/// Kind of answer that is no `Result`.
#[derive(Debug)]
pub struct PlainAnswer;

impl PlainAnswer {
    pub fn ok<T>(self, answer: T) -> Result<T, RpcError> {
        Ok(answer)
    }
}

/// Kind of answer that is a `Result`.
#[derive(Debug)]
pub struct FallibleAnswer;

impl FallibleAnswer {
    pub fn ok<T, E: HookError>(self, answer: Result<T, E>) -> Result<T, RpcError> {
        answer.map_err(|error| handler_failed(&*error.into_error()))
    }
}

/// Autoref specialization for answers that are a `Result`, also through a type alias.
///
/// `(&answer).__stratos_kind()` resolves to this method before that of [`Plain`], which takes one more reference. An
/// inherent method of the answer's type would take precedence, hence the unusual name.
pub trait Fallible {
    fn __stratos_kind(&self) -> FallibleAnswer;
}

impl<T, E> Fallible for Result<T, E> {
    fn __stratos_kind(&self) -> FallibleAnswer {
        FallibleAnswer
    }
}

/// Autoref specialization for all other answers; see [`Fallible`].
pub trait Plain {
    fn __stratos_kind(&self) -> PlainAnswer;
}

impl<T> Plain for &T {
    fn __stratos_kind(&self) -> PlainAnswer {
        PlainAnswer
    }
}
