//! The driver: executes the steps of a row on a host, and compares.

use std::cell::Cell;
use std::fmt::Debug;

use futures_util::future::BoxFuture;
use serde::Deserialize;
use serde_json::Value;
use stratos_tests::conformance::{
    FlightCommand, Json, Request, ResponseExpectation, Row, Start, StateName, Step,
};
use tokio::task::JoinHandle;

/// Observation of a host, or the reason why there is none.
pub(super) type Observed<T> = Result<T, String>;

/// A host of plugins: a shell that the driver commands, and observes as a UI does.
pub(super) trait ConformanceHost {
    /// Starts a shell with plugins. A plugin that does not start is no error.
    async fn start(&mut self, start: &Start) -> Observed<()>;
    /// Stops a plugin, or all of them.
    async fn stop(&mut self, plugin: Option<&str>) -> Observed<()>;
    /// Starts a plugin that does not run.
    async fn start_plugin(&mut self, plugin: &str) -> Observed<()>;
    /// Updates a plugin. The inner error is the shell's.
    async fn update(&mut self, plugin: &str) -> Observed<Result<(), String>>;
    /// Changes the login.
    async fn change_login(&mut self, login: Login) -> Observed<()>;
    /// Stores a config value.
    async fn set_config(&mut self, plugin: &str, key: &str, value: &Value) -> Observed<()>;
    /// Reads a config value; `None` if there is none.
    async fn config(&mut self, plugin: &str, key: &str) -> Observed<Option<Value>>;
    /// Calls a handler of the plugin. The inner error is the call's.
    async fn invoke(
        &mut self,
        plugin: &str,
        channel: &str,
        payload: &Value,
    ) -> Observed<Result<Value, String>>;
    /// Waits for the next push on a channel.
    async fn next_push(&mut self, plugin: &str, channel: &str) -> Observed<Value>;
    /// Waits for the next log line with this text.
    async fn next_log_line(&mut self, plugin: &str, text: &str) -> Observed<LogLine>;
    /// Number of log lines with this text so far.
    async fn count_log_lines(&mut self, plugin: &str, text: &str) -> Observed<usize>;
    /// Waits until the plugin is in this state, and returns the reason for it.
    async fn reach_state(&mut self, plugin: &str, state: StateName) -> Observed<String>;
    /// Commands the flight. The inner error is the shell's.
    async fn command_flight(&mut self, command: FlightCommand) -> Observed<Result<(), String>>;
    /// Messages in the flight log, the oldest first.
    async fn flight_log(&mut self) -> Observed<Vec<String>>;
    /// Waits until a dialog or prompt is shown.
    async fn await_dialog(&mut self) -> Observed<()>;
    /// Waits for the next dialog or prompt, answers it, and returns its kind and title.
    async fn answer(&mut self, plugin: &str, answer: Option<&Value>) -> Observed<[String; 2]>;
    /// Waits for the next toast, and returns its kind and message.
    async fn next_toast(&mut self, plugin: &str) -> Observed<[String; 2]>;
    /// Waits until a sound is played.
    async fn await_sound(&mut self, plugin: &str, sound: &str) -> Observed<()>;
    /// Kind of the plugin's indicator.
    async fn indicator(&mut self, plugin: &str) -> Observed<Option<String>>;
    /// Sends a request, and reads the whole response.
    fn request(&self, request: Request) -> BoxFuture<'static, Observed<Response>>;
    /// Sends a GET request, and reads the first part of the response.
    async fn first_chunk(&self, path: &str) -> Observed<String>;
    /// Ends the shell.
    async fn end(self) -> Observed<()>;
}

/// A change of the login.
#[derive(Debug, Clone, Copy)]
pub(super) enum Login {
    In,
    Out,
    Expired,
}

/// A log line of a plugin.
#[derive(Debug, Deserialize)]
pub(super) struct LogLine {
    pub(super) level: String,
    pub(super) tag: String,
    pub(super) message: String,
    pub(super) data: Value,
}

/// Returns the value of a header by its name.
pub(super) type HeaderLookup = Box<dyn Fn(&str) -> Option<String> + Send>;

