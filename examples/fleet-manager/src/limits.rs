//! Settings of the plugin, clamped to its limits, since the shell may not enforce them.

use std::time::Duration;

use stratos::PluginContext;
use stratos::context::ConfigError;

use crate::plugin::Plugin;

/// Default in seconds; equal to that in `plugin.json`.
const DEFAULT_INTERVAL: f64 = 30.0;
const SHORTEST_INTERVAL: f64 = 5.0;
const LONGEST_INTERVAL: f64 = 3600.0;

/// Address of the airline's API; `None` if it is not configured.
pub(crate) async fn api_url(ctx: &PluginContext) -> Result<Option<String>, ConfigError> {
    let url = Plugin::settings(ctx).api_url().await?;
    Ok(Some(url).filter(|url| !url.is_empty()))
}

/// Interval between two polls.
pub(crate) async fn refresh_interval(ctx: &PluginContext) -> Duration {
    let setting = Plugin::settings(ctx).refresh_interval().await;
    interval(setting.unwrap_or_else(|error| {
        let message = format_args!("polling every {DEFAULT_INTERVAL} s: {error}");
        ctx.logger.warn("settings", message);
        DEFAULT_INTERVAL
    }))
}

fn interval(seconds: f64) -> Duration {
    Duration::from_secs_f64(seconds.clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_is_clamped_to_the_limits() {
        for (seconds, expected) in [
            (30.0, 30.0),
            (7.5, 7.5),
            (0.0, 5.0),
            (-1.0, 5.0),
            (1e300, 3600.0),
        ] {
            assert_eq!(interval(seconds), Duration::from_secs_f64(expected));
        }
    }
}
