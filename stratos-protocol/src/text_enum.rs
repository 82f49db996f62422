//! Enums of the platform's names, which keep names that a later shell adds.

/// Defines an enum whose variants are texts in JSON, with a variant `Unknown` for all other texts.
macro_rules! text_enum {
    ($(#[$doc:meta])+ pub enum $name:ident { $($(#[$variant_doc:meta])+ $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])+
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(from = "std::borrow::Cow<'_, str>", into = "String")]
        pub enum $name {
            $($(#[$variant_doc])+ $variant,)+
            /// A name that this version does not know, as the shell wrote it.
            Unknown(String),
        }

        impl $name {
            /// All known names, in the platform's order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The platform's name.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }
        }

        impl Default for $name {
            /// `unknown`, as the platform calls the phase without a flight.
            fn default() -> Self {
                Self::Unknown("unknown".to_owned())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    unknown => Self::Unknown(unknown.to_owned()),
                }
            }
        }

        impl From<std::borrow::Cow<'_, str>> for $name {
            fn from(text: std::borrow::Cow<'_, str>) -> Self {
                Self::from(&*text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                match value {
                    $name::Unknown(text) => text,
                    known => known.as_str().to_owned(),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use text_enum;
