//! Toasts and sounds.

use std::fs;

use stratos_host::event::Event;
use stratos_host::process::PluginFolders;
use stratos_host::{ShellOptions, ShellVersion, StateDir};
use stratos_protocol::ErrorCode;
use stratos_protocol::notify::{PlayCustomSound, PlaySound, Toast, ToastKind};
use stratos_tests::{RawPlugin, RawShell};

fn toast(message: &str) -> Toast {
    Toast {
        kind: ToastKind::Warning,
        message: message.to_owned(),
    }
}

#[tokio::test(start_paused = true)]
async fn toasts_and_sounds_are_events_and_long_messages_are_cut() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    let ctx = plugin.next().await;
    ctx.call(&toast("Low fuel")).await.unwrap();
    ctx.call(&toast(&"x".repeat(2000))).await.unwrap();
    ctx.call(&PlaySound { sound: None }).await.unwrap();
    let seen = shell.events(|event| match event {
        Event::Toast { message, .. } => Some(message.clone()),
        Event::Sound { sound, custom, .. } => Some(format!("{sound:?} {custom}")),
        _ => None,
    });
    let long = format!("{}... (976 more bytes)", "x".repeat(1024));
    assert_eq!(seen, ["Low fuel", &long, "None false"]);
}

#[tokio::test(start_paused = true)]
async fn an_older_shell_has_no_services_of_later_ones() {
    let mut plugin = RawPlugin::without_folders("demo");
    let options = ShellOptions {
        version: ShellVersion::V1,
        ..ShellOptions::new(StateDir::in_memory().unwrap())
    };
    let _shell = RawShell::start_with(options, &[&plugin]).await;
    let error = plugin.next().await.call(&toast("hello")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::NotSupported);
    assert_eq!(
        error.message,
        "the shell mocks V1, which has no `notify/toast`"
    );
}

#[tokio::test]
async fn a_custom_sound_is_a_file_of_the_bundle() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path().join("plugin");
    fs::create_dir_all(folder.join("assets/audio")).unwrap();
    fs::write(folder.join("assets/audio/chime.mp3"), "").unwrap();
    fs::write(root.path().join("secret.mp3"), "").unwrap();
    let mut plugin = RawPlugin::new(
        "demo",
        PluginFolders {
            plugin: folder.clone(),
            data: root.path().join("data"),
        },
    );
    let shell = RawShell::start(&[&plugin]).await;
    let ctx = plugin.next().await;
    let play = async |path: &str| {
        let sound = PlayCustomSound {
            path: path.to_owned(),
        };
        ctx.call(&sound).await.map(drop)
    };
    play("assets/audio/chime.mp3").await.unwrap();
    let place = folder.display();
    let mut refused = vec![
        (
            "assets/chime.mp3",
            format!("there is no sound `assets/chime.mp3` in the plugin's folder {place}"),
        ),
        (
            "assets",
            format!("the sound `assets` in the plugin's folder {place} is not a file"),
        ),
        (
            "../secret.mp3",
            "`../secret.mp3` is no path in the plugin's bundle: write it as `assets/audio/chime.mp3`, relative and with `/`".to_owned(),
        ),
    ];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("../secret.mp3", folder.join("link.mp3")).unwrap();
        refused.push((
            "link.mp3",
            format!("the sound `link.mp3` is a link to a file outside of the plugin's folder {place}: copy the file into the folder"),
        ));
    }
    for (path, expected) in refused {
        let error = play(path).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidParams, "{path}");
        assert_eq!(error.message, expected);
    }
    let sounds = shell.events(|event| matches!(event, Event::Sound { .. }).then_some(()));
    assert_eq!(sounds.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_thousand_toasts_succeed_and_those_above_the_limit_are_counted() {
    let mut plugin = RawPlugin::without_folders("loud");
    let shell = RawShell::start(&[&plugin]).await;
    let ctx = plugin.next().await;
    let mut events = shell.shell.subscribe();
    for number in 0..1000 {
        ctx.call(&toast(&number.to_string())).await.unwrap();
    }
    let mut shown = 0;
    let counted = loop {
        match &*events.next().await.unwrap() {
            Event::Toast { .. } => shown += 1,
            Event::Suppressed { plugin, counts } => break (plugin.clone(), counts.toasts),
            _ => {}
        }
    };
    assert_eq!(counted, ("loud".to_owned(), 1000 - shown));
    assert_eq!(shown, 500);
    // The journal has all.
    let recorded = shell.events(|event| matches!(event, Event::Toast { .. }).then_some(()));
    assert_eq!(recorded.len(), 1000);
}
