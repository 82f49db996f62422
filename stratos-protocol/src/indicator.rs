//! The indicator service: the badge beside the plugin's entry in the sidebar.

use serde::{Deserialize, Serialize};

use crate::method::{Empty, methods};

/// Kind of an indicator (V3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum IndicatorKind {
    /// News, such as a message.
    Notification,
    /// A condition that needs attention.
    Warning,
}

impl IndicatorKind {
    /// The platform's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Notification => "notification",
            Self::Warning => "warning",
        }
    }
}

/// `indicator/set`, from the plugin (V3: `plugin.setIndicator`): shows the badge.
///
/// The badge stays until it is replaced or cleared, or the shell ends. That of a crashed plugin covers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Set {
    /// Kind of the badge.
    pub kind: IndicatorKind,
    /// Text beside the pointer.
    #[serde(default)]
    pub tooltip: Option<String>,
    /// Whether the badge goes when the pilot opens the plugin.
    #[serde(default)]
    pub dismiss_on_open: bool,
}

/// `indicator/clear`, from the plugin (V3: `plugin.clearIndicator`): removes the badge, if there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clear {}

methods! {
    request Set = "indicator/set" -> Empty;
    request Clear = "indicator/clear" -> Empty;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::golden::{self, GoldenLine};

    pub(super) fn golden_lines() -> Vec<GoldenLine> {
        vec![
            golden::request(
                &Set {
                    kind: IndicatorKind::Warning,
                    tooltip: Some("3 hard landings".to_owned()),
                    dismiss_on_open: true,
                },
                r#"{"jsonrpc":"2.0","id":1,"method":"indicator/set","params":{"kind":"warning","tooltip":"3 hard landings","dismiss_on_open":true}}"#,
            ),
            golden::request(
                &Clear {},
                r#"{"jsonrpc":"2.0","id":1,"method":"indicator/clear","params":{}}"#,
            ),
        ]
    }
}
