//! HTTP routes of the plugin.

use std::sync::Arc;

use serde::Deserialize;
use stratos::PluginContext;
use stratos::axum::extract::{Query, State};
use stratos::axum::http::StatusCode;
use stratos::axum::response::{IntoResponse, Response};
use stratos::axum::{Json, Router, routing::get};
use stratos::context::{Config, Logger};
use stratos::serde_json::json;
use thiserror::Error;

use crate::ofp::Ofp;
use crate::planner::{Planner, PlannerError};
use crate::request::{RequestError, plan_url};

#[derive(Clone)]
struct AppState {
    planner: Arc<Planner>,
    config: Config,
    logger: Logger,
}

#[derive(Deserialize)]
struct OfpQuery {
    /// Name or number of the pilot's account at the flight planner.
    #[serde(default)]
    user: String,
}

#[derive(Debug, Error)]
enum OfpError {
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error(transparent)]
    Planner(#[from] PlannerError),
}

pub(crate) fn router(planner: Arc<Planner>, ctx: &PluginContext) -> Router {
    Router::new().route("/ofp", get(ofp)).with_state(AppState {
        planner,
        config: ctx.config.clone(),
        logger: ctx.logger.clone(),
    })
}

async fn ofp(State(state): State<AppState>, Query(query): Query<OfpQuery>) -> Response {
    match fetch(&state, &query.user).await {
        Ok(data) => Json(json!({ "success": true, "data": data })).into_response(),
        Err(error) => {
            state
                .logger
                .error_from("ofp", "cannot fetch the flight plan", &error);
            error.into_response()
        }
    }
}

async fn fetch(state: &AppState, user: &str) -> Result<Ofp, OfpError> {
    let url = plan_url(&state.config, user).await?;
    Ok(state.planner.ofp(url).await?)
}

impl IntoResponse for OfpError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Request(RequestError::NoUser) => StatusCode::BAD_REQUEST,
            Self::Request(_) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Planner(_) => StatusCode::BAD_GATEWAY,
        };
        let answer = json!({ "success": false, "error": self.to_string() });
        (status, Json(answer)).into_response()
    }
}
