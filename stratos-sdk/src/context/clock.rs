//! `ctx.clock`: the time of day.

use std::time::SystemTime;

use tokio::time::Instant;

/// The time of day. Cheap to copy.
///
/// In a test with `stratos::testing` it follows the virtual time of `tokio::time`, so that an hour
/// which the test skips has passed here too. Elsewhere it is the clock of the system.
///
/// ```no_run
/// # fn f(ctx: stratos::PluginContext, expires: std::time::SystemTime) {
/// if ctx.clock.now() >= expires {
///     ctx.logger.info("MyPlugin", "the briefing has expired");
/// }
/// # }
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock(Source);

#[derive(Debug, Clone, Copy, Default)]
enum Source {
    #[default]
    System,
    #[cfg_attr(not(feature = "testing"), expect(dead_code, reason = "for tests"))]
    Virtual { start: SystemTime, since: Instant },
}

impl Clock {
    /// Clock that shows `start` now, and follows tokio's time.
    #[cfg(feature = "testing")]
    pub(crate) fn starting_at(start: SystemTime) -> Self {
        let since = Instant::now();
        Self(Source::Virtual { start, since })
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> SystemTime {
        match self.0 {
            Source::System => SystemTime::now(),
            Source::Virtual { start, since } => start + since.elapsed(),
        }
    }
}
