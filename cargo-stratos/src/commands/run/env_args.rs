//! Values of `--env`: environment variables for the plugins.

use std::collections::BTreeMap;
use std::ffi::OsString;

use stratos_host::config::validate_env_var;

use crate::context::Context;
use crate::error::Error;

/// Parses `NAME=VALUE`, or `NAME` for a variable of this process.
pub(super) fn parse_env(
    cx: &Context,
    args: &[String],
) -> Result<BTreeMap<String, OsString>, Error> {
    args.iter().map(|arg| parse_variable(cx, arg)).collect()
}

fn parse_variable(cx: &Context, arg: &str) -> Result<(String, OsString), Error> {
    let (name, value) = match arg.split_once('=') {
        Some((name, value)) => (name, Some(OsString::from(value))),
        None => (arg, cx.env_var(arg)),
    };
    let value = value.ok_or_else(|| {
        Error::usage(
            format!("`--env {name}`: this variable is not set"),
            "give it a value with `--env NAME=VALUE`",
        )
    })?;
    validate_env_var(name, value.as_encoded_bytes()).map_err(|error| {
        Error::usage(
            format!("`--env {name}`: {error}"),
            "use another name or value",
        )
    })?;
    Ok((name.to_owned(), value))
}
