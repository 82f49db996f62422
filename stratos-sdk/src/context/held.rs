//! Tells whether anybody still holds a part of a plugin's context.

#[cfg(feature = "testing")]
use std::sync::Arc;

/// Lies in each part of one context, so that tests can count them; outside of tests it is nothing. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(crate) struct Held {
    #[cfg(feature = "testing")]
    parts: Arc<()>,
}

#[cfg(feature = "testing")]
impl Held {
    /// How many parts there are.
    pub(crate) fn count(&self) -> usize {
        Arc::strong_count(&self.parts)
    }
}
