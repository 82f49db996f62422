//! Panics of a plugin's process as lines of its log.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::io::Write as _;
use std::panic::{self, PanicHookInfo};
use std::sync::Once;
use std::thread;

use serde_json::json;
use stratos_protocol::logger::Level;
use stratos_transport::panic_text;

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
/// Part of the name of the function with which the standard library calls `main` and the code of a thread. The frames
/// outside of it are those of the system.
const OUTERMOST: &str = "__rust_begin_short_backtrace";

/// Sets a panic hook that writes one error with message, place and backtrace, instead of lines on standard error.
///
/// A panic that aborts the process is a line on standard error, after those that led to it: calls that it interrupts have
/// the last lines on standard error in their error.
pub(super) fn install(logger: Logger, polls: PluginPolls) {
    let hint = Once::new();
    panic::set_hook(Box::new(move |panic| {
        let message = message(panic, polls.panic_on_this_thread().as_deref());
        let backtrace = Backtrace::capture();
        // A plugin that is built without line tables has no frames with a place.
        let frames = own_frames(&backtrace.to_string());
        let line = match frames.is_empty() {
            true => message.clone(),
            false => format!("{message}; backtrace: {}", frames.join(" | ")),
        };
        let text = panic_text(panic.payload());
        match aborting_panic::causes(text) {
            // The place of the last panic would be one in the standard library.
            // Those of a session that has ended were printed at once.
            Some(causes) if !causes.is_empty() && !logger.is_closed() => {
                causes.iter().for_each(|cause| print(cause));
                print(text);
            }
            // A process that aborts, or whose session has ended, sends no more log lines.
            Some(_) => print(&line),
            None if cfg!(panic = "abort") || logger.is_closed() => print(&line),
            None => {
                let mut data = (!frames.is_empty()).then(|| json!({ "backtrace": frames }));
                if backtrace.status() == BacktraceStatus::Disabled {
                    let text = "with RUST_BACKTRACE=1, panics have a backtrace";
                    hint.call_once(|| data = Some(json!({ "hint": text })));
                }
                logger.log(Level::Error, "panic", &message, data);
                aborting_panic::keep(line);
            }
        }
    }));
}

/// Prints one line, whatever the text: only the last few lines become part of errors.
fn print(text: &str) {
    let line = text.replace('\n', " ");
    // The hook must not panic, and nobody reads a closed standard error.
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// `future` is the description of the hook, handler or task that panicked.
fn message(panic: &PanicHookInfo<'_>, future: Option<&str>) -> String {
    let thread = thread::current();
    let name = match (future, thread.name()) {
        (Some(future), _) => format!("{future} "),
        (None, Some(thread)) => format!("the thread `{thread}` "),
        (None, None) => String::new(),
    };
    let text = panic_text(panic.payload());
    match panic.location() {
        Some(location) => format!("{name}panicked at {location}: {text}"),
        None => format!("{name}panicked: {text}"),
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
            if function.contains(OUTERMOST) {
                break;
            }
            continue;
        };
        let path = source.replace('\\', "/");
        if !FOREIGN_SOURCES.iter().any(|part| path.contains(part)) {
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
   8: std::sys::backtrace::__rust_begin_short_backtrace
             at /rustc/59807616e/library/std/src/sys/backtrace.rs:166:18
   9: start_thread
             at ./nptl/pthread_create.c:447:8
  10: clone3
             at ./misc/../sysdeps/unix/sysv/linux/x86_64/clone3.S:78
";
        let expected = [
            "fleet::planner::plan at ./src/planner.rs:14:9",
            r"fleet::Fleet::on_start::{{closure}} at C:\plugins\fleet\src\main.rs:20:5",
        ];
        assert_eq!(own_frames(backtrace), expected);
    }
}
