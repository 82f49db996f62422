//! Values that a manifest writes as one of a few words.

/// Declares an enum whose variants are words of the manifest, with both directions and `Serialize`.
macro_rules! named_values {
    (
        $(#[$attribute:meta])*
        pub enum $name:ident { $( $(#[$variant_attribute:meta])* $variant:ident = $word:literal ),+ $(,)? }
    ) => {
        $(#[$attribute])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $( $(#[$variant_attribute])* $variant ),+ }

        impl $name {
            /// The words, in the order of the variants.
            pub const NAMES: &[&str] = &[$($word),+];

            /// The word that a manifest writes.
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word ),+ }
            }

            /// The value that a word of a manifest stands for.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $( $word => Some(Self::$variant), )+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

pub(super) use named_values;
