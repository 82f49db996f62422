//! Which defences are on: all of them, except in a control build.
//!
//! A test of a defence proves something only if it fails without the defence. A build with `--cfg stratos_controls`
//! reads from `STRATOS_WITHOUT` the names of those to leave out, so that `tests/tests/controls.rs` can see each of
//! these tests fail. It is no cargo feature, since `--all-features` would switch that on.

macro_rules! guards {
    ($($(#[doc = $doc:literal])+ $guard:ident = $name:literal,)+) => {
        /// A defence of the shell, or of the SDK within a plugin.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Guard {
            $($(#[doc = $doc])+ $guard,)+
        }

        impl Guard {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$guard),+];

            /// As `STRATOS_WITHOUT` has it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$guard => $name,)+
                }
            }
        }
    };
}

guards! {
    /// Refuses requests that come from other sites, by `Host`, `Origin` and what browsers add.
    Gate = "gate",
    /// Ends an upgraded connection on both sides when one hangs up.
    HangUp = "hang-up",
    /// Shows as text what others say, and what a terminal or a CI service would obey.
    PlainText = "plain-text",
}

impl Guard {
    /// Whether it does its work.
    #[must_use]
    #[cfg(not(stratos_controls))]
    pub const fn is_on(self) -> bool {
        true
    }

    /// Whether it does its work.
    #[must_use]
    #[cfg(stratos_controls)]
    #[expect(
        clippy::disallowed_methods,
        reason = "only a control build has this switch"
    )]
    pub fn is_on(self) -> bool {
        let without = std::env::var("STRATOS_WITHOUT").unwrap_or_default();
        !without.split(',').any(|name| name == self.name())
    }
}
