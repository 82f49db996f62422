//! Typed parameters and results for the methods of a [`Handler`](crate::Handler).

use std::error::Error;

use serde::Deserialize;
use serde_json::value::RawValue;
use stratos_protocol::{ErrorCode, Message, Request, RpcError};

/// Decodes the parameters of a request, runs its handler and encodes the result.
///
/// # Errors
///
/// [`ErrorCode::InvalidParams`] if the parameters do not decode, [`ErrorCode::Internal`] if the result has no JSON
/// form, otherwise the error that the handler returned.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use serde_json::value::RawValue;
/// use stratos_protocol::ipc::Invoke;
/// use stratos_transport::rpc;
///
/// let params = RawValue::from_string(r#"{"channel":"echo","payload":7}"#.to_owned())?;
/// let result = rpc::respond(&params, async |invoke: Invoke| Ok(invoke.payload)).await?;
/// assert_eq!(result.get(), "7");
/// # Ok(())
/// # }
/// ```
pub async fn respond<R, F>(
    params: &RawValue,
    handler: impl FnOnce(R) -> F,
) -> Result<Box<RawValue>, RpcError>
where
    R: Request,
    F: Future<Output = Result<R::Result, RpcError>>,
{
    let result = handler(decode(params)?).await?;
    encode::<R>(&result)
}

/// Decodes the parameters of a request or notification into a type that may borrow from them.
///
/// # Errors
///
/// [`ErrorCode::InvalidParams`] if the parameters do not have the shape of `T`.
pub fn decode<'a, T: Deserialize<'a>>(params: &'a RawValue) -> Result<T, RpcError> {
    serde_json::from_str(params.get()).map_err(|error| invalid_params(&error))
}

/// Encodes the result of a request of type `R`.
///
/// # Errors
///
/// [`ErrorCode::Internal`] if the result has no JSON form.
pub fn encode<R: Request>(result: &R::Result) -> Result<Box<RawValue>, RpcError> {
    Message::encode(result)
        .map_err(|error| RpcError::new(ErrorCode::Internal, stratos_protocol::error::chain(&error)))
}

/// The error for parameters that do not decode or break a rule of their method.
#[must_use]
pub fn invalid_params(error: &dyn Error) -> RpcError {
    RpcError::new(ErrorCode::InvalidParams, error.to_string())
}

/// The error for a method that the receiver does not implement.
///
/// `receiver` names the program in the message, such as `shell` or `plugin`.
#[must_use]
pub fn method_not_found(receiver: &str, method: &str) -> RpcError {
    RpcError::new(
        ErrorCode::MethodNotFound,
        format!("this {receiver} does not know the method `{method}`"),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;
    use stratos_protocol::ipc::Invoke;

    use super::*;

    fn raw(json: &str) -> Box<RawValue> {
        RawValue::from_string(json.to_owned()).unwrap()
    }

    #[tokio::test]
    async fn respond_returns_the_error_of_the_handler() {
        let params = raw(r#"{"channel":"x","payload":1}"#);
        let error = RpcError::new(ErrorCode::NoHandler, "no handler for `x`");
        let result = respond(&params, async |_: Invoke| Err(error.clone())).await;
        assert_eq!(result.unwrap_err(), error);
    }

    #[tokio::test]
    async fn params_of_the_wrong_shape_are_invalid() {
        let params = raw(r#"{"channel":7}"#);
        let result = respond(&params, async |_: Invoke| panic!("the handler ran")).await;
        assert_eq!(result.unwrap_err().code, ErrorCode::InvalidParams);
    }

    #[test]
    fn decoded_params_may_borrow_from_the_message() {
        #[derive(Deserialize)]
        struct RawInvoke<'a> {
            #[serde(borrow)]
            payload: &'a RawValue,
        }
        let params = raw(r#"{"channel":"x","payload":[1]}"#);
        let RawInvoke { payload } = decode(&params).unwrap();
        assert_eq!(payload.get(), "[1]");
    }

    #[test]
    fn a_result_without_a_json_form_is_an_internal_error() {
        #[derive(Debug, Serialize, Deserialize)]
        struct ListKeys {}

        impl Request for ListKeys {
            const METHOD: &'static str = "list_keys";
            type Result = BTreeMap<Vec<u8>, u8>;
        }

        let error = encode::<ListKeys>(&BTreeMap::from([(vec![1], 1)])).unwrap_err();
        assert_eq!(error.code, ErrorCode::Internal);
        assert_eq!(
            error.message,
            "cannot write the value as JSON: key must be a string"
        );
    }
}
