use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    #[get]
    async fn without_path(&self) {}

    #[get("fleet")]
    async fn without_slash(&self) {}

    #[get("/api/ui-tests/fleet")]
    async fn with_prefix(&self) {}

    #[get("/fleet?page=1")]
    async fn with_query(&self) {}

    #[get("/files/*path")]
    async fn with_star(&self) {}

    #[get("/fleet/{id")]
    async fn with_unclosed_brace(&self) {}

    #[get("/fleet/{id}.json")]
    async fn with_text_after_parameter(&self) {}

    #[get("/fleet")]
    async fn fleet(&self) {}

    #[get("/fleet")]
    async fn same_route(&self) {}

    #[get("/fleet/{id}")]
    async fn aircraft(&self) {}

    #[delete("/fleet/{aircraft}")]
    async fn same_route_with_other_parameter_name(&self) {}

    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
