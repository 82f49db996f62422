use stratos::PluginContext;

struct Place;

struct Lost;

#[derive(Default)]
struct MyPlugin;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl MyPlugin {
    #[ipc("payload")]
    async fn payload_not_deserializable(&self, _place: Place) {}

    #[ipc("result")]
    async fn result_type_not_serializable(&self) -> stratos::Result<Place> {
        Ok(Place)
    }

    #[ipc("error")]
    async fn error_type_not_an_error(&self) -> Result<u32, Lost> {
        Err(Lost)
    }

    #[get("/argument")]
    async fn argument_not_an_extractor(&self, _page: u32) {}

    #[get("/return")]
    async fn return_type_not_a_response(&self) -> Vec<u32> {
        vec![1]
    }

    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

fn main() -> std::process::ExitCode {
    stratos::serve::<MyPlugin>()
}