/// The response to a request.
pub(super) struct Response {
    pub(super) status: u16,
    /// Returns the value of a header.
    pub(super) header: HeaderLookup,
    pub(super) body: Vec<u8>,
}

/// Executes the steps of a row. `at` is the index of the current step.
pub(super) async fn run_row<H: ConformanceHost>(
    mut host: H,
    row: &Row,
    at: &Cell<usize>,
) -> Observed<()> {
    let mut run = Run::default();
    for (index, step) in row.steps.iter().enumerate() {
        at.set(index);
        run.step(&mut host, step).await?;
    }
    at.set(row.steps.len());
    host.end().await
}

/// State that earlier steps leave to later ones.
#[derive(Default)]
struct Run {
    first_plugin: String,
    pending: Option<JoinHandle<Observed<Response>>>,
}

impl Run {
    async fn step<H: ConformanceHost>(&mut self, host: &mut H, step: &Step) -> Observed<()> {
        let named = |plugin: &Option<String>| {
            let first = || self.first_plugin.clone();
            plugin.clone().unwrap_or_else(first)
        };
        match step {
            Step::Start(start) => {
                self.first_plugin.clone_from(&start.plugins[0]);
                host.start(start).await
            }
            Step::Stop { plugin } => host.stop(plugin.as_deref()).await,
            Step::StartPlugin { plugin } => host.start_plugin(&named(plugin)).await,
            Step::Update { plugin, error } => {
                let updated = host.update(&named(plugin)).await?;
                compare_result(updated.map(|()| Value::Null), None, error.as_deref())
            }
            Step::SignIn => host.change_login(Login::In).await,
            Step::SignOut => host.change_login(Login::Out).await,
            Step::ExpireToken => host.change_login(Login::Expired).await,
            Step::SetConfig { plugin, key, value } => {
                host.set_config(&named(plugin), key, &value.0).await
            }
            Step::Config { plugin, key, value } => {
                let found = host.config(&named(plugin), key).await?;
                equal(
                    "the value",
                    &found.as_ref(),
                    &value.as_ref().map(|json| &json.0),
                )
            }
            Step::Invoke {
                plugin,
                channel,
                payload,
                answer,
                has,
                error,
            } => {
                let answered = host.invoke(&named(plugin), channel, &payload.0).await?;
                if let (Ok(answered), Some(has)) = (&answered, has)
                    && !has_all(answered, &has.0)
                {
                    return Err(format!("the answer is {answered}, without {}", has.0));
                }
                compare_result(answered, answer.as_ref(), error.as_deref())
            }
            Step::PushUntil {
                plugin,
                channel,
                payload,
            } => {
                while host.next_push(&named(plugin), channel).await? != payload.0 {}
                Ok(())
            }
            Step::Flight { command, error } => {
                let commanded = host.command_flight(*command).await?;
                compare_result(commanded.map(|()| Value::Null), None, error.as_deref())
            }
            Step::FlightLog { messages } => {
                equal("the flight log", &host.flight_log().await?, messages)
            }
            Step::AwaitDialog => host.await_dialog().await,
            Step::Answer {
                plugin,
                kind,
                title,
                answer,
            } => {
                let answer = answer.as_ref().map(|json| &json.0);
                let answered = host.answer(&named(plugin), answer).await?;
                equal("the dialog", &answered, &[kind.clone(), title.clone()])
            }
            Step::Toast {
                plugin,
                kind,
                message,
            } => {
                let toast = host.next_toast(&named(plugin)).await?;
                equal("the toast", &toast, &[kind.clone(), message.clone()])
            }
            Step::Sound { plugin, sound } => host.await_sound(&named(plugin), sound).await,
            Step::Indicator { plugin, kind } => {
                let found = host.indicator(&named(plugin)).await?;
                equal("the indicator", &found, kind)
            }
            Step::Push {
                plugin,
                channel,
                payload,
            } => {
                let pushed = host.next_push(&named(plugin), channel).await?;
                equal("the payload", &pushed, &payload.0)
            }
            Step::Log {
                plugin,
                text,
                level,
                tag,
                data,
            } => {
                let line = host.next_log_line(&named(plugin), text).await?;
                contains("the message", &line.message, text)?;
                let level = level.as_ref().unwrap_or(&line.level);
                equal("the level", &line.level, level)?;
                equal("the tag", &line.tag, tag.as_ref().unwrap_or(&line.tag))?;
                let data = data.as_ref().map_or(&line.data, |json| &json.0);
                equal("the data", &line.data, data)
            }
            Step::Logged {
                plugin,
                text,
                count,
            } => {
                let lines = host.count_log_lines(&named(plugin), text).await?;
                equal("the number of lines", &lines, count)
            }
            Step::State { plugin, is, reason } => {
                let found = host.reach_state(&named(plugin), *is).await?;
                contains("the reason", &found, reason.as_deref().unwrap_or_default())
            }
            Step::Request {
                method,
                path,
                headers,
                body,
                repeat,
                response,
            } => {
                let request = Request {
                    method: method.clone().unwrap_or_else(|| "GET".to_owned()),
                    path: path.clone(),
                    headers: headers.clone(),
                    body: body.repeat(*repeat).into_bytes(),
                };
                compare_response(&host.request(request).await?, response)
            }
            Step::BeginRequest { path } => {
                self.pending = Some(tokio::spawn(host.request(Request::get(path))));
                Ok(())
            }
            Step::FinishRequest { response } => {
                let pending = self.pending.take().ok_or("there was no `begin-request`")?;
                let found = pending.await.map_err(|error| error.to_string())??;
                compare_response(&found, response)
            }
            Step::FirstChunk { path, text } => {
                equal("the first part", &host.first_chunk(path).await?, text)
            }
        }
    }
}

