//! `--env`: variables for the plugins.

use std::collections::BTreeMap;
use std::ffi::OsString;

use stratos_host::config::validate_env_var;

use crate::context::Context;
use crate::error::Error;

/// `NAME=VALUE`, or `NAME` with the value that it has here.
pub(super) fn variables(
    cx: &Context,
    wanted: &[String],
) -> Result<BTreeMap<String, OsString>, Error> {
    wanted.iter().map(|one| variable(cx, one)).collect()
}

fn variable(cx: &Context, wanted: &str) -> Result<(String, OsString), Error> {
    let usage = |message: String, help: &str| Error::Usage {
        message,
        help: Some(help.to_owned()),
    };
    let (name, value) = match wanted.split_once('=') {
        Some((name, value)) => (name, Some(OsString::from(value))),
        None => (wanted, cx.env_var(wanted)),
    };
    let Some(value) = value else {
        let message = format!("`--env {name}`: there is no such variable here to pass on");
        return Err(usage(message, "give it a value with `--env NAME=VALUE`"));
    };
    match validate_env_var(name, value.as_encoded_bytes()) {
        Ok(()) => Ok((name.to_owned(), value)),
        Err(error) => Err(usage(
            format!("`--env {name}`: {error}"),
            "give it another name",
        )),
    }
}
