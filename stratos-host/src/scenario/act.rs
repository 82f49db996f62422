//! Does what a step says.

use std::time::Duration;

use crate::control::{ControlError, HttpResponse};
use crate::scenario::expect::{Witness, contains};
use crate::scenario::model::{Action, Lifecycle};
use crate::scenario::stage::Stage;

/// How much of an answer is worth reading in a message.
const SHOWN: usize = 200;

/// Whether it changes something, so that what is expected later comes after it.
pub(super) fn does_something(action: &Action) -> bool {
    !matches!(action, Action::Expect { .. } | Action::Note(_))
}

/// Does it, and waits until it is done; says why it did not hold.
pub(super) async fn act(
    stage: &mut Stage,
    witness: &Witness,
    action: &Action,
) -> Result<(), String> {
    let control = stage.control.clone();
    let done = match action {
        Action::Note(_) => Ok(()),
        Action::Auth(persona) => control.switch_auth(persona).await,
        Action::ExpireToken => {
            control.expire_auth().await;
            Ok(())
        }
        Action::Lifecycle { what, plugin } => match what {
            Lifecycle::Start => control.start(plugin).await,
            Lifecycle::Stop => control.stop(plugin).await,
            Lifecycle::Kill => control.kill(plugin).await,
            Lifecycle::Update => control.update(plugin).await,
        },
        Action::ConfigSet { plugin, key, value } => {
            let set = control.config_set(plugin, key.clone(), value.clone());
            set.await
        }
        Action::Invoke {
            plugin,
            channel,
            payload,
            answer,
        } => match control.invoke(plugin, channel, payload.clone()).await {
            Ok(its) => return is_wanted(&its, answer.as_ref()),
            Err(error) => Err(error),
        },
        Action::Request {
            method,
            path,
            body,
            status,
            contains,
        } => {
            let asked = control.request(method.clone(), path, body.as_ref()).await;
            let asked = asked.map_err(|error| error.to_string())?;
            return has_answered(&asked, *status, contains.as_deref());
        }
        Action::Expect {
            plugin,
            what,
            within,
        } => return witness.expect(&control, plugin, what, *within).await,
        _ => return break_or_mend(stage, action).await,
    };
    done.map_err(|error: ControlError| error.to_string())
}

async fn break_or_mend(stage: &mut Stage, action: &Action) -> Result<(), String> {
    let control = stage.control.clone();
    match action {
        Action::ConfigFails { reason, lasts } => {
            stage.store_is_broken = true;
            control.fail_store(reason);
            let end = async move {
                control.unfail_store();
                Ok(())
            };
            stage.ends("config fails".to_owned(), *lasts, end);
        }
        Action::ConfigSlow { by, lasts } => {
            stage.store_is_broken = true;
            control.delay_store(*by);
            let end = async move {
                control.delay_store(Duration::ZERO);
                Ok(())
            };
            stage.ends("config is slow".to_owned(), *lasts, end);
        }
        Action::ConfigWorks => {
            stage.forget("config fails");
            stage.forget("config is slow");
            control.restore_store();
        }
        Action::UpstreamGone { upstream, lasts } => {
            let stand_in = stage.stand_in(upstream).clone();
            stand_in.gone().await;
            let name = upstream.clone();
            let end = async move {
                let back = stand_in.back().await;
                back.map_err(|error| is_not_back(&name, &error))
            };
            stage.ends(format!("{upstream} gone"), *lasts, end);
        }
        Action::UpstreamSlow {
            upstream,
            by,
            lasts,
        } => {
            let stand_in = stage.stand_in(upstream).clone();
            stand_in.slow(*by);
            let end = async move {
                stand_in.slow(Duration::ZERO);
                Ok(())
            };
            stage.ends(format!("{upstream} slow"), *lasts, end);
        }
        Action::UpstreamBack { upstream } => {
            stage.forget(&format!("{upstream} gone"));
            stage.forget(&format!("{upstream} slow"));
            let stand_in = stage.stand_in(upstream);
            stand_in.slow(Duration::ZERO);
            let back = stand_in.back().await;
            back.map_err(|error| is_not_back(upstream, &error))?;
        }
        Action::UpstreamAnswers { upstream, answer } => {
            stage.stand_in(upstream).answers(answer.clone());
        }
        other => unreachable!("`{other}` breaks and mends nothing"),
    }
    Ok(())
}

fn is_not_back(upstream: &str, error: &std::io::Error) -> String {
    format!("`{upstream}` cannot listen on its port again: {error}")
}

fn is_wanted(answer: &serde_json::Value, wanted: Option<&serde_json::Value>) -> Result<(), String> {
    match wanted {
        Some(wanted) if !contains(answer, wanted) => {
            Err(format!("it answered {answer}, and not {wanted}"))
        }
        _ => Ok(()),
    }
}

fn has_answered(
    answered: &HttpResponse,
    status: Option<u16>,
    part: Option<&str>,
) -> Result<(), String> {
    let HttpResponse { status: its, body } = answered;
    let shown: String = body.chars().take(SHOWN).collect();
    let is_right = match status {
        Some(status) => status == *its,
        None => (200..300).contains(its),
    };
    if !is_right {
        let wanted = status.map_or("200 to 299".to_owned(), |status| status.to_string());
        return Err(format!("it answered {its}, and not {wanted}: {shown:?}"));
    }
    match part {
        Some(part) if !body.contains(part) => Err(format!(
            "it answered {shown:?}, which has no {part:?} in it"
        )),
        _ => Ok(()),
    }
}
