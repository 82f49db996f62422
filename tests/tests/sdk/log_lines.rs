//! Log lines that a plugin drops or shortens.

use serde_json::json;
use stratos::testing::TestShell;
use stratos::{BuiltPlugin, Identity, PluginContext, create_plugin};
use stratos_protocol::limits::FRAME_BYTES;
use stratos_protocol::logger::Level;

use crate::old_shell::OldShell;

#[tokio::test]
async fn a_shell_that_does_not_know_the_count_of_dropped_lines_gets_a_warning() {
    // Nothing is sent before the hook has logged everything.
    let plugin = plugin_that(|ctx| {
        (0..2000).for_each(|number| ctx.logger.info("count", number));
    });
    let mut shell = OldShell::start(plugin).await;
    let mut shown = 0;
    loop {
        let line = shell.lines.recv().await.unwrap();
        if line.level == Level::Warn {
            let expected = format!(
                "{} log lines were dropped: they came faster than they could be sent",
                2000 - 1024
            );
            assert_eq!((&*line.tag, line.message), ("stratos", expected));
            break;
        }
        shown += 1;
    }
    assert!(shown < 1024, "{shown}");
    shell.close().await;
}

#[tokio::test]
async fn a_line_with_more_data_than_a_frame_is_shortened() {
    let plugin = plugin_that(|ctx| {
        let data = json!("x".repeat(FRAME_BYTES));
        ctx.logger.error_with("big", "e".repeat(300), &data);
    });
    let mut shell = OldShell::start(plugin).await;
    let line = shell.lines.recv().await.unwrap();
    assert_eq!((line.level, &*line.tag), (Level::Error, "big"));
    let (length, text) = line.message.split_once(" bytes was shortened: ").unwrap();
    assert!(length.starts_with("a log line of 10"), "{length}");
    assert_eq!(text, format!("{}…", "e".repeat(200)));
    assert_eq!(line.data, None);
    shell.close().await;
}

#[tokio::test]
async fn data_that_fits_into_a_frame_is_whole() {
    let plugin = || {
        plugin_that(|ctx| {
            let data = json!({ "text": "x".repeat(500_000) });
            ctx.logger.info_with("big", "said", &data);
        })
    };
    let shell = TestShell::new(plugin).in_memory();
    let shell = shell.start_anyway().await.unwrap();
    let whole = format!("said {{\"text\":\"{}\"}}", "x".repeat(500_000));
    assert!(shell.transcript().contains(&whole));
}

#[tokio::test]
async fn the_lines_before_a_panic_come_before_the_end_of_the_plugin() {
    let plugin = || {
        plugin_that(|ctx| {
            (0..500).for_each(|number| ctx.logger.info("count", number));
            panic!("no runway");
        })
    };
    let shell = TestShell::new(plugin).in_memory();
    let shell = shell.start_anyway().await.unwrap();
    let transcript = shell.transcript();
    let lines = transcript.lines().filter(|line| line.contains("count"));
    assert_eq!(lines.count(), 500, "{transcript}");
}

/// Plugin whose `on_start` calls `log`.
fn plugin_that(log: fn(&PluginContext)) -> BuiltPlugin {
    let identity = Identity {
        id: "talkative".to_owned(),
        version: "1.0.0".to_owned(),
    };
    create_plugin(identity)
        .on_start(move |ctx| async move {
            log(&ctx);
            Ok(())
        })
        .on_stop(async |_| Ok(()))
        .build()
        .unwrap()
}
