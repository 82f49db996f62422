//! Which state follows from which, decided without doing anything.

use crate::plugin::PluginState;

/// What can happen to a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Happening {
    /// It is asked to start.
    Start,
    /// `on_start` returned.
    Started,
    /// It could not be built, started, or resumed; or it ended by itself.
    Failed(String),
    /// It is asked to stop.
    Stop,
    /// It has ended as asked.
    Stopped,
}

impl PluginState {
    /// The next state; `None` where this cannot happen now.
    pub(crate) fn after(&self, happening: Happening) -> Option<Self> {
        match (self, happening) {
            (Self::Discovered | Self::Stopped | Self::Errored { .. }, Happening::Start) => {
                Some(Self::Starting)
            }
            (Self::Starting, Happening::Started) => Some(Self::Running),
            (Self::Starting | Self::Running, Happening::Failed(reason)) => {
                Some(Self::Errored { reason })
            }
            (Self::Starting | Self::Running, Happening::Stop) => Some(Self::Stopping),
            (Self::Stopping, Happening::Stopped) => Some(Self::Stopped),
            _ => None,
        }
    }

    /// One word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Listed { .. } => "listed",
            Self::Discovered => "discovered",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Errored { .. } => "errored",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every state with every happening: what is not in the table must be refused.
    #[test]
    fn transitions() {
        let errored = PluginState::Errored {
            reason: "r".to_owned(),
        };
        let failed = Happening::Failed("r".to_owned());
        let table = [
            (
                PluginState::Discovered,
                Happening::Start,
                PluginState::Starting,
            ),
            (
                PluginState::Stopped,
                Happening::Start,
                PluginState::Starting,
            ),
            (errored.clone(), Happening::Start, PluginState::Starting),
            (
                PluginState::Starting,
                Happening::Started,
                PluginState::Running,
            ),
            (PluginState::Starting, failed.clone(), errored.clone()),
            (PluginState::Running, failed.clone(), errored.clone()),
            (
                PluginState::Starting,
                Happening::Stop,
                PluginState::Stopping,
            ),
            (PluginState::Running, Happening::Stop, PluginState::Stopping),
            (
                PluginState::Stopping,
                Happening::Stopped,
                PluginState::Stopped,
            ),
        ];
        let states = [
            PluginState::Listed {
                note: String::new(),
            },
            PluginState::Discovered,
            PluginState::Starting,
            PluginState::Running,
            PluginState::Stopping,
            PluginState::Stopped,
            errored,
        ];
        let happenings = [
            Happening::Start,
            Happening::Started,
            failed,
            Happening::Stop,
            Happening::Stopped,
        ];
        for state in &states {
            for happening in &happenings {
                let row = table.iter().find(|(s, h, _)| s == state && h == happening);
                let expected = row.map(|(_, _, next)| next.clone());
                assert_eq!(
                    state.after(happening.clone()),
                    expected,
                    "{state:?} {happening:?}"
                );
            }
        }
    }
}
