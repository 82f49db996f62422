//! HTTP client of the suite: a connection for each request.

use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use stratos_tests::conformance::Request;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::conformance::driver::{Observed, Response};

/// Time for a response.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends a request, and reads the whole response.
pub(super) async fn exchange(address: SocketAddr, request: Request) -> Observed<Response> {
    let response = timeout(TIMEOUT, read_response(address, request)).await;
    response.map_err(|_| format!("no complete response within {TIMEOUT:?}"))?
}

async fn read_response(address: SocketAddr, request: Request) -> Observed<Response> {
    let response = send(address, request).await?;
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = response.into_body().collect().await;
    let body = body.map_err(|error| format!("the response is incomplete: {error}"))?;
    Ok(Response {
        status,
        header: Box::new(move |name| Some(headers.get(name)?.to_str().ok()?.to_owned())),
        body: body.to_bytes().to_vec(),
    })
}

/// Sends a request, and reads the first part of the response.
pub(super) async fn first_chunk(address: SocketAddr, request: Request) -> Observed<String> {
    let frame = async {
        let mut response = send(address, request).await?;
        Observed::Ok(response.body_mut().frame().await)
    };
    let frame = timeout(TIMEOUT, frame).await;
    let frame = frame.map_err(|_| format!("no part of a response within {TIMEOUT:?}"))??;
    let frame = frame.ok_or("the response has no body")?;
    let frame = frame.map_err(|error| error.to_string())?;
    let data = frame
        .into_data()
        .map_err(|_| "the response has trailers only")?;
    Ok(String::from_utf8_lossy(&data).into_owned())
}

async fn send(address: SocketAddr, request: Request) -> Observed<hyper::Response<Incoming>> {
    let failed = |error: &dyn std::fmt::Display| format!("no response to the request: {error}");
    let stream = TcpStream::connect(address).await;
    let stream = TokioIo::new(stream.map_err(|error| failed(&error))?);
    let (mut sender, connection) = http1::handshake(stream)
        .await
        .map_err(|error| failed(&error))?;
    // It ends with the response, which fails when the connection does.
    tokio::spawn(connection);
    let mut built = hyper::Request::builder()
        .method(request.method.as_str())
        .uri(request.path)
        .header("host", address.to_string());
    for (name, value) in request.headers {
        built = built.header(name, value);
    }
    let built = built.body(Full::new(Bytes::from(request.body)));
    let built = built.map_err(|error| failed(&error))?;
    sender
        .send_request(built)
        .await
        .map_err(|error| failed(&error))
}
