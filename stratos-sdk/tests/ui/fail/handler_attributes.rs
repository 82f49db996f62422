use stratos::PluginContext;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    #[ipc]
    async fn without_channel(&self) {}

    #[ipc()]
    async fn empty_parentheses(&self) {}

    #[ipc("")]
    async fn empty_channel(&self) {}

    #[ipc(get-status)]
    async fn channel_without_quotes(&self) {}

    #[ipc = "get-status"]
    async fn channel_with_equals(&self) {}

    #[ipc("get-status", "status")]
    async fn two_channels(&self) {}

    #[icp("get-status")]
    async fn misspelt_ipc(&self) {}

    #[handle("get-status")]
    async fn handle(&self) {}

    #[gett("/fleet")]
    async fn misspelt_get(&self) {}

    #[route("/fleet")]
    async fn route(&self) {}

    #[cfg_attr(debug_assertions, ipc("get-status"))]
    async fn in_cfg_attr(&self) {}

    #[ipc("get-status")]
    const ON_A_CONSTANT: bool = true;

    #[ipc("both")]
    #[get("/both")]
    async fn ipc_and_get(&self) {}

    #[ipc("twice")]
    async fn twice(&self) {}

    #[ipc("twice")]
    async fn twice_again(&self) {}

    #[ipc("conditional")]
    async fn conditional(&self) {}

    #[cfg(debug_assertions)]
    #[ipc("conditional")]
    async fn conditional_again(&self) {}

    #[cfg(any())]
    #[ipc("second")]
    async fn left_out(&self) {}

    #[cfg(debug_assertions)]
    #[ipc("second")]
    async fn second(&self) {}

    #[ipc("second")]
    async fn second_again(&self) {}

    #[ipc("start")]
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
