//! The version of the GNU C library that a Linux program needs.

use std::fmt;

use object::Endianness;
use object::elf::FileHeader64;
use object::read::elf::FileHeader as _;
use serde::Serialize;

/// A version of the GNU C library, such as 2.17.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct GlibcVersion {
    /// The number before the dot.
    pub major: u32,
    /// The number after the dot.
    pub minor: u32,
}

impl GlibcVersion {
    /// The oldest version that has all symbols which a 64-bit ELF program takes from the library; `None` for a program
    /// of another format, or one that takes none, such as a static one.
    #[must_use]
    pub fn required_by(program: &[u8]) -> Option<Self> {
        let header = FileHeader64::<Endianness>::parse(program).ok()?;
        let endian = header.endian().ok()?;
        let sections = header.sections(endian, program).ok()?;
        let (mut libraries, strings) = sections.gnu_verneed(endian, program).ok()??;
        let strings = sections.strings(endian, program, strings).ok()?;
        let mut required = None;
        while let Some((_, mut versions)) = libraries.next().ok()? {
            while let Some(version) = versions.next().ok()? {
                let name = version.name(endian, strings).ok()?;
                required = required.max(parse(name));
            }
        }
        required
    }
}

/// Parses the name of a version of symbols: `GLIBC_2.17`, or `GLIBC_2.2.5`, whose last number is dropped.
fn parse(name: &[u8]) -> Option<GlibcVersion> {
    let version = std::str::from_utf8(name).ok()?.strip_prefix("GLIBC_")?;
    let mut numbers = version.split('.').map(str::parse);
    Some(GlibcVersion {
        major: numbers.next()?.ok()?,
        minor: numbers.next()?.ok()?,
    })
}

impl fmt::Display for GlibcVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

impl Serialize for GlibcVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_versions_are_parsed() {
        let version = |major, minor| Some(GlibcVersion { major, minor });
        for (name, expected) in [
            ("GLIBC_2.17", version(2, 17)),
            ("GLIBC_2.2.5", version(2, 2)),
            ("GLIBC_PRIVATE", None),
            ("GCC_3.0", None),
            ("GLIBC_2", None),
        ] {
            assert_eq!(parse(name.as_bytes()), expected, "{name}");
        }
        assert!(version(2, 17) > version(2, 2));
    }

    #[test]
    fn other_files_need_no_library() {
        for bytes in [&b""[..], b"MZ", b"\x7fELF\x02\x01\x01", &[0; 64]] {
            assert_eq!(GlibcVersion::required_by(bytes), None);
        }
    }

    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[test]
    fn this_program_needs_the_library() {
        let path = std::env::current_exe().expect("it has a path");
        let program = std::fs::read(path).expect("it is readable");
        let required = GlibcVersion::required_by(&program).expect("it is linked to the library");
        assert!(
            required >= GlibcVersion { major: 2, minor: 2 },
            "{required}"
        );
    }
}
