//! Local API of a demo airline, for a plugin without a configured address.
//!
//! A real plugin does not need this module, since it uses the API of its airline.

use std::io;

use stratos::PluginContext;
use stratos::axum::http::header::AUTHORIZATION;
use stratos::axum::http::{HeaderMap, StatusCode};
use stratos::axum::{self, Json, Router, routing::get};
use stratos::tokio::net::TcpListener;

use crate::airline::Aircraft;

/// Starts the API on a free port and returns its address. The API ends with the plugin.
pub(crate) async fn start(ctx: &PluginContext) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    ctx.logger.info(
        "demo",
        format_args!("`api_url` is not set; using a demo API at {url}"),
    );
    let logger = ctx.logger.clone();
    ctx.spawn("demo-api", async move {
        let router = Router::new().route("/fleet", get(fleet));
        if let Err(error) = axum::serve(listener, router).await {
            logger.error_from("demo", "the demo API has ended", &error);
        }
    });
    Ok(url)
}

async fn fleet(headers: HeaderMap) -> Result<Json<Vec<Aircraft>>, StatusCode> {
    if !has_token(&headers) {
        return Err(StatusCode::UNAUTHORIZED);
    }
    let aircraft = |id: &str, name: &str, location: &str, pilot: Option<&str>| Aircraft {
        id: id.to_owned(),
        name: name.to_owned(),
        location: location.to_owned(),
        pilot: pilot.map(str::to_owned),
    };
    Ok(Json(vec![
        aircraft("VA-001", "Airbus A320neo", "EDDF", Some("Ada")),
        aircraft("VA-002", "Boeing 737-800", "LHBP", None),
        aircraft("VA-003", "ATR 72-600", "LOWI", Some("Bertrand")),
        aircraft("VA-004", "Airbus A350-900", "KJFK", None),
    ]))
}

fn has_token(headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok());
    value
        .and_then(|value| value.strip_prefix("Bearer "))
        .is_some_and(|token| !token.is_empty())
}
