//! The system and the architecture of a program, from its header.

use object::read::elf::ElfFile64;
use object::read::macho::{FatArch, MachOFatFile32, MachOFatFile64, MachOFile64};
use object::read::pe::PeFile64;
use object::{FileKind, Object, ObjectKind, elf};
use thiserror::Error;

use crate::platform::{Architecture, Platform, System};

/// Platforms and kind of a program or library, from its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramHeader {
    /// The platforms that it runs on: several for a universal program of macOS.
    pub platforms: Vec<Platform>,
    /// Whether the system can start it; otherwise it is a library.
    pub is_executable: bool,
}

/// Error of reading the header of a program.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProgramHeaderError {
    /// The file has the format of no program.
    #[error("it is not a program of Windows, macOS or Linux")]
    NotAProgram,
    /// The file is a program that is cut short or damaged.
    #[error("it is a damaged program: {0}")]
    Damaged(String),
    /// The program is for a system or an architecture on which the shell does not run.
    #[error("it is a program for {0}, where the shell does not run")]
    Unsupported(String),
}

impl ProgramHeader {
    /// Reads the header of an ELF, PE or Mach-O file; the latter may be universal.
    ///
    /// # Errors
    ///
    /// Returns an error if the file is no such program, is damaged, or runs on none of [`Platform::ALL`].
    pub fn read(bytes: &[u8]) -> Result<Self, ProgramHeaderError> {
        let kind = FileKind::parse(bytes).map_err(|_| ProgramHeaderError::NotAProgram)?;
        match kind {
            FileKind::Elf64 => elf_header(bytes),
            FileKind::Pe64 => {
                let file = PeFile64::parse(bytes).map_err(damaged)?;
                single(System::Windows, &file)
            }
            FileKind::MachO64 => {
                let file = MachOFile64::<object::Endianness>::parse(bytes).map_err(damaged)?;
                single(System::MacOs, &file)
            }
            FileKind::MachOFat32 => {
                let file = MachOFatFile32::parse(bytes).map_err(damaged)?;
                universal(bytes, file.arches())
            }
            FileKind::MachOFat64 => {
                let file = MachOFatFile64::parse(bytes).map_err(damaged)?;
                universal(bytes, file.arches())
            }
            FileKind::Elf32 | FileKind::Pe32 | FileKind::MachO32 => Err(
                ProgramHeaderError::Unsupported("a 32-bit processor".to_owned()),
            ),
            _ => Err(ProgramHeaderError::NotAProgram),
        }
    }
}

fn elf_header(bytes: &[u8]) -> Result<ProgramHeader, ProgramHeaderError> {
    let file = ElfFile64::<object::Endianness>::parse(bytes).map_err(damaged)?;
    // Linux programs name either no system or GNU's.
    let system = file.elf_header().e_ident.os_abi;
    if !matches!(system, elf::ELFOSABI_SYSV | elf::ELFOSABI_GNU) {
        let system = "another system than Linux".to_owned();
        return Err(ProgramHeaderError::Unsupported(system));
    }
    let mut header = single(System::Linux, &file)?;
    // A program at a variable address is a dynamic object, as a library is. Every program has an entry point, and most
    // libraries have none.
    header.is_executable |= file.kind() == ObjectKind::Dynamic && file.entry() != 0;
    Ok(header)
}

fn single<'d>(system: System, file: &impl Object<'d>) -> Result<ProgramHeader, ProgramHeaderError> {
    let architecture = architecture(file.architecture())?;
    Ok(ProgramHeader {
        platforms: vec![Platform::new(system, architecture)],
        is_executable: file.kind() == ObjectKind::Executable,
    })
}

fn universal<A: FatArch>(bytes: &[u8], parts: &[A]) -> Result<ProgramHeader, ProgramHeaderError> {
    let mut platforms = Vec::new();
    let mut is_executable = true;
    for part in parts {
        let data = part.data(bytes).map_err(damaged)?;
        // A universal program may also have parts for older processors.
        if architecture(part.architecture()).is_ok() {
            let file = MachOFile64::<object::Endianness>::parse(data).map_err(damaged)?;
            let header = single(System::MacOs, &file)?;
            platforms.extend(header.platforms);
            is_executable &= header.is_executable;
        }
    }
    if platforms.is_empty() {
        let processors = "other processors than x64 and arm64".to_owned();
        return Err(ProgramHeaderError::Unsupported(processors));
    }
    Ok(ProgramHeader {
        platforms,
        is_executable,
    })
}

fn architecture(found: object::Architecture) -> Result<Architecture, ProgramHeaderError> {
    match found {
        object::Architecture::X86_64 => Ok(Architecture::X64),
        object::Architecture::Aarch64 => Ok(Architecture::Arm64),
        other => Err(ProgramHeaderError::Unsupported(format!(
            "the processor {other:?}"
        ))),
    }
}

fn damaged(error: object::Error) -> ProgramHeaderError {
    ProgramHeaderError::Damaged(error.to_string())
}
