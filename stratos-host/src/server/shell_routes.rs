//! Routes of the shell that plugins and their UIs call, beside the plugins' own.
//!
//! `stratos_protocol::server::SHELL_ROUTES` reserves their paths. The bodies that no source states are marked as assumed.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::config::PilotTable;
use crate::control::{Control, ControlError};
use crate::server::error_response::operation_failed;

pub(super) fn router() -> Router<Control> {
    Router::new()
        .route("/api/config", get(config))
        .route(
            "/api/plugins-config/{plugin}/airline",
            get(airline_settings),
        )
        .route("/api/auth/va/refresh", post(refresh_airline_login))
        .route("/api/flight-events", get(flight_events))
        .route(
            "/api/simulator/landing-analysis/snapshot",
            get(landing_analysis),
        )
}

/// Facts about the pilot (seen in plugins: `data`, `simbriefUsername` and `weightUnit`).
async fn config(State(control): State<Control>) -> Json<Value> {
    let PilotTable {
        simbrief_username,
        weight_unit,
    } = control.pilot();
    let mut data = json!({});
    if let Some(name) = simbrief_username {
        data["simbriefUsername"] = name.into();
    }
    if let Some(unit) = weight_unit {
        data["weightUnit"] = json!(unit);
    }
    Json(json!({ "data": data }))
}

/// Entries of the flight log (seen in plugins; the body is assumed).
async fn flight_events(State(control): State<Control>) -> Json<Value> {
    Json(json!({ "data": control.flight_log() }))
}

/// Report about the latest landing, `null` before the first (seen in plugins; the body is assumed).
async fn landing_analysis(State(control): State<Control>) -> Json<Value> {
    Json(json!({ "data": control.landing_report() }))
}

/// Settings that the airline's administrator sets for a plugin (seen in plugins; the body is assumed).
async fn airline_settings(State(control): State<Control>, Path(plugin): Path<String>) -> Response {
    match control.airline_settings(&plugin) {
        Ok(settings) => Json(json!({ "data": settings })).into_response(),
        Err(error) => operation_failed(StatusCode::NOT_FOUND, error.to_string()),
    }
}

/// Refreshes the login at the airline (V3; the body is assumed). The token stays in the shell.
async fn refresh_airline_login(State(control): State<Control>) -> Response {
    match control.refresh_airline_login() {
        Ok(()) => Json(json!({ "data": { "refreshed": true } })).into_response(),
        Err(error @ ControlError::NoAirline(_)) => {
            operation_failed(StatusCode::UNAUTHORIZED, error.to_string())
        }
        Err(error) => operation_failed(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
    }
}
