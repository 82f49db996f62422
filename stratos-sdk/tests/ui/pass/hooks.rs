//! All supported signatures of hooks.

use stratos::{Identity, Plugin, PluginContext};

#[derive(Default)]
struct ByValue;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl ByValue {
    pub async fn on_start(&self, ctx: PluginContext) -> stratos::Result {
        ctx.logger.info("Test", self.message());
        Ok(())
    }

    async fn on_stop(&self) {}

    fn message(&self) -> &'static str {
        "hello"
    }
}

#[derive(Default)]
struct ByReference;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl ByReference {
    const TAG: &'static str = "Test";

    async fn on_start(&self, ctx: &PluginContext) -> Result<(), std::io::Error> {
        ctx.logger.info(Self::TAG, "started");
        Ok(())
    }

    async fn on_stop(&self, _ctx: PluginContext) -> Result<(), String> {
        Ok(())
    }

    async fn on_resume(&self, _ctx: &PluginContext) {}
}

fn main() {
    let identity = Identity { id: "ui-tests".to_owned(), version: "1.2.3".to_owned() };
    assert_eq!(ByValue.identity(), identity);
    assert_eq!(stratos::manifest!("tests/plugin.json"), identity);
    assert!(!ByValue.resumes());
    assert!(ByReference.resumes());
}
