//! The system and the architecture of programs.

use stratos_bundle::{Platform, ProgramHeader, ProgramHeaderError};
use stratos_tests::{TinyKind, elf, mach_o, pe, tiny_file, tiny_program, universal};

use crate::SAMPLE;
use crate::pack::dist::host;

#[test]
fn a_header_tells_the_platform_and_whether_a_system_can_start_it() {
    for platform in Platform::ALL {
        for (kind, is_executable) in [(TinyKind::Executable, true), (TinyKind::Library, false)] {
            let header = ProgramHeader::read(&tiny_file(&platform.to_string(), kind));
            let expected = ProgramHeader {
                platforms: vec![platform],
                is_executable,
            };
            assert_eq!(header, Ok(expected));
        }
    }
}

#[test]
fn a_real_program_has_the_platform_of_this_machine() {
    let sample = std::fs::read(SAMPLE).expect("the sample");
    let header = ProgramHeader::read(&sample).expect("a program");
    assert_eq!(
        (header.platforms, header.is_executable),
        (vec![host()], true)
    );
}

#[test]
fn a_universal_program_has_several_platforms() {
    let names = |bytes: &[u8]| {
        let header = ProgramHeader::read(bytes).expect("a program");
        let names = header.platforms.iter().map(Platform::to_string);
        names.collect::<Vec<_>>()
    };
    assert_eq!(
        names(&universal(&["x64", "arm64"])),
        ["darwin-x64", "darwin-arm64"]
    );
    assert_eq!(names(&universal(&["ppc64", "arm64"])), ["darwin-arm64"]);
}

#[test]
fn other_files_are_named_by_what_they_are() {
    use ProgramHeaderError::{Damaged, NotAProgram, Unsupported};

    let mut freebsd = elf(62, TinyKind::Executable);
    freebsd[7] = 9;
    let whole = universal(&["arm64"]);
    let cut = [&whole[..20], &tiny_program("win32-x64")[..100]];
    for bytes in [&b""[..], b"MZ", b"#!/bin/sh\n", b"\x7fELF"] {
        assert_eq!(ProgramHeader::read(bytes), Err(NotAProgram), "{bytes:?}");
    }
    for bytes in cut {
        let error = ProgramHeader::read(bytes);
        assert!(matches!(error, Err(Damaged(_) | NotAProgram)), "{error:?}");
    }
    for bytes in [
        freebsd,
        elf(243, TinyKind::Executable),
        pe(0x01c4, TinyKind::Executable),
        mach_o("ppc64", TinyKind::Executable),
        universal(&["ppc64"]),
    ] {
        let error = ProgramHeader::read(&bytes);
        assert!(matches!(error, Err(Unsupported(_))), "{error:?}");
    }
}
