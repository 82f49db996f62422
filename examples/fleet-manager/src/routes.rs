//! What the plugin serves below its prefix.

use stratos::axum::extract::State;
use stratos::axum::http::StatusCode;
use stratos::axum::response::{IntoResponse as _, Response};
use stratos::axum::{Json, Router, routing::get};
use stratos::context::Logger;
use stratos::serde_json::json;

use crate::airline::Airline;

#[derive(Clone)]
struct Shared {
    airline: Airline,
    logger: Logger,
}

pub(crate) fn router(airline: Airline, logger: Logger) -> Router {
    Router::new()
        .route("/fleet", get(fleet))
        .with_state(Shared { airline, logger })
}

async fn fleet(State(Shared { airline, logger }): State<Shared>) -> Response {
    match airline.fleet().await {
        Ok(fleet) => Json(json!({ "success": true, "data": fleet })).into_response(),
        Err(error) => {
            // The log says why; the UI gets a sentence that it can show.
            let sentence = "Failed to fetch fleet";
            logger.error_from("fleet", sentence, &error);
            let answer = Json(json!({ "success": false, "error": sentence }));
            (StatusCode::INTERNAL_SERVER_ERROR, answer).into_response()
        }
    }
}
