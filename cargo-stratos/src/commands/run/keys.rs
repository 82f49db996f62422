//! Single keys, where somebody sits at a terminal.

use std::io::{self, IsTerminal as _};
use std::sync::Once;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, read};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use stratos_host::PluginState;
use stratos_host::control::Control;
use stratos_host::process::LauncherFactory;
use tokio::sync::mpsc;

use crate::output::{BOLD, plugin_rows};

/// What a key means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Reload,
    Restart,
    Login,
    List,
    Open,
    GoOn,
    Help,
    Quit,
}

/// The terminal's keys. It is as it was before when this is gone.
#[derive(Debug)]
pub(super) struct Keys {
    pressed: mpsc::Receiver<Key>,
}

/// What keys do.
pub(super) struct Hands {
    /// Whether somebody sits at a terminal.
    pub(super) has_keys: bool,
    pub(super) keys: Option<Keys>,
    pub(super) control: Control,
    /// Who is signed in at the start.
    pub(super) persona: String,
    /// Of the shell's page.
    pub(super) url: String,
    pub(super) processes: LauncherFactory,
}

impl Keys {
    /// Whether there is a terminal, and it is ours.
    pub(super) fn are_there() -> bool {
        io::stdin().is_terminal() && io::stdout().is_terminal() && is_in_foreground()
    }

    /// Takes the terminal over.
    pub(super) fn listen() -> Option<Self> {
        restore_on_panic();
        let (press, pressed) = mpsc::channel(16);
        let keys = Self { pressed };
        enable_raw_mode().and_then(|()| translate_lines()).ok()?;
        let listen = move || {
            // An error means that there are no keys any more.
            while let Ok(event) = read() {
                if let Event::Key(event) = event {
                    // Whoever presses faster than we obey presses again.
                    let _ = meaning(event).map(|key| press.try_send(key));
                }
            }
        };
        let thread = std::thread::Builder::new().name("stratos-keys".to_owned());
        // It ends with the process: nothing wakes it but a key.
        thread.spawn(listen).ok()?;
        Some(keys)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        // Nobody can be told that the terminal has gone.
        let _ = disable_raw_mode();
    }
}

impl Hands {
    /// Listens from now on: the screen is ours, and cargo's progress would be in the way.
    pub(super) fn begin(&mut self) {
        if self.keys.is_some() {
            return;
        }
        self.processes.hide_build_progress();
        self.keys = self.has_keys.then(Keys::listen).flatten();
    }

    /// Waits for a key and does what it means. Returns what to show; nothing when everything is to end.
    pub(super) async fn next(&mut self) -> Option<String> {
        let Some(keys) = &mut self.keys else {
            return std::future::pending().await;
        };
        match keys.pressed.recv().await {
            // The terminal has gone, and with it whoever could press a key.
            None => std::future::pending().await,
            Some(Key::Quit) => None,
            Some(Key::Reload) => {
                self.reload();
                Some("reload".to_owned())
            }
            Some(Key::Restart) => {
                self.restart();
                Some("restart".to_owned())
            }
            Some(Key::Login) => {
                self.switch_login();
                Some(String::new())
            }
            Some(Key::List) => Some(plugin_rows(&self.control.plugins())),
            Some(Key::Open) => Some(self.open().await),
            Some(Key::GoOn) => {
                self.control.release_debugger_pause();
                Some(String::new())
            }
            Some(Key::Help) => Some(help()),
        }
    }

    /// Starts what does not run; where everything runs, builds and replaces it.
    fn reload(&self) {
        let plugins = self.control.plugins();
        let lies = |state: &PluginState| {
            matches!(
                state,
                PluginState::Stopped | PluginState::Errored { .. } | PluginState::BackingOff { .. }
            )
        };
        let starts = plugins.iter().any(|plugin| lies(&plugin.state));
        for plugin in plugins {
            let control = self.control.clone();
            tokio::spawn(async move {
                // What comes of it is shown as it happens.
                let _ = match starts {
                    true if lies(&plugin.state) => control.start(&plugin.id).await,
                    true => Ok(()),
                    false => control.update(&plugin.id).await,
                };
            });
        }
    }

    /// Stops what runs, and starts everything.
    fn restart(&self) {
        for plugin in self.control.plugins() {
            let control = self.control.clone();
            tokio::spawn(async move {
                // It may be stopped already; what comes of it is shown as it happens.
                let _ = control.stop(&plugin.id).await;
                let _ = control.start(&plugin.id).await;
            });
        }
    }

    /// The page in the browser. Some systems have the program that opens it waited for.
    async fn open(&self) -> String {
        let url = format!("{}/", self.url);
        let page = url.clone();
        match tokio::task::spawn_blocking(move || opener::open_browser(page)).await {
            Ok(Ok(())) => format!("opening {url}"),
            Ok(Err(error)) => format!("cannot open {url}: {error}"),
            Err(_) => format!("cannot open {url}"),
        }
    }

