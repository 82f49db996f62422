//! The services that only some shells have.

use std::fmt;

/// Defines [`Service`] from its variants, their feature in the handshake, and their name in the plugin's code.
macro_rules! services {
    ($($(#[$doc:meta])+ $service:ident = $feature:literal, $member:literal;)+) => {
        /// A service of `ctx` that only later shells have (V3).
        ///
        /// Each is a feature of the handshake: a plugin asks for all, and a shell grants those that it has.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Service {
            $($(#[$doc])+ $service,)+
        }

        impl Service {
            /// All services, in alphabetical order.
            pub const ALL: &[Self] = &[$(Self::$service),+];

            /// Name of the feature in [`Hello::features`](crate::handshake::Hello::features).
            #[must_use]
            pub const fn feature(self) -> &'static str {
                match self {
                    $(Self::$service => $feature,)+
                }
            }

            /// Member of `ctx` that a plugin calls.
            #[must_use]
            pub const fn member(self) -> &'static str {
                match self {
                    $(Self::$service => $member,)+
                }
            }
        }
    };
}

services! {
    /// The airline that the pilot is bound to, and its API.
    Airline = "airline", "ctx.airline";
    /// SQLite files of the plugin.
    Database = "database", "ctx.database";
    /// Messages to the pilot, and confirmations.
    Dialog = "dialog", "ctx.dialog";
    /// The flight, its phases, simulator data and landings.
    Flight = "flight", "ctx.flight";
    /// Entries in the flight's log.
    FlightLog = "flight-log", "ctx.flight.log";
    /// The badge beside the plugin's entry in the sidebar.
    Indicator = "indicator", "ctx.indicator";
    /// Toasts and sounds.
    Notify = "notify", "ctx.notify";
    /// Questions to the pilot.
    Prompt = "prompt", "ctx.prompt";
    /// Checks that can refuse the start of a flight.
    StartGuards = "start-guards", "ctx.flight.start_guard";
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.member())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_pinned() {
        let features: Vec<_> = Service::ALL
            .iter()
            .map(|service| service.feature())
            .collect();
        let pinned = [
            "airline",
            "database",
            "dialog",
            "flight",
            "flight-log",
            "indicator",
            "notify",
            "prompt",
            "start-guards",
        ];
        assert_eq!(features, pinned);
        assert!(features.is_sorted());
    }
}
