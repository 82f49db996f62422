//! IPC channels of the sample plugin that use the services of later shells: a channel for each member of `ctx`.

use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use stratos::airline::AirlineResponse;
use stratos::context::{
    AlertDialog, ConfirmDialog, NumberQuestion, SelectQuestion, ServiceError, TextQuestion,
};
use stratos::flight::{EventCategory, FlightState, StartGuard, StartVerdict};
use stratos::indicator::Indicator;
use stratos::notify::ToastKind;
use stratos::{PluginContext, Service};

use crate::sample_channels::handle;

/// Payload of the channels of dialogs and prompts.
#[derive(Deserialize)]
struct Question {
    title: String,
    text: String,
    /// Milliseconds.
    timeout: Option<u64>,
}

/// Payload of `flight-log-add`.
#[derive(Deserialize)]
struct LogEntry {
    category: String,
    condition: String,
    message: String,
}

/// Payload of `indicator-set`.
#[derive(Deserialize)]
struct Badge {
    warning: bool,
    tooltip: Option<String>,
    #[serde(default)]
    dismiss_on_open: bool,
}

/// Registers the channels.
pub(crate) async fn register_service_channels(ctx: &PluginContext) -> stratos::Result {
    handle(ctx, "supports", async |ctx, name: String| {
        let mut services = Service::ALL.iter();
        let service = services.find(|service| service.feature() == name);
        Ok(ctx.supports(*service.ok_or("there is no such service")?))
    })
    .await?;
    register_flight(ctx).await?;
    register_subscriptions(ctx).await?;
    register_guards(ctx).await?;
    register_airline(ctx).await?;
    register_notify(ctx).await?;
    register_questions(ctx).await
}

async fn register_flight(ctx: &PluginContext) -> stratos::Result {
    handle(ctx, "flight-state", async |ctx, _: Value| {
        Ok(ctx.flight.state().await?)
    })
    .await?;
    handle(ctx, "flight-phase", async |ctx, _: Value| {
        Ok(ctx.flight.phase().await?)
    })
    .await?;
    handle(ctx, "flight-snapshot", async |ctx, _: Value| {
        Ok(ctx.flight.snapshot().await?)
    })
    .await?;
    handle(ctx, "flight-landing-report", async |ctx, _: Value| {
        Ok(ctx.flight.landing_report().await?)
    })
    .await?;
    // Entries are named by their index among those that the plugin has added.
    let ids: Arc<Mutex<Vec<String>>> = Arc::default();
    let id_at = |ids: &Mutex<Vec<String>>, index: usize| {
        let ids = ids.lock().unwrap_or_else(PoisonError::into_inner);
        ids.get(index)
            .cloned()
            .unwrap_or_else(|| "missing".to_owned())
    };
    let added = Arc::clone(&ids);
    handle(ctx, "flight-log-add", move |ctx, entry: LogEntry| {
        let added = Arc::clone(&added);
        async move {
            let category = EventCategory::from(&*entry.category);
            let log = &ctx.flight.log;
            let entry = log.add(category, &entry.condition, &entry.message).await?;
            let mut added = added.lock().unwrap_or_else(PoisonError::into_inner);
            added.extend(entry.iter().map(|entry| entry.event_id.clone()));
            Ok(entry)
        }
    })
    .await?;
    let known = Arc::clone(&ids);
    handle(
        ctx,
        "flight-log-update",
        move |ctx, (index, message): (usize, String)| {
            let id = id_at(&known, index);
            async move { Ok(ctx.flight.log.update(&id, &message).await?) }
        },
    )
    .await?;
    handle(ctx, "flight-log-remove", move |ctx, index: usize| {
        let id = id_at(&ids, index);
        async move { Ok(ctx.flight.log.remove(&id).await?) }
    })
    .await
}

