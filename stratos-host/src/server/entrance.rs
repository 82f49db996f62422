//! How this process reaches its own server: over the port, or through the door where there is none.

use axum::body::Body;
use axum::http::{Request, Response};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use crate::server::Door;
use crate::shell::chain;

/// Where requests of the shell itself go in.
#[derive(Debug)]
pub(crate) struct Entrance {
    pub(crate) port: u16,
    pub(crate) door: Option<Door>,
}

impl Entrance {
    /// Scheme, host and port.
    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sends a request with an absolute URI; the text says why there is no answer.
    pub(crate) async fn request(&self, request: Request<Body>) -> Result<Response<Body>, String> {
        match &self.door {
            Some(door) => {
                let answer = door.request(request).await;
                answer.map_err(|error| chain(&error))
            }
            None => {
                let client = Client::builder(TokioExecutor::new()).build_http();
                let answer = client.request(request).await;
                Ok(answer.map_err(|error| chain(&error))?.map(Body::new))
            }
        }
    }
}
