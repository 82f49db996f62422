//! Panics of a plugin's process as lines of its log.

use std::backtrace::Backtrace;
use std::panic::{self, PanicHookInfo};

use serde_json::json;
use stratos_protocol::logger::Level;

use crate::active_polls::PluginPolls;
use crate::context::Logger;
use crate::serve::aborting_panic;

/// Parts of the paths of sources that are not the plugin's own: those of the standard library, as built and as installed,
/// those of dependencies, wherever `CARGO_HOME` is, and those of the SDK where it is built from a path.
const FOREIGN_SOURCES: [&str; 6] = [
    "/rustc/",
    "/rustlib/src/rust/",
    "/registry/src/",
    "/git/checkouts/",
    "/stratos-sdk/src/",
    "/stratos-transport/src/",
];
/// Beginning of the names of functions of the C library.
const C_LIBRARY: &str = "__libc_";

/// Sets a panic hook that writes one error with message, place and backtrace, instead of lines on standard error.
///
/// A panic that aborts the process is printed with those that led to it: calls that it interrupts have the last lines on
/// standard error in their error.
pub(super) fn install(logger: Logger, polls: PluginPolls) {
    let default_hook = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        // A process that aborts, or whose session has ended, sends no more log lines.
        if cfg!(panic = "abort") || logger.is_closed() {
            default_hook(panic);
            return;
        }
        let message = message(panic, polls.on_this_thread().as_deref());
        if let Some(causes) = aborting_panic::causes(text(panic)) {
            default_hook(panic);
            // After the backtrace, which would take up all of the last lines.
            print(causes.iter().chain([&message]));
            return;
        }
        // A plugin that is built without line tables has no frames with a place.
        let frames = own_frames(&Backtrace::capture().to_string());
        let data = (!frames.is_empty()).then(|| json!({ "backtrace": frames }));
        logger.log(Level::Error, "panic", &message, data);
        aborting_panic::keep(message);
    }));
}

#[expect(
    clippy::print_stderr,
    reason = "the process aborts before a log line is sent"
)]
fn print<'m>(messages: impl Iterator<Item = &'m String>) {
    for message in messages {
        eprintln!("{message}");
    }
}

fn text<'p>(panic: &'p PanicHookInfo<'_>) -> &'p str {
    let payload = panic.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("a value that is no text")
}

/// `future` is the description of the hook, handler or task that panicked.
fn message(panic: &PanicHookInfo<'_>, future: Option<&str>) -> String {
    let future = future.map(|name| format!("{name} ")).unwrap_or_default();
    let text = text(panic);
    match panic.location() {
        Some(location) => format!("{future}panicked at {location}: {text}"),
        None => format!("{future}panicked: {text}"),
    }
}

/// The frames of the plugin's own code, as `function at file:line:column`, the innermost first.
///
/// `Backtrace` gives its frames as text only: a line with number and function, and a line with the source.
fn own_frames(backtrace: &str) -> Vec<String> {
    let mut frames = Vec::new();
    let mut function = "";
    for line in backtrace.lines().map(str::trim) {
        let Some(source) = line.strip_prefix("at ") else {
            function = line.split_once(": ").map_or(line, |(_, function)| function);
            continue;
        };
        let path = source.replace('\\', "/");
        let is_foreign = FOREIGN_SOURCES.iter().any(|part| path.contains(part))
            || function.starts_with(C_LIBRARY);
        if !is_foreign {
            frames.push(format!("{function} at {source}"));
        }
    }
    frames
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_frames_are_those_of_the_plugins_sources() {
        let backtrace = r"
   0: __rustc::rust_begin_unwind
             at /rustc/59807616e/library/std/src/panicking.rs:689:5
   1: core::panicking::panic_fmt
             at /rustc/59807616e/library/core/src/panicking.rs:80:14
   2: fleet::planner::plan
             at ./src/planner.rs:14:9
   3: fleet::Fleet::on_start::{{closure}}
             at C:\plugins\fleet\src\main.rs:20:5
   4: stratos::session::Session<P>::run_hook::{{closure}}
             at C:\plugins\stratos\stratos-sdk\src\session.rs:190:14
      {closure#0}<core::pin::Pin<alloc::boxed::Box<dyn core::future::future::Future>>>
             at /home/ada/stratos/stratos-sdk/src/instrument.rs:39:33
   5: tokio::runtime::task::core::Core<T,S>::poll
             at D:\cargo-home\registry\src\index\tokio-1.52.3\src\runtime\task\core.rs:375:24
   6: core::ops::function::FnOnce::call_once
             at /opt/rust/lib/rustlib/src/rust/library/core/src/ops/function.rs:250:5
   7: serde_json::de::from_str
             at /var/cache/cargo/git/checkouts/json-0123/4567/src/de.rs:20:5
   8: main
   9: __libc_start_call_main
             at ./csu/../sysdeps/nptl/libc_start_call_main.h:58:16
";
        let expected = [
            "fleet::planner::plan at ./src/planner.rs:14:9",
            r"fleet::Fleet::on_start::{{closure}} at C:\plugins\fleet\src\main.rs:20:5",
        ];
        assert_eq!(own_frames(backtrace), expected);
    }
}