/// Channels that push each event from then on.
async fn register_subscriptions(ctx: &PluginContext) -> stratos::Result {
    handle(ctx, "subscribe-updates", async |ctx, _: Value| {
        let updates = ctx.flight.updates().await?;
        let status = |state: FlightState| state.flight.map(|flight| flight.status);
        forward(&ctx, "updates", updates.map(status));
        Ok(())
    })
    .await?;
    handle(ctx, "subscribe-phases", async |ctx, _: Value| {
        let phases = ctx.flight.phase_changes().await?;
        forward(&ctx, "phases", phases.map(|phase| phase.current_phase));
        Ok(())
    })
    .await?;
    handle(ctx, "subscribe-sim-data", async |ctx, _: Value| {
        let frames = ctx.flight.sim_data().await?;
        let frames = frames.map(|frame| frame.snapshot.is_connected);
        forward(&ctx, "sim-data", frames);
        Ok(())
    })
    .await?;
    handle(ctx, "subscribe-landings", async |ctx, _: Value| {
        let landings = ctx.flight.landings().await?;
        forward(&ctx, "landings", landings.map(|landing| landing.kind));
        Ok(())
    })
    .await
}

/// Pushes each item on a channel, until the plugin ends.
fn forward<T: Serialize + Send + Sync + 'static>(
    ctx: &PluginContext,
    channel: &'static str,
    items: impl Stream<Item = T> + Send + 'static,
) {
    let ipc = ctx.ipc.clone();
    ctx.spawn(channel, async move {
        let mut items = pin!(items);
        while let Some(item) = items.next().await {
            // An error means that the shell has exited.
            let _ = ipc.send(channel, &item).await;
        }
    });
}

async fn register_guards(ctx: &PluginContext) -> stratos::Result {
    let guards: Arc<Mutex<Vec<StartGuard>>> = Arc::default();
    let registered = Arc::clone(&guards);
    // The payload is the reason of a veto, or null.
    ctx.ipc
        .handle("guard", {
            let ctx = ctx.clone();
            move |reason: Option<String>| {
                let (ctx, registered) = (ctx.clone(), Arc::clone(&registered));
                async move {
                    let guard = ctx.flight.start_guard(move || {
                        let verdict = match &reason {
                            Some(reason) => StartVerdict::veto(reason),
                            None => StartVerdict::Allow,
                        };
                        async { Ok(verdict) }
                    });
                    let guard = guard.await?;
                    let mut registered = registered.lock().unwrap_or_else(PoisonError::into_inner);
                    registered.push(guard);
                    Ok(())
                }
            }
        })
        .await?;
    ctx.ipc
        .handle("guard-remove", move |_: Value| {
            let mut guards = guards.lock().unwrap_or_else(PoisonError::into_inner);
            let removed = std::mem::take(&mut *guards);
            async {
                for guard in removed {
                    guard.remove().await?;
                }
                Ok(())
            }
        })
        .await?;
    Ok(())
}

async fn register_airline(ctx: &PluginContext) -> stratos::Result {
    handle(ctx, "airline-bound", async |ctx, _: Value| {
        Ok(ctx.airline.bound().await?)
    })
    .await?;
    handle(ctx, "airline-get", async |ctx, path: String| {
        Ok(answer(ctx.airline.get(&path).await?))
    })
    .await?;
    handle(
        ctx,
        "airline-post",
        async |ctx, (path, body): (String, Value)| {
            Ok(answer(ctx.airline.post(&path, &body).await?))
        },
    )
    .await?;
    handle(
        ctx,
        "airline-patch",
        async |ctx, (path, body): (String, Value)| {
            Ok(answer(ctx.airline.patch(&path, &body).await?))
        },
    )
    .await?;
    handle(ctx, "database-path", async |ctx, file: String| {
        let path = ctx.database.path(&file).await?;
        let name = path.file_name().map(|name| name.to_string_lossy());
        let has_folder = path.parent().is_some_and(std::path::Path::is_dir);
        Ok(json!({ "name": name, "has_folder": has_folder }))
    })
    .await
}

