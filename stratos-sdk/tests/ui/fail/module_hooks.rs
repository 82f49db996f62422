#[stratos::plugin(manifest = "tests/plugin.json")]
mod module_start_missing {
    use stratos::PluginContext;

    pub async fn on_stop() {}

    pub fn name(_: PluginContext) {}
}

#[stratos::plugin(manifest = "tests/plugin.json")]
mod module_stop_in_camel_case {
    use stratos::PluginContext;

    pub async fn on_start(_ctx: PluginContext) {}

    pub async fn onStop() {}
}

#[stratos::plugin(manifest = "tests/plugin.json")]
mod module_state_not_in_a_result {
    use stratos::PluginContext;

    pub struct State;

    pub async fn on_start(_ctx: PluginContext) -> State {
        State
    }

    pub async fn on_stop(_state: &State) {}
}

#[stratos::plugin(manifest = "tests/plugin.json")]
mod module_stop_without_state_to_take {
    use stratos::PluginContext;

    pub struct State;

    pub async fn on_start(_ctx: PluginContext) {}

    pub async fn on_stop(_state: &State) {}
}

#[stratos::plugin(manifest = "tests/plugin.json")]
mod module_handler_without_state_to_take {
    use stratos::PluginContext;

    pub struct State;

    pub async fn on_start(_ctx: PluginContext) {}

    #[ipc("get-status")]
    pub async fn get_status(_state: &State) {}

    pub async fn on_stop() {}
}

fn main() {
    let _ = stratos::serve_plugin::<module_start_missing::Plugin>;
    let _ = stratos::serve_plugin::<module_stop_in_camel_case::Plugin>;
    let _ = stratos::serve_plugin::<module_state_not_in_a_result::Plugin>;
    let _ = stratos::serve_plugin::<module_stop_without_state_to_take::Plugin>;
    let _ = stratos::serve_plugin::<module_handler_without_state_to_take::Plugin>;
}
