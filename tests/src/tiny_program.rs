//! Headers of programs, which say a system and an architecture and run nowhere.

/// Types of processors in Mach-O.
const MACH_O_PROCESSORS: [(&str, u32); 3] = [
    ("x64", 0x0100_0007),
    ("arm64", 0x0100_000c),
    ("ppc64", 0x0100_0012),
];

/// A file that a system can start, or a library.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TinyKind {
    /// A program.
    Executable,
    /// A library.
    Library,
}

/// The header of a program for a platform such as `win32-x64`.
#[must_use]
pub fn tiny_program(platform: &str) -> Vec<u8> {
    tiny_file(platform, TinyKind::Executable)
}

/// The header of a program or library for a platform such as `win32-x64`.
#[must_use]
pub fn tiny_file(platform: &str, kind: TinyKind) -> Vec<u8> {
    match platform {
        "linux-x64" => elf(62, kind),
        "linux-arm64" => elf(183, kind),
        "win32-x64" => pe(0x8664, kind),
        "win32-arm64" => pe(0xaa64, kind),
        "darwin-x64" => mach_o("x64", kind),
        "darwin-arm64" => mach_o("arm64", kind),
        other => panic!("{other} is no platform"),
    }
}

/// A 64-bit ELF file for a machine by its number.
#[must_use]
pub fn elf(machine: u16, kind: TinyKind) -> Vec<u8> {
    let file_type: u16 = match kind {
        TinyKind::Executable => 2,
        TinyKind::Library => 3,
    };
    let mut bytes = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    bytes.extend(file_type.to_le_bytes());
    bytes.extend(machine.to_le_bytes());
    bytes.extend(1u32.to_le_bytes());
    // Neither an entry point nor segments nor sections.
    bytes.extend([0; 28]);
    for size in [64u16, 56, 0, 64, 0, 0] {
        bytes.extend(size.to_le_bytes());
    }
    bytes
}

/// A 64-bit PE file for a machine by its number.
#[must_use]
pub fn pe(machine: u16, kind: TinyKind) -> Vec<u8> {
    let characteristics: u16 = match kind {
        TinyKind::Executable => 0x22,
        TinyKind::Library => 0x2022,
    };
    let mut bytes = b"MZ".to_vec();
    bytes.resize(0x3c, 0);
    bytes.extend(64u32.to_le_bytes());
    bytes.extend(b"PE\0\0");
    bytes.extend(machine.to_le_bytes());
    bytes.extend([0; 14]);
    let optional_header = 112u16;
    bytes.extend(optional_header.to_le_bytes());
    bytes.extend(characteristics.to_le_bytes());
    bytes.extend(0x20bu16.to_le_bytes());
    bytes.resize(64 + 24 + usize::from(optional_header), 0);
    bytes
}

/// A 64-bit Mach-O file for a processor: `x64`, `arm64` or `ppc64`.
#[must_use]
pub fn mach_o(processor: &str, kind: TinyKind) -> Vec<u8> {
    let file_type = match kind {
        TinyKind::Executable => 2u32,
        TinyKind::Library => 6,
    };
    let words = [
        0xfeed_facf,
        processor_type(processor),
        0,
        file_type,
        0,
        0,
        0,
        0,
    ];
    words
        .iter()
        .flat_map(|word: &u32| word.to_le_bytes())
        .collect()
}

/// A universal Mach-O file of programs for these processors.
#[must_use]
pub fn universal(processors: &[&str]) -> Vec<u8> {
    const PART: usize = 4096;

    let parts: Vec<_> = processors
        .iter()
        .map(|processor| {
            (
                processor_type(processor),
                mach_o(processor, TinyKind::Executable),
            )
        })
        .collect();
    let count = u32::try_from(parts.len()).expect("a few parts");
    let mut bytes = 0xcafe_babe_u32.to_be_bytes().to_vec();
    bytes.extend(count.to_be_bytes());
    for (number, (processor, part)) in (1..).zip(&parts) {
        let sizes = [PART * number, part.len(), 12].map(|size| u32::try_from(size).expect("small"));
        for word in [*processor, 0].into_iter().chain(sizes) {
            bytes.extend(word.to_be_bytes());
        }
    }
    for (number, (_, part)) in (1..).zip(parts) {
        bytes.resize(PART * number, 0);
        bytes.extend(part);
    }
    bytes
}

fn processor_type(name: &str) -> u32 {
    let mut known = MACH_O_PROCESSORS.iter();
    let found = known.find(|(known, _)| *known == name);
    found.expect("a known processor").1
}