fn compare_result(
    result: Result<Value, String>,
    answer: Option<&Json>,
    error: Option<&str>,
) -> Observed<()> {
    match (result, error) {
        (Ok(found), None) => match answer {
            Some(answer) => equal("the answer", &found, &answer.0),
            None => Ok(()),
        },
        (Ok(found), Some(_)) => Err(format!("it did not fail, but returned {found}")),
        (Err(found), None) => Err(format!("it failed: {found}")),
        (Err(found), Some(error)) => contains("the error", &found, error),
    }
}

/// Whether a value has everything in `part`; objects may have further keys.
fn has_all(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::Object(value), Value::Object(part)) => part
            .iter()
            .all(|(key, part)| value.get(key).is_some_and(|value| has_all(value, part))),
        (Value::Number(value), Value::Number(part)) => value.as_f64() == part.as_f64(),
        (value, part) => value == part,
    }
}

fn compare_response(found: &Response, expected: &ResponseExpectation) -> Observed<()> {
    let text = String::from_utf8_lossy(&found.body);
    let status = expected.status.unwrap_or(200);
    if found.status != status {
        return Err(format!(
            "the status is {}, not {status}: {text}",
            found.status
        ));
    }
    for (name, value) in &expected.headers {
        equal(name, &(found.header)(name).as_ref(), &Some(value))?;
    }
    if let Some(length) = expected.length {
        equal("the length", &found.body.len(), &length)?;
    }
    if let Some(expected) = &expected.text {
        equal("the body", &*text, expected)?;
    }
    if let Some(json) = &expected.json {
        let found: Value = serde_json::from_slice(&found.body)
            .map_err(|error| format!("the body is no JSON: {error}: {text}"))?;
        equal("the body", &found, &json.0)?;
    }
    contains(
        "the body",
        &text,
        expected.contains.as_deref().unwrap_or_default(),
    )
}

fn equal<T: PartialEq<U> + Debug + ?Sized, U: Debug + ?Sized>(
    what: &str,
    found: &T,
    expected: &U,
) -> Observed<()> {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{what} is {found:?}, not {expected:?}")),
    }
}

fn contains(what: &str, found: &str, part: &str) -> Observed<()> {
    match found.contains(part) {
        true => Ok(()),
        false => Err(format!("{what} is {found:?}, without {part:?}")),
    }
}
