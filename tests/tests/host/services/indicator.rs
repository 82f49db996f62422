//! The badge beside the plugin's entry in the sidebar.

use stratos_host::event::Event;
use stratos_protocol::indicator::{Clear, IndicatorKind, Set};
use stratos_tests::{RawPlugin, RawShell};

fn set(tooltip: &str, dismiss_on_open: bool) -> Set {
    Set {
        kind: IndicatorKind::Warning,
        tooltip: Some(tooltip.to_owned()),
        dismiss_on_open,
    }
}

fn shown(shell: &RawShell) -> Option<Set> {
    shell.shell.control().plugins().remove(0).indicator
}

#[tokio::test(start_paused = true)]
async fn an_indicator_stays_over_generations_until_it_is_cleared() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    let control = shell.shell.control();
    let first = plugin.next().await;
    first.call(&set("3 hard landings", false)).await.unwrap();
    first.call(&set("3 hard landings", false)).await.unwrap();
    control.stop("demo").await.unwrap();
    control.start("demo").await.unwrap();
    control.plugin_opened("demo");
    assert_eq!(shown(&shell), Some(set("3 hard landings", false)));
    let second = plugin.next().await;
    second.call(&Clear {}).await.unwrap();
    second.call(&Clear {}).await.unwrap();
    assert_eq!(shown(&shell), None);
    let changes = shell.events(|event| match event {
        Event::Indicator { indicator, .. } => Some(indicator.is_some()),
        _ => None,
    });
    assert_eq!(changes, [true, false]);
}

#[tokio::test(start_paused = true)]
async fn an_indicator_can_go_when_the_plugin_is_opened() {
    let mut plugin = RawPlugin::without_folders("demo");
    let shell = RawShell::start(&[&plugin]).await;
    let ctx = plugin.next().await;
    ctx.call(&set("new", true)).await.unwrap();
    shell.shell.control().plugin_opened("demo");
    assert_eq!(shown(&shell), None);
}
