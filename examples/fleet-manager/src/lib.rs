//! Plugin that shows the fleet of a virtual airline.
//!
//! A route fetches the fleet from the airline's API, and a background task polls it to keep the UI up to date.

mod airline;
mod demo_api;
mod limits;
mod poll;
mod status;

/// Hooks, routes and IPC handlers of the plugin.
#[stratos::plugin]
pub mod plugin {
    use stratos::PluginContext;
    use stratos::axum::Json;
    use stratos::axum::http::StatusCode;
    use stratos::axum::response::{IntoResponse as _, Response};
    use stratos::serde_json::json;
    use stratos::tokio::sync::watch;

    use crate::airline::Airline;
    use crate::status::Status;
    use crate::{demo_api, limits, poll};

    /// State of the plugin while it runs.
    #[derive(Debug)]
    pub struct State {
        airline: Airline,
        /// Result of the latest poll: set by the poll task, read by the channel `get-status`.
        status: watch::Sender<Status>,
    }

    /// Starts the plugin. An error marks it as errored; other plugins are not affected.
    pub async fn on_start(ctx: PluginContext) -> stratos::Result<State> {
        let state = start(&ctx).await?;
        let id = Plugin::ID;
        ctx.logger
            .info("start", format_args!("the fleet is at /api/{id}/fleet"));
        Ok(state)
    }

    /// Starts the plugin after an update, instead of `on_start`.
    ///
    /// The new version runs in a new process: the state of the old version is lost, config values are kept.
    pub async fn on_resume(ctx: PluginContext) -> stratos::Result<State> {
        let state = start(&ctx).await?;
        let last_sync: Option<u64> = ctx.config.get_option("last_sync").await?;
        ctx.logger
            .info_with("resume", "updated; the last sync was", &last_sync);
        Ok(state)
    }

    /// Does nothing, since the SDK ends the tasks of `ctx.spawn`, such as the poll task.
    pub async fn on_stop() {}

    /// Answers `GET http://127.0.0.1:2066/api/fleet-manager/fleet`.
    #[get("/fleet")]
    async fn fleet(state: &State, ctx: &PluginContext) -> Response {
        match state.airline.fleet().await {
            Ok(fleet) => Json(json!({ "success": true, "data": fleet })).into_response(),
            Err(error) => {
                // The log contains the causes; the UI gets a message that it can show.
                let message = "Failed to fetch fleet";
                ctx.logger.error_from("fleet", message, &error);
                let answer = Json(json!({ "success": false, "error": message }));
                (StatusCode::INTERNAL_SERVER_ERROR, answer).into_response()
            }
        }
    }

    /// Answers the UI with the current status, since a UI that opens later has missed earlier pushes.
    #[ipc("get-status")]
    async fn get_status(state: &State) -> Status {
        *state.status.borrow()
    }

    /// Common part of `on_start` and `on_resume`.
    async fn start(ctx: &PluginContext) -> stratos::Result<State> {
        let api_url = match limits::api_url(ctx).await? {
            Some(url) => url,
            None => demo_api::start(ctx).await?,
        };
        let airline = Airline::new(&api_url, ctx.auth.clone())?;
        let status = watch::Sender::default();
        ctx.spawn(
            "poll",
            poll::run(ctx.clone(), airline.clone(), status.clone()),
        );
        Ok(State { airline, status })
    }
}
