//! Rules for the programs of a bundle: a folder for each platform, with programs of this platform, of which one is the
//! plugin's.

use std::collections::BTreeMap;

use stratos_manifest::closest;

use crate::bundle::Bundle;
use crate::layout;
use crate::platform::{Architecture, Platform, System};
use crate::problem::Problem;
use crate::program::ProgramHeader;

/// The platform with the most pilots.
const WINDOWS: Platform = Platform::new(System::Windows, Architecture::X64);

/// The problems of all files in [`layout::PROGRAMS`]; `plugin_id` is `None` if the manifest cannot be read.
pub(crate) fn program_problems(bundle: &Bundle, plugin_id: Option<&str>) -> Vec<Problem> {
    let mut problems: Vec<_> = bundle
        .files
        .keys()
        .filter_map(|path| wrong_case(path))
        .collect();
    let mut folders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, name) in bundle.program_files() {
        match name.split_once('/') {
            Some((folder, _)) => folders.entry(folder).or_default().push(path),
            None => problems.push(misplaced(path)),
        }
    }
    for (folder, paths) in &folders {
        let Ok(platform) = folder.parse::<Platform>() else {
            problems.push(unknown_platform(folder));
            continue;
        };
        let expected = plugin_id.map(|id| layout::program(platform, id));
        for path in paths {
            let is_main = expected.as_deref() == Some(*path);
            let bytes = &bundle.files[*path];
            problems.extend(header_problem(path, bytes, platform, is_main));
        }
        if let Some(expected) = expected
            && !paths.contains(&expected.as_str())
        {
            problems.push(missing_program(&expected, platform, paths));
        }
    }
    if !folders.is_empty() && !folders.contains_key(WINDOWS.to_string().as_str()) {
        problems.push(no_windows_program());
    }
    problems
}

fn header_problem(path: &str, bytes: &[u8], platform: Platform, is_main: bool) -> Option<Problem> {
    let header = match ProgramHeader::read(bytes) {
        Ok(header) => header,
        Err(error) => {
            let message = format!("`{path}` cannot be run on {platform}: {error}");
            let help = "only programs and libraries lie in `background/bin`: move other files to `assets`, and build \
                        damaged programs again";
            return Some(Problem::error("not-a-program", path, message).help(help));
        }
    };
    if !header.platforms.contains(&platform) {
        let found: Vec<_> = header.platforms.iter().map(Platform::to_string).collect();
        let found = found.join(" and ");
        let message = format!("`{path}` is a program for {found}, not for {platform}");
        let problem = Problem::error("wrong-platform", path, message);
        return Some(problem.help(format!(
            "build it with the target of {platform}, or move it to the folder of {found}"
        )));
    }
    (is_main && !header.is_executable).then(|| {
        let message = format!("`{path}` is a library, which no system can start");
        Problem::error("not-executable", path, message)
            .help("build the plugin's program, not its library")
    })
}

/// The problem of a path that is in the folder of programs on Windows and macOS only.
fn wrong_case(path: &str) -> Option<Problem> {
    let is_program = layout::is_program(&path.to_lowercase());
    (is_program && !layout::is_program(path)).then(|| {
        let folder = layout::PROGRAMS;
        let message =
            format!("`{path}` is in the folder `{folder}` only where letter case does not count");
        Problem::error("misplaced-program", path, message)
            .help(format!("rename the folder to `{folder}`"))
    })
}

fn misplaced(path: &str) -> Problem {
    let message = format!("`{path}` is not in the folder of a platform");
    Problem::error("misplaced-program", path, message)
        .help("move it to a folder such as `background/bin/win32-x64`")
}

fn unknown_platform(folder: &str) -> Problem {
    let names = Platform::ALL.map(|platform| platform.to_string());
    let meant = Platform::of_target(folder).map(|platform| platform.to_string());
    let meant = meant.or_else(|| {
        let closest = closest(folder, names.iter().map(String::as_str));
        closest.map(str::to_owned)
    });
    let path = format!("{}/{folder}", layout::PROGRAMS);
    let message = format!("`{folder}` is not a platform of the shell");
    Problem::error("unknown-platform", &path, message).help(match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("the platforms are {}", names.join(", ")),
    })
}

fn missing_program(expected: &str, platform: Platform, found: &[&str]) -> Problem {
    let message = format!("the plugin's program for {platform} is missing: `{expected}`");
    let problem = Problem::error("missing-program", expected, message);
    problem.help(match found {
        [only] => format!("rename `{only}`: the program has the plugin's id as its name"),
        _ => "the program has the plugin's id as its name".to_owned(),
    })
}

fn no_windows_program() -> Problem {
    Problem::of_bundle(
        "no-windows-program",
        format!("there is no program for {WINDOWS}, the platform of most pilots"),
    )
    .warning()
    .help("build it with `cargo stratos build --target x86_64-pc-windows-msvc`, or merge the `dist` folder of a Windows runner with `cargo stratos pack --merge DIR`")
}