fn answer(response: AirlineResponse) -> Value {
    json!({ "status": response.status, "body": response.body })
}

async fn register_notify(ctx: &PluginContext) -> stratos::Result {
    handle(
        ctx,
        "toast",
        async |ctx, (kind, message): (ToastKind, String)| {
            Ok(ctx.notify.toast(kind, &message).await?)
        },
    )
    .await?;
    handle(ctx, "play-sound", async |ctx, sound: Option<String>| {
        Ok(ctx.notify.play_sound(sound.as_deref()).await?)
    })
    .await?;
    handle(ctx, "play-custom-sound", async |ctx, path: String| {
        Ok(ctx.notify.play_custom_sound(&path).await?)
    })
    .await?;
    handle(ctx, "indicator-set", async |ctx, badge: Badge| {
        let mut indicator = match badge.warning {
            true => Indicator::warning(),
            false => Indicator::notification(),
        };
        if let Some(text) = badge.tooltip {
            indicator = indicator.tooltip(text);
        }
        if badge.dismiss_on_open {
            indicator = indicator.dismiss_on_open();
        }
        Ok(ctx.indicator.set(indicator).await?)
    })
    .await?;
    handle(ctx, "indicator-clear", async |ctx, _: Value| {
        Ok(ctx.indicator.clear().await?)
    })
    .await
}

/// Channels that return at once, and push the answer or the error on the channel `answered`.
async fn register_questions(ctx: &PluginContext) -> stratos::Result {
    handle(ctx, "alert", async |ctx, asked: Question| {
        let alert = ctx.dialog.alert(asked.title, asked.text);
        ask(&ctx, limited(alert, asked.timeout, AlertDialog::timeout));
        Ok(())
    })
    .await?;
    handle(ctx, "confirm", async |ctx, asked: Question| {
        let confirm = ctx.dialog.confirm(asked.title, asked.text);
        ask(
            &ctx,
            limited(confirm, asked.timeout, ConfirmDialog::timeout),
        );
        Ok(())
    })
    .await?;
    handle(ctx, "prompt-text", async |ctx, asked: Question| {
        let text = ctx.prompt.text(asked.title, asked.text).required();
        ask(&ctx, limited(text, asked.timeout, TextQuestion::timeout));
        Ok(())
    })
    .await?;
    handle(ctx, "prompt-number", async |ctx, asked: Question| {
        let number = ctx.prompt.number(asked.title, asked.text);
        let number = number.min(1.0).max(5.0);
        ask(
            &ctx,
            limited(number, asked.timeout, NumberQuestion::timeout),
        );
        Ok(())
    })
    .await?;
    handle(ctx, "prompt-select", async |ctx, asked: Question| {
        let options = [("27", "Runway 27"), ("09", "Runway 09")];
        let select = ctx.prompt.select(asked.title, asked.text, options);
        ask(
            &ctx,
            limited(select, asked.timeout, SelectQuestion::timeout),
        );
        Ok(())
    })
    .await
}

/// A question with its timeout, if it has one.
fn limited<T>(question: T, millis: Option<u64>, limit: impl FnOnce(T, Duration) -> T) -> T {
    match millis {
        Some(millis) => limit(question, Duration::from_millis(millis)),
        None => question,
    }
}

fn ask<T: Serialize + Send + 'static>(
    ctx: &PluginContext,
    question: impl IntoFuture<Output = Result<T, ServiceError>, IntoFuture: Send + 'static>,
) {
    let (ipc, question) = (ctx.ipc.clone(), question.into_future());
    ctx.spawn("question", async move {
        let answer = match question.await {
            Ok(answer) => json!(answer),
            Err(ServiceError::NotSupported { service, .. }) => {
                json!({ "not_supported": service.member() })
            }
            Err(error) => json!({ "error": error.to_string() }),
        };
        // An error means that the shell has exited.
        let _ = ipc.send("answered", &answer).await;
    });
}
