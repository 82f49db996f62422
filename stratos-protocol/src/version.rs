//! The protocol version, which is independent of the versions of crates and shells.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A version of this protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProtocolVersion {
    /// Raised by incompatible changes.
    pub major: u16,
    /// Raised by compatible additions.
    pub minor: u16,
}

impl ProtocolVersion {
    /// The version that this crate implements.
    ///
    /// 1.1 adds the optional fields of [`Register`](crate::server::Register) and [`Handle`](crate::ipc::Handle) that
    /// describe routes and channels, and [`LogDropped`](crate::logger::LogDropped).
    pub const CURRENT: Self = Self { major: 1, minor: 1 };

    /// The newest version that both sides speak, `None` if the major versions differ.
    ///
    /// ```
    /// use stratos_protocol::ProtocolVersion;
    ///
    /// let old = ProtocolVersion { major: 1, minor: 2 };
    /// let new = ProtocolVersion { major: 1, minor: 5 };
    /// assert_eq!(old.negotiate(new), Some(old));
    /// assert_eq!(old.negotiate(ProtocolVersion { major: 2, minor: 0 }), None);
    /// ```
    #[must_use]
    pub fn negotiate(self, other: Self) -> Option<Self> {
        (self.major == other.major).then_some(Self {
            major: self.major,
            minor: self.minor.min(other.minor),
        })
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn negotiate_picks_the_lower_minor_of_the_same_major() {
        let table = [
            ("1.0", "1.0", Some("1.0")),
            ("1.0", "1.3", Some("1.0")),
            ("1.3", "1.0", Some("1.0")),
            ("1.3", "1.2", Some("1.2")),
            ("1.0", "2.0", None),
            ("2.0", "1.9", None),
            ("0.9", "1.0", None),
        ];
        for (a, b, expected) in table {
            let negotiated = version(a).negotiate(version(b));
            assert_eq!(negotiated, expected.map(version), "{a} and {b}");
        }
    }

    fn version(text: &str) -> ProtocolVersion {
        let (major, minor) = text.split_once('.').unwrap();
        ProtocolVersion {
            major: major.parse().unwrap(),
            minor: minor.parse().unwrap(),
        }
    }
}
