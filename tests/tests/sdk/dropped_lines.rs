//! Log lines that a plugin drops.

use stratos::{Identity, PluginContext, create_plugin};
use stratos_protocol::logger::Level;

use crate::old_shell::OldShell;

#[tokio::test]
async fn a_shell_that_does_not_know_the_count_of_dropped_lines_gets_a_warning() {
    let identity = Identity {
        id: "talkative".to_owned(),
        version: "1.0.0".to_owned(),
    };
    // Nothing is sent before the hook has logged everything.
    let plugin = create_plugin(identity)
        .on_start(async |ctx: PluginContext| {
            (0..2000).for_each(|number| ctx.logger.info("count", number));
            Ok(())
        })
        .on_stop(async |_| Ok(()));
    let mut shell = OldShell::start(plugin.build().unwrap()).await;
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
