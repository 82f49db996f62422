//! The stream of changes to the settings.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use stratos::PluginContext;
use stratos::session::{HostConnection, run};
use stratos::testing::TestShell;
use stratos_protocol::auth::AuthState;
use stratos_protocol::config::{GetAll, Page};
use stratos_protocol::handshake::{FEATURE_HTTP, PeerInfo, Welcome};
use stratos_protocol::lifecycle::Start;
use stratos_protocol::limits::{ANSWER_TIMEOUT, FRAME_BYTES, Limits};
use stratos_protocol::logger::Log;
use stratos_protocol::{Message, ProtocolVersion, RpcError};
use stratos_transport::listener::StreamListener;
use stratos_transport::stream::memory_pair;
use stratos_transport::{Connection, Handler, Peer, PluginFolders, rpc};
use tokio::select;
use tokio::sync::mpsc;
use tokio::time::sleep;

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
    shell.set_own_config("last_sync", 1).await;
    let _: () = shell.invoke("set-own", 7).await.unwrap();
    shell.log_line("rows 7 Lb").await;
    shell.set_own_config("rows", "many").await;
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

/// Shell that reports no changes, as the documented ones.
struct OldShell {
    values: Mutex<BTreeMap<String, Value>>,
    log: mpsc::UnboundedSender<String>,
}

impl Handler for OldShell {
    async fn handle_request(
        &self,
        _method: &str,
        params: &RawValue,
    ) -> Result<Box<RawValue>, RpcError> {
        rpc::respond(params, async |GetAll { .. }| {
            let entries = self.values.lock().unwrap().clone();
            Ok(Page {
                entries,
                next: None,
            })
        })
        .await
    }

    async fn handle_notification(&self, _method: &str, params: &RawValue) {
        if let Ok(Log { message, .. }) = rpc::decode(params) {
            self.log.send(message).unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn settings_are_read_again_where_the_shell_reports_no_changes() {
    let (ours, theirs) = memory_pair();
    let (_http, http) = mpsc::channel(1);
    let plugin = tokio::spawn(run(
        Watcher,
        HostConnection {
            control: Box::new(theirs),
            http: StreamListener::Memory(http),
            nonce: String::new(),
            folders: PluginFolders::default(),
        },
    ));
    let mut connection = Connection::new(Box::new(ours), FRAME_BYTES);
    let Some(Message::Request { id, .. }) = connection.receive().await.unwrap() else {
        panic!("`hello` is the first message");
    };
    let welcome = Welcome {
        protocol: ProtocolVersion::CURRENT,
        host: PeerInfo {
            name: "an old shell".to_owned(),
            version: "1.0.0".to_owned(),
        },
        features: vec![FEATURE_HTTP.to_owned()],
        limits: Limits::default(),
    };
    let outcome = Ok(to_raw_value(&welcome).unwrap());
    connection
        .send(&Message::Response { id, outcome })
        .await
        .unwrap();
    let (log, mut lines) = mpsc::unbounded_channel();
    let shell = Arc::new(OldShell {
        values: Mutex::default(),
        log,
    });
    let (peer, driver) = Peer::new(connection);
    let driver = tokio::spawn(driver.run(Arc::clone(&shell)));
    let auth = AuthState::default();
    peer.call(&Start { auth }, ANSWER_TIMEOUT).await.unwrap();
    assert_eq!(lines.recv().await.unwrap(), "rows 3 Kg");
    let set = |rows: i64| {
        let mut values = shell.values.lock().unwrap();
        values.insert("rows".to_owned(), json!(rows));
    };
    for rows in [4, 5] {
        set(rows);
        assert_eq!(lines.recv().await.unwrap(), format!("rows {rows} Kg"));
    }
    peer.close();
    plugin.await.unwrap().unwrap();
    driver.await.unwrap().unwrap();
}
