//! Shows a virtual airline's fleet: a route asks the airline's API, and a poll keeps the UI up to date.

mod airline;
mod demo_api;
mod limits;
mod poll;
mod status;

/// The plugin: what the shell calls, and what the UI asks for.
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

    /// What the plugin remembers while it runs.
    #[derive(Debug)]
    pub struct State {
        airline: Airline,
        /// What the latest poll found: the poll writes it, the channel `get-status` reads it.
        status: watch::Sender<Status>,
    }

    /// The shell calls this once. An error marks the plugin as errored, and others still run.
    pub async fn on_start(ctx: PluginContext) -> stratos::Result<State> {
        let state = begin(&ctx).await?;
        let id = Plugin::ID;
        ctx.logger
            .info("start", format_args!("the fleet is at /api/{id}/fleet"));
        Ok(state)
    }

    /// After an update, the shell calls this on the new version instead of `on_start`.
    ///
    /// It runs in a process of its own, so what the old version remembered is gone; config values are still there.
    pub async fn on_resume(ctx: PluginContext) -> stratos::Result<State> {
        let state = begin(&ctx).await?;
        let last_sync: Option<u64> = ctx.config.get_option("last_sync").await?;
        ctx.logger
            .info_with("resume", "updated; the last sync was", &last_sync);
        Ok(state)
    }

    /// Nothing is left to do here: the SDK ends what `ctx.spawn` has started, so the polling stops by itself.
    pub async fn on_stop() {}

    /// `http://127.0.0.1:2066/api/fleet-manager/fleet`
    #[get("/fleet")]
    async fn fleet(state: &State, ctx: &PluginContext) -> Response {
        match state.airline.fleet().await {
            Ok(fleet) => Json(json!({ "success": true, "data": fleet })).into_response(),
            Err(error) => {
                // The log says why; the UI gets a sentence that it can show.
                let sentence = "Failed to fetch fleet";
                ctx.logger.error_from("fleet", sentence, &error);
                let answer = Json(json!({ "success": false, "error": sentence }));
                (StatusCode::INTERNAL_SERVER_ERROR, answer).into_response()
            }
        }
    }

    /// A UI that opens later has missed the pushes, so it can also ask.
    #[ipc("get-status")]
    async fn get_status(state: &State) -> Status {
        *state.status.borrow()
    }

    /// What a start and a resume have in common.
    async fn begin(ctx: &PluginContext) -> stratos::Result<State> {
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
