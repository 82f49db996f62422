//! Error responses that the SDK sends by itself: one JSON shape, which authors may replace.

use std::time::SystemTime;

use stratos::axum::Json;
use stratos::axum::extract::{FromRequestParts, Path, Query};
use stratos::axum::http::StatusCode;
use stratos::axum::http::request::Parts;
use stratos::axum::response::{IntoResponse as _, Response};
use stratos::serde_json::{Value, json};
use stratos::{ErrorBody, ErrorBodyCode, PluginContext};
use stratos_host::Shell;

use super::shell::{ask, start};

#[derive(Default)]
struct Flights;

#[derive(serde::Deserialize)]
struct Page {
    number: u32,
}

/// An extractor whose rejection is JSON already.
struct Pilot;

impl<S: Sync> FromRequestParts<S> for Pilot {
    type Rejection = Response;

    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Response> {
        Err((StatusCode::UNAUTHORIZED, Json(json!({ "who": null }))).into_response())
    }
}

#[stratos::plugin(manifest = "tests/sdk/plugin_macro/plugin.json")]
impl Flights {
    async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        if ctx.config.get("own_errors", false).await? {
            ctx.server.render_errors(|status, body: ErrorBody| {
                let code = body.code == ErrorBodyCode::UnknownRoute;
                (
                    status,
                    Json(json!({ "message": body.error, "isUnknown": code })),
                )
            });
        }
        Ok(())
    }

    async fn on_stop(&self) {}

    #[get("/flights/{number}")]
    async fn flight(&self, Path(number): Path<u32>) -> String {
        number.to_string()
    }

    #[get("/pages")]
    async fn page(&self, Query(page): Query<Page>) -> String {
        page.number.to_string()
    }

    #[post("/flights")]
    async fn book(&self, Json(page): Json<Page>) -> String {
        page.number.to_string()
    }

    #[get("/fails")]
    async fn fails(&self) -> stratos::Result<&'static str> {
        let _: SystemTime = Err("the disk is full")?;
        Ok("")
    }

    #[get("/panics")]
    async fn panics(&self) -> &'static str {
        panic!("on purpose")
    }

    #[get("/pilot")]
    async fn pilot(&self, _pilot: Pilot) {}
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_have_one_json_shape() {
    let shell = start(Flights::default).await;
    let routes = "GET /api/forms/flights/{number}, GET /api/forms/pages, POST /api/forms/flights, GET /api/forms/fails, \
                  GET /api/forms/panics, GET /api/forms/pilot";
    for (method, path, body, status, code, error) in [
        (
            "GET",
            "flights/x",
            "",
            400,
            "invalid-request",
            "Invalid URL: Cannot parse `x` to a `u32`",
        ),
        (
            "GET",
            "pages",
            "",
            400,
            "invalid-request",
            "Failed to deserialize query string: missing field `number`",
        ),
        (
            "POST",
            "flights",
            "{",
            400,
            "invalid-request",
            "Failed to parse the request body as JSON: EOF while parsing an object at line 1 column 1",
        ),
        (
            "GET",
            "fails",
            "",
            500,
            "handler-failed",
            "the disk is full",
        ),
        (
            "GET",
            "panics",
            "",
            500,
            "handler-panicked",
            "the handler of GET /api/forms/panics panicked; the plugin's log says where",
        ),
        (
            "PUT",
            "pages",
            "",
            405,
            "method-not-allowed",
            "/api/forms/pages does not take the method PUT; it takes GET, HEAD",
        ),
        (
            "GET",
            "nowhere",
            "",
            404,
            "unknown-route",
            &format!("the plugin has no route GET /api/forms/nowhere; it has {routes}"),
        ),
    ] {
        let (answered, body) = answer(&shell, method, path, body).await;
        assert_eq!(answered, status, "{path}: {body}");
        assert_eq!(body, json!({ "error": error, "code": code }), "{path}");
    }
    let number = format!("{{\"number\":\"{}\"}}", "x".repeat(100_000));
    let (status, long) = answer(&shell, "POST", "flights", &number).await;
    let text = long["error"].as_str().unwrap();
    let start = "Failed to deserialize the JSON body into the target type: number: invalid type: string \"xxx";
    assert_eq!(status, 422);
    assert!(text.starts_with(start) && text.ends_with("x…"), "{text}");
    let pilot = answer(&shell, "GET", "pilot", "").await;
    assert_eq!(pilot, (401, json!({ "who": null })));
    shell.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn authors_replace_the_error_responses() {
    let shell = start(Flights::default).await;
    let control = shell.control();
    let own = control.config_set("forms", "own_errors".to_owned(), json!(true));
    own.await.unwrap();
    control.stop("forms").await.unwrap();
    control.start("forms").await.unwrap();
    let rejected = answer(&shell, "GET", "flights/x", "").await;
    let message = "Invalid URL: Cannot parse `x` to a `u32`";
    assert_eq!(
        rejected,
        (400, json!({ "message": message, "isUnknown": false }))
    );
    let (status, unknown) = answer(&shell, "GET", "nowhere", "").await;
    assert_eq!((status, &unknown["isUnknown"]), (404, &json!(true)));
    shell.stop().await;
}

async fn answer(shell: &Shell, method: &'static str, path: &str, body: &str) -> (u16, Value) {
    let response = ask(shell, method, &format!("/api/forms/{path}"), body).await;
    (response.status, response.json())
}
