//! Keys of the terminal in raw mode.

use std::io::{self, IsTerminal as _};
use std::sync::Once;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use tokio::sync::mpsc;

use crate::output::BOLD;

/// A key with a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Reload,
    Restart,
    ToggleLogin,
    ListPlugins,
    /// Shows or hides requests, calls, pushes and config changes.
    ToggleRequests,
    /// Raises the lowest level of printed events.
    NextLevel,
    /// Restricts the printed events to the next plugin.
    NextPlugin,
    OpenBrowser,
    /// Lets plugins continue that wait for a debugger.
    Continue,
    Help,
    Quit,
}

/// Reads keys from the terminal in raw mode. Dropping it restores the terminal.
#[derive(Debug)]
pub(super) struct Keyboard {
    keys: mpsc::Receiver<Key>,
}

/// Maximum number of keys that wait to be handled. Further ones are dropped.
const QUEUE_CAPACITY: usize = 16;

impl Keyboard {
    /// Whether stdin and stdout are a terminal, and this process is in its foreground.
    pub(super) fn is_available() -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal() && is_in_foreground()
    }

    /// Switches the terminal to raw mode and reads keys on a separate thread. Returns `None` if that fails.
    pub(super) fn listen() -> Option<Self> {
        restore_terminal_on_panic();
        let (sender, keys) = mpsc::channel(QUEUE_CAPACITY);
        let keyboard = Self { keys };
        enable_raw_mode()
            .and_then(|()| enable_line_translation())
            .ok()?;
        let listen = move || {
            // An error means that the terminal was closed.
            while let Ok(event) = read() {
                if let Event::Key(event) = event {
                    let _ = Key::from_event(event).map(|key| sender.try_send(key));
                }
            }
        };
        let thread = std::thread::Builder::new().name("stratos-keys".to_owned());
        // The thread blocks until the next key, and ends with the process.
        thread.spawn(listen).ok()?;
        Some(keyboard)
    }

    /// Waits for the next key. Returns `None` when the terminal was closed.
    pub(super) async fn next(&mut self) -> Option<Key> {
        self.keys.recv().await
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        // This fails only if the terminal was closed.
        let _ = disable_raw_mode();
    }
}

impl Key {
    fn from_event(event: KeyEvent) -> Option<Self> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let control = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            // In raw mode the terminal does not send SIGINT for Ctrl-C.
            KeyCode::Char('c' | 'd') if control => Some(Self::Quit),
            KeyCode::Char('r') => Some(Self::Reload),
            KeyCode::Char('R') => Some(Self::Restart),
            KeyCode::Char('s') => Some(Self::ToggleLogin),
            KeyCode::Char('p') => Some(Self::ListPlugins),
            KeyCode::Char('t') => Some(Self::ToggleRequests),
            KeyCode::Char('l') => Some(Self::NextLevel),
            KeyCode::Char('f') => Some(Self::NextPlugin),
            KeyCode::Char('o') => Some(Self::OpenBrowser),
            KeyCode::Enter => Some(Self::Continue),
            KeyCode::Char('h' | '?') => Some(Self::Help),
            KeyCode::Char('q') => Some(Self::Quit),
            _ => None,
        }
    }

    /// List of all keys and what they do.
    pub(super) fn help() -> String {
        let keys = [
            (
                "r",
                "start the plugins that do not run; if all run, rebuild and replace them",
            ),
            ("R", "stop all plugins, and start them"),
            ("s", "sign in or out"),
            ("p", "list the plugins"),
            (
                "t",
                "hide or show HTTP requests, IPC calls, pushes and config changes",
            ),
            (
                "l",
                "show events of the next level and above: info, warn, error, then all",
            ),
            ("f", "show events of the next plugin only, then of all"),
            ("o", "open the shell's page in the browser"),
            ("Enter", "with --attach, continue to on_start"),
            ("h", "show this list"),
            ("q", "stop the shell"),
        ];
        let rows = keys.map(|(key, action)| format!("  {BOLD}{key}{BOLD:#}  {action}"));
        rows.join("\n")
    }
}

/// Adds a panic hook that restores the terminal, so that the panic message is readable.
fn restore_terminal_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let _ = disable_raw_mode();
            previous(panic);
        }));
    });
}

/// Makes a line feed return to the first column again, which raw mode turns off.
#[cfg(unix)]
fn enable_line_translation() -> io::Result<()> {
    use rustix::termios::{OptionalActions, OutputModes, tcgetattr, tcsetattr};

    let mut settings = tcgetattr(io::stdin())?;
    settings.output_modes.insert(OutputModes::OPOST);
    Ok(tcsetattr(io::stdin(), OptionalActions::Now, &settings)?)
}

/// Does nothing: on Windows, raw mode affects input only.
#[cfg(not(unix))]
fn enable_line_translation() -> io::Result<()> {
    Ok(())
}

/// Whether this process is in the foreground of its terminal. A background process that changes the terminal is stopped.
#[cfg(unix)]
fn is_in_foreground() -> bool {
    let foreground = rustix::termios::tcgetpgrp(io::stdin());
    foreground.is_ok_and(|group| group == rustix::process::getpgrp())
}

#[cfg(not(unix))]
fn is_in_foreground() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_listed_in_the_help() {
        let text = Key::help();
        for (character, key) in [
            ('r', Key::Reload),
            ('R', Key::Restart),
            ('s', Key::ToggleLogin),
            ('p', Key::ListPlugins),
            ('t', Key::ToggleRequests),
            ('l', Key::NextLevel),
            ('f', Key::NextPlugin),
            ('o', Key::OpenBrowser),
            ('h', Key::Help),
            ('q', Key::Quit),
        ] {
            let pressed = KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE);
            assert_eq!(Key::from_event(pressed), Some(key));
            assert!(text.contains(&format!("{character}{BOLD:#}  ")), "{text}");
        }
        let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(Key::from_event(ctrl_c), Some(Key::Quit));
        let c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::NONE);
        assert_eq!(Key::from_event(c), None);
    }

    /// The test starts itself as a child process with a pseudo terminal, enables the keyboard there and panics.
    #[cfg(unix)]
    #[test]
    #[expect(clippy::disallowed_methods, reason = "tests have no context to ask")]
    fn a_panic_restores_the_terminal() {
        use std::fs::File;
        use std::process::{Command, Stdio};

        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
        use rustix::termios::tcgetattr;

        const CHILD: &str = "STRATOS_TEST_PANIC";
        if std::env::var_os(CHILD).is_some() {
            let _keyboard = Keyboard::listen().expect("a terminal");
            eprintln!("{:?}", tcgetattr(io::stdin()));
            panic!("panic in the child");
        }
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new())
            .unwrap()
            .into_string()
            .unwrap();
        let terminal = File::options().read(true).write(true).open(name).unwrap();
        let settings = || format!("{:?}", tcgetattr(&terminal).unwrap());
        let before = settings();
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--nocapture", "a_panic_restores_the_terminal"])
            .env(CHILD, "")
            .stdin(terminal.try_clone().unwrap())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.contains("panic in the child"), "{stderr}");
        assert!(
            !stderr.contains(&before),
            "the settings were not changed: {stderr}"
        );
        assert_eq!(settings(), before);
    }
}
