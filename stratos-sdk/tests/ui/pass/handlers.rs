//! All supported signatures of handlers.

use std::sync::Arc;

use stratos::axum::extract::{Path, Query};
use stratos::axum::http::{HeaderMap, StatusCode};
use stratos::axum::response::IntoResponse;
use stratos::axum::Json;
use stratos::serde::{Deserialize, Serialize};
use stratos::serde_json::{Value, json};
use stratos::{BoxError, PluginContext};

#[derive(Default)]
struct MyPlugin;

#[derive(Serialize, Deserialize)]
#[serde(crate = "stratos::serde")]
struct Place {
    x: f64,
}

type Answer = Result<Place, std::io::Error>;
type Context = PluginContext;

#[stratos::plugin(manifest = "tests/plugin.json", prefix = "/ui")]
impl MyPlugin {
    async fn on_start(&self, _ctx: Context) {}

    async fn on_stop<'a>(&'a self, _ctx: &'a Context) {}

    /// Documentation of a handler is kept.
    #[ipc("nothing")]
    async fn nothing(&self) {}

    #[ipc("plain")]
    async fn plain(&self, place: Place) -> Place {
        place
    }

    #[ipc("optional")]
    pub async fn optional(&self, _ctx: &PluginContext, place: Option<Place>) -> Result<f64, String> {
        place.map(|place| place.x).ok_or_else(|| "no place".to_owned())
    }

    #[ipc("swapped")]
    async fn swapped(&self, (a, b): (f64, f64), _ctx: PluginContext) -> stratos::Result<(f64, f64)> {
        Ok((b, a))
    }

    #[ipc("alias")]
    async fn alias(&self, _: Value) -> Answer {
        Ok(Place { x: 1.0 })
    }

    #[ipc("borrowed")]
    async fn borrowed(&self) -> &'static str {
        "text"
    }

    #[stratos::ipc("opaque")]
    async fn opaque(&self) -> impl Serialize + use<> {
        json!(1)
    }

    #[get("/")]
    async fn index(&self) -> &'static str {
        "index"
    }

    #[get("/fleet/{id}")]
    async fn aircraft(
        &self,
        Path(id): Path<u32>,
        Query(_query): Query<Vec<(String, String)>>,
        _headers: HeaderMap,
        _ctx: &PluginContext,
    ) -> Result<String, StatusCode> {
        Ok(id.to_string())
    }

    #[post("/fleet/{id}")]
    async fn add(&self, _id: Path<u32>, Json(place): Json<Place>, _ctx: PluginContext) -> impl IntoResponse {
        (StatusCode::CREATED, Json(place))
    }

    #[put("/fleet/{id}")]
    async fn replace(&self, body: String) -> String {
        body
    }

    #[patch("/fleet/{id}")]
    async fn change(&self) {}

    #[delete("/fleet/{id}")]
    async fn remove(&self) -> StatusCode {
        StatusCode::NO_CONTENT
    }

    #[cfg(unix)]
    #[ipc("system")]
    async fn system(&self) -> &'static str {
        "unix"
    }

    #[cfg(not(unix))]
    #[ipc("system")]
    async fn system(&self) -> &'static str {
        "another"
    }

    #[cfg(any())]
    #[ipc("left-out")]
    async fn left_out(&self, _: TypeThatIsNotThere) {}

    /// Helper whose name resembles a hook.
    async fn start_polling(&self) -> Result<(), BoxError> {
        let _ = Arc::new(1);
        Ok(())
    }

    fn start(&self) {}

    fn stop(&self) {}
}

fn main() {
    assert_eq!(MyPlugin::ID, "ui-tests");
    assert_eq!(MyPlugin::VERSION, "1.2.3");
    let plugin = MyPlugin;
    plugin.start();
    plugin.stop();
    drop(plugin.start_polling());
}
