//! Task that pushes the state of the queue to the UI.

use std::sync::Arc;
use std::time::Duration;

use stratos::PluginContext;
use stratos::tokio::time::sleep;

use crate::queue::Queue;

/// Time between two pushes. A push has the newest state, so that nothing is lost by waiting.
const INTERVAL: Duration = Duration::from_millis(500);

/// Pushes each change on the channel `queue-update` until the plugin ends.
pub(crate) async fn run(ctx: PluginContext, queue: Arc<Queue>) {
    let mut changes = queue.subscribe();
    while changes.changed().await.is_ok() {
        let state = changes.borrow_and_update().clone();
        if let Err(error) = ctx.ipc.send("queue-update", &state).await {
            ctx.logger.error_from("ui", "cannot push", &error);
        }
        sleep(INTERVAL).await;
    }
}
