use stratos::{PluginContext, axum::extract::Query};

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    #[ipc("borrowed")]
    async fn borrowed_payload(&self, _name: &str) {}

    #[ipc("generic")]
    async fn generic<T>(&self, _value: T) {}

    #[ipc("impl-trait")]
    async fn impl_trait_payload(&self, _value: impl ToString) {}

    #[ipc("mutable")]
    async fn mutable_self(&mut self) {}

    #[ipc("sync")]
    fn not_async(&self) {}

    #[ipc("contexts")]
    async fn two_contexts(&self, _ctx: PluginContext, _again: &PluginContext) {}

    #[ipc("payloads")]
    async fn two_payloads(&self, a: f64, b: f64) -> f64 {
        a + b
    }

    #[ipc("associated")]
    async fn without_self() {}

    #[get("/fleet")]
    async fn borrowed_argument(&self, _query: &Query<u32>) {}

    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