    fn switch_login(&self) {
        let persona = match (self.control.auth().authenticated, &*self.persona) {
            (true, _) => "signed-out",
            (false, "signed-out") => "signed-in",
            (false, other) => other,
        };
        let (control, persona) = (self.control.clone(), persona.to_owned());
        tokio::spawn(async move {
            // It is shown when it happens, and these personas exist.
            let _ = control.switch_auth(&persona).await;
        });
    }
}

fn help() -> String {
    let keys = [
        (
            "r",
            "start what does not run; where all run, build and replace them",
        ),
        ("R", "stop them all, and start them"),
        ("s", "sign in or out"),
        ("p", "list the plugins"),
        ("o", "open the shell's page in the browser"),
        ("Enter", "with --attach, go on to on_start"),
        ("h", "show this"),
        ("q", "stop everything"),
    ];
    let rows = keys.map(|(key, what)| format!("  {BOLD}{key}{BOLD:#}  {what}"));
    rows.join("\n")
}

fn meaning(event: KeyEvent) -> Option<Key> {
    if event.kind == KeyEventKind::Release {
        return None;
    }
    let control = event.modifiers.contains(KeyModifiers::CONTROL);
    match event.code {
        // In raw mode the terminal sends no signal.
        KeyCode::Char('c' | 'd') if control => Some(Key::Quit),
        KeyCode::Char('r') => Some(Key::Reload),
        KeyCode::Char('R') => Some(Key::Restart),
        KeyCode::Char('s') => Some(Key::Login),
        KeyCode::Char('p') => Some(Key::List),
        KeyCode::Char('o') => Some(Key::Open),
        KeyCode::Enter => Some(Key::GoOn),
        KeyCode::Char('h' | '?') => Some(Key::Help),
        KeyCode::Char('q') => Some(Key::Quit),
        _ => None,
    }
}

/// A message about a bug must be readable, and the terminal usable after it.
fn restore_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            let _ = disable_raw_mode();
            before(panic);
        }));
    });
}

/// A raw terminal takes the end of a line for a step down only, which is of no use to us and to what else prints here.
#[cfg(unix)]
fn translate_lines() -> io::Result<()> {
    use rustix::termios::{OptionalActions, OutputModes, tcgetattr, tcsetattr};

    let mut settings = tcgetattr(io::stdin())?;
    settings.output_modes.insert(OutputModes::OPOST);
    Ok(tcsetattr(io::stdin(), OptionalActions::Now, &settings)?)
}

/// Windows has two sides of a terminal, and only the input is raw.
#[cfg(not(unix))]
fn translate_lines() -> io::Result<()> {
    Ok(())
}

/// Whoever runs in the background is stopped when it changes the terminal.
#[cfg(unix)]
fn is_in_foreground() -> bool {
    let owner = rustix::termios::tcgetpgrp(io::stdin());
    owner.is_ok_and(|owner| owner == rustix::process::getpgrp())
}

#[cfg(not(unix))]
fn is_in_foreground() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_mean_what_the_help_says() {
        let text = help();
        for (character, key) in [
            ('r', Key::Reload),
            ('R', Key::Restart),
            ('s', Key::Login),
            ('p', Key::List),
            ('o', Key::Open),
            ('h', Key::Help),
            ('q', Key::Quit),
        ] {
            let pressed = KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE);
            assert_eq!(meaning(pressed), Some(key));
            assert!(text.contains(&format!("{character}{BOLD:#}  ")), "{text}");
        }
        let ctrl_c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(meaning(ctrl_c), Some(Key::Quit));
        let c = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::NONE);
        assert_eq!(meaning(c), None);
    }

    /// Runs itself once more, at a terminal, where it takes the terminal over and panics.
    #[cfg(unix)]
    #[test]
    #[expect(clippy::disallowed_methods, reason = "tests have no context to ask")]
    fn a_panic_leaves_the_terminal_as_it_was() {
        use std::fs::File;
        use std::process::{Command, Stdio};

        use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
        use rustix::termios::tcgetattr;

        const AGAIN: &str = "STRATOS_TEST_PANIC";
        if std::env::var_os(AGAIN).is_some() {
            let _keys = Keys::listen().expect("a terminal");
            eprintln!("{:?}", tcgetattr(io::stdin()));
            panic!("as asked");
        }
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
        let terminal = File::options().read(true).write(true).open(name).unwrap();
        let settings = || format!("{:?}", tcgetattr(&terminal).unwrap());
        let before = settings();
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--nocapture", "a_panic_leaves_the_terminal_as_it_was"])
            .env(AGAIN, "")
            .stdin(terminal.try_clone().unwrap())
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains("as asked"), "{said}");
        assert!(!said.contains(&before), "it was changed: {said}");
        assert_eq!(settings(), before);
    }
}
