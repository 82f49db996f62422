//! The stream of changes to the settings.

use std::time::Duration;

use serde_json::json;
use stratos::PluginContext;
use stratos::testing::TestShell;
use tokio::select;
use tokio::time::sleep;

use crate::old_shell::OldShell;

/// Logs its settings: the current ones, and each change.
#[derive(Default)]
struct Watcher;

#[stratos::plugin(
    manifest = "tests/sdk/plugin_macro/settings.json",
    settings = "watched"
)]
impl Watcher {
    async fn on_start(&self, ctx: PluginContext) {
        let logger = ctx.logger.clone();
        let mut settings = Self::settings(&ctx).watch();
        ctx.spawn("watch", async move {
            loop {
                // A timer that drops the future more often than the settings are read.
                let settings = select! {
                    settings = settings.next() => settings,
                    () = sleep(Duration::from_secs(1)) => continue,
                };
                match settings {
                    Some(Ok(now)) => {
                        logger.info("watch", format_args!("rows {} {:?}", now.rows, now.unit));
                    }
                    Some(Err(error)) => logger.warn("watch", error),
                    None => break,
                }
            }
        });
    }

    async fn on_resume(&self, ctx: PluginContext) -> stratos::Result {
        let mut settings = Self::settings(&ctx).watch();
        let first = settings.next().await.ok_or("the shell is gone")??;
        ctx.logger
            .info("resume", format_args!("resumes with {}", first.rows));
        let second = settings.next().await.ok_or("the shell is gone")??;
        ctx.logger
            .info("resume", format_args!("learned of {}", second.rows));
        Ok(())
    }

    async fn on_stop(&self) {}

    #[ipc("set-own")]
    async fn set_own(&self, rows: i64, ctx: &PluginContext) -> stratos::Result<()> {
        Ok(ctx.config.set("rows", &rows).await?)
    }
}

#[tokio::test]
async fn the_stream_has_the_current_settings_and_each_change() {
    let shell = TestShell::new(Watcher::default)
        .config("rows", 5)
        .in_memory();
    let shell = shell.start().await;
    shell.log_line("rows 5 Kg").await;
    shell.set_config("rows", 6).await;
    shell.log_line("rows 6 Kg").await;
    shell.set_config("unit", "lb").await;
    shell.log_line("rows 6 Lb").await;
    // A value of the plugin's own is no setting.
    shell.set_unchecked_config("last_sync", 1).await;
    let _: () = shell.invoke("set-own", 7).await.unwrap();
    shell.log_line("rows 7 Lb").await;
    shell.set_unchecked_config("rows", "many").await;
    let told = "the setting `rows` takes a whole number from 1 to 20, but \"many\" is stored";
    shell.log_line(told).await;
    shell.set_config("rows", 8).await;
    shell.log_line("rows 8 Lb").await;
    let transcript = shell.transcript();
    assert_eq!(transcript.matches("rows 6 Lb").count(), 1, "{transcript}");
    shell.stop().await.assert_clean();
}

#[tokio::test]
async fn a_generation_that_resumes_learns_of_changes_before_it_serves() {
    let shell = TestShell::new(Watcher::default).in_memory().start().await;
    shell.log_line("rows 3 Kg").await;
    let update = shell.update();
    let change = async {
        shell.log_line("resumes with 3").await;
        shell.set_config("rows", 9).await;
        shell.log_line("learned of 9").await;
    };
    let (updated, ()) = tokio::join!(update, change);
    updated.unwrap();
    shell.stop().await.assert_clean();
}

#[tokio::test]
async fn a_failed_read_is_told_and_repeated() {
    let shell = TestShell::new(Watcher::default).in_memory().start().await;
    shell.log_line("rows 3 Kg").await;
    shell.config_fails("the disk is full");
    shell.set_config("rows", 4).await;
    shell.log_line("the config store failed").await;
    shell.config_works();
    shell.log_line("rows 4 Kg").await;
    shell.stop().await.assert_clean();
}

#[tokio::test(start_paused = true)]
async fn settings_are_read_again_where_the_shell_reports_no_changes() {
    let mut shell = OldShell::start(Watcher).await;
    let first = shell.lines.recv().await.unwrap();
    assert_eq!(first.message, "rows 3 Kg");
    for rows in [4, 5] {
        shell.set_config("rows", json!(rows));
        let line = shell.lines.recv().await.unwrap();
        assert_eq!(line.message, format!("rows {rows} Kg"));
    }
    shell.close().await;
}
