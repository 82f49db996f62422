//! `resumes` is true if `on_resume` is enabled by its `#[cfg]` attributes.

use stratos::{Plugin, PluginContext};

#[derive(Default)]
struct Neither;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl Neither {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}

    #[cfg(any())]
    async fn on_resume(&self, _ctx: PluginContext) {}

    #[cfg(all())]
    #[cfg(not(all()))]
    async fn on_resume(&self, _ctx: PluginContext) {}
}

#[derive(Default)]
struct OneOfTwo;

#[stratos::plugin(manifest = "tests/plugin.json")]
impl OneOfTwo {
    async fn on_start(&self, _ctx: PluginContext) {}

    async fn on_stop(&self) {}

    #[cfg(unix)]
    async fn on_resume(&self, _ctx: PluginContext) {}

    #[cfg(not(unix))]
    async fn on_resume(&self, _ctx: PluginContext) {}
}

fn main() {
    assert!(!Neither.resumes());
    assert!(OneOfTwo.resumes());
}
