//! Settings of the plugin, clamped to its limits, since the shell may not enforce them.

use std::time::Duration;

use stratos::PluginContext;
use stratos::context::ConfigError;

use crate::plugin::Plugin;
use crate::plugin::settings::Snapshot;

/// Default in seconds; equal to that in `plugin.json`.
const DEFAULT_INTERVAL: i64 = 30;
const SHORTEST_INTERVAL: i64 = 5;
const LONGEST_INTERVAL: i64 = 3600;

/// Address of the airline's API; `None` if it is not configured.
pub(crate) async fn api_url(ctx: &PluginContext) -> Result<Option<String>, ConfigError> {
    let url = Plugin::settings(ctx).api_url().await?;
    Ok(Some(url).filter(|url| !url.is_empty()))
}

/// Interval between two polls; the default if a stored value does not fit the manifest.
pub(crate) fn refresh_interval(
    ctx: &PluginContext,
    settings: Result<Snapshot, ConfigError>,
) -> Duration {
    let setting = settings.map(|settings| settings.refresh_interval);
    interval(setting.unwrap_or_else(|error| {
        let message = format_args!("polling every {DEFAULT_INTERVAL} s: {error}");
        ctx.logger.warn("settings", message);
        DEFAULT_INTERVAL
    }))
}

fn interval(seconds: i64) -> Duration {
    let seconds = seconds.clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL);
    Duration::from_secs(seconds.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_is_clamped_to_the_limits() {
        for (seconds, expected) in [(30, 30), (0, 5), (-1, 5), (i64::MAX, 3600)] {
            assert_eq!(interval(seconds), Duration::from_secs(expected));
        }
    }
}
