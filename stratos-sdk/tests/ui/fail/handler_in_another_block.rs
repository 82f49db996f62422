use stratos::PluginContext;

struct IpcInAnotherBlock;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl IpcInAnotherBlock {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

impl IpcInAnotherBlock {
    #[ipc("more")]
    pub async fn more(&self) -> u32 {
        1
    }
}

struct IpcInAnotherBlockByItsPath;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl IpcInAnotherBlockByItsPath {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}
}

impl IpcInAnotherBlockByItsPath {
    #[stratos::ipc("more")]
    pub async fn more(&self) -> u32 {
        1
    }
}

fn main() {}
