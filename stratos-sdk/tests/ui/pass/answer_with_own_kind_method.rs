//! Methods of an answer's type do not conflict with the methods that generated code calls on it.

use stratos::PluginContext;
use stratos::axum::response::{IntoResponse, Response};
use stratos::serde::Serialize;

#[derive(Default)]
struct MyPlugin;

#[derive(Serialize)]
#[serde(crate = "stratos::serde")]
struct Aircraft {
    kind: &'static str,
}

impl Aircraft {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn route_kind(&self) -> &'static str {
        self.kind
    }
}

impl IntoResponse for Aircraft {
    fn into_response(self) -> Response {
        self.route_kind().into_response()
    }
}

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}

    #[ipc("aircraft")]
    async fn aircraft(&self) -> Aircraft {
        Aircraft { kind: "A320" }
    }

    #[get("/aircraft")]
    async fn page(&self) -> Aircraft {
        Aircraft { kind: "A320" }
    }
}

fn main() {
    assert_eq!(Aircraft { kind: "A320" }.kind(), "A320");
    let _ = stratos::serve::<MyPlugin>;
}
