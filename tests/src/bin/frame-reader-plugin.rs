//! A plugin that reads all simulator data. Its file name is its id; with `slow` as the first word, it sleeps after each
//! frame.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use stratos::serde_json::Value;
use stratos::{Identity, Plugin, PluginContext, Result};

struct FrameReader {
    id: String,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    read: AtomicU64,
    missed: AtomicU64,
}

impl Plugin for FrameReader {
    fn identity(&self) -> Identity {
        Identity {
            id: self.id.clone(),
            version: "1.0.0".to_owned(),
        }
    }

    async fn on_start(&self, ctx: PluginContext) -> Result {
        let counts = Arc::clone(&self.counts);
        let answer = move |_: Value| {
            let counts = [&counts.read, &counts.missed].map(|count| count.load(Ordering::Relaxed));
            async move { Ok(counts) }
        };
        ctx.ipc.handle("frames", answer).await?;
        let is_slow = self.id.starts_with("slow");
        let counts = Arc::clone(&self.counts);
        let mut frames = ctx.flight.sim_data().await?;
        ctx.spawn("read frames", async move {
            while let Some(frame) = frames.next().await {
                counts.read.fetch_add(1, Ordering::Relaxed);
                counts.missed.fetch_add(frame.missed, Ordering::Relaxed);
                if is_slow {
                    stratos::tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        });
        Ok(())
    }

    async fn on_stop(&self, _ctx: PluginContext) -> Result {
        Ok(())
    }
}

fn main() -> ExitCode {
    let program = std::env::current_exe().expect("it has a path");
    let name = program.file_stem().expect("it has a name");
    stratos::serve_plugin(FrameReader {
        id: name.to_string_lossy().into_owned(),
        counts: Arc::default(),
    })
}
