//! The mocked shell as a host of the suite, through `TestShell`.

use std::future::IntoFuture as _;

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Value, json};
use stratos::axum::http::Method;
use stratos::flight::{LandingKind, Phase};
use stratos::testing::{
    self, Command, FlightCommand as Pilot, FlightRequest, FlightSetup, PluginState, TestAirline,
    TestPlugin, TestShell, TestShellBuilder,
};
use stratos_tests::conformance::{FlightCommand, Request, ShellVersion, Start, StateName};
use stratos_tests::{Plugins, sample};

use crate::SAMPLE;
use crate::conformance::driver::{ConformanceHost, LogLine, Login, Observed, Response};

/// The mocked shell, in memory or with processes.
pub(super) struct TestShellHost {
    /// The programs of the plugins, for processes.
    programs: Option<Plugins>,
    shell: Option<TestShell>,
}

impl TestShellHost {
    pub(super) fn memory() -> Self {
        Self {
            programs: None,
            shell: None,
        }
    }

    pub(super) fn process() -> Self {
        Self {
            programs: Some(Plugins::new(SAMPLE, &[])),
            shell: None,
        }
    }

    fn shell(&self) -> &TestShell {
        self.shell.as_ref().expect("the first step is `start`")
    }

    fn plugin(&self, id: &str) -> TestPlugin {
        self.shell().plugin(id)
    }

    fn builder(&self, start: &Start) -> TestShellBuilder {
        let mut builder: Option<TestShellBuilder> = None;
        for id in &start.plugins {
            let make = {
                let id = id.clone();
                move || sample(&id)
            };
            let mut with = match builder {
                Some(builder) => builder.plugin(make),
                None => start
                    .config
                    .iter()
                    .fold(TestShell::new(make), |first, (key, value)| {
                        first.config(key, &value.0)
                    }),
            };
            if let Some(programs) = &self.programs {
                programs.add(SAMPLE, id);
                with = with.program(programs.program(id));
            }
            builder = Some(with);
        }
        let builder = builder.expect("a shell has a plugin");
        let builder = match self.programs {
            None => builder.in_memory(),
            Some(_) => builder.as_process(),
        };
        let builder = builder.shell_version(match start.shell {
            ShellVersion::V1 => testing::ShellVersion::V1,
            ShellVersion::V3 => testing::ShellVersion::V3,
        });
        let airline = match start.no_airline {
            true => TestAirline::none(),
            false => {
                let routes = start.api.iter();
                let routes = routes.map(|(route, body)| (route.clone(), body.0.clone()));
                let routes: serde_json::Map<_, _> = routes.collect();
                TestAirline::mock()
                    .named("Sky Virtual")
                    .fixtures(json!({ "routes": routes }))
            }
        };
        let builder = builder.airline(airline);
        match start.signed_out {
            true => builder.signed_out(),
            false => builder,
        }
    }
}

impl ConformanceHost for TestShellHost {
    async fn start(&mut self, start: &Start) -> Observed<()> {
        let shell = self.builder(start).start_anyway().await;
        self.shell = Some(shell.map_err(|error| format!("{error:?}"))?);
        Ok(())
    }

    async fn stop(&mut self, plugin: Option<&str>) -> Observed<()> {
        let report = match plugin {
            Some(plugin) => self.plugin(plugin).stop().await,
            None => self.shell().stop().await,
        };
        report.assert_finished();
        Ok(())
    }

    async fn start_plugin(&mut self, plugin: &str) -> Observed<()> {
        let started = self.plugin(plugin).start().await;
        started.map_err(|error| error.to_string())
    }

    async fn update(&mut self, plugin: &str) -> Observed<Result<(), String>> {
        let updated = self.plugin(plugin).update().await;
        Ok(updated.map_err(|error| error.to_string()))
    }

    async fn change_login(&mut self, login: Login) -> Observed<()> {
        match login {
            Login::In => self.shell().sign_in().await,
            Login::Out => self.shell().sign_out().await,
            Login::Expired => self.shell().token_expires().await,
        }
        Ok(())
    }

    async fn set_config(&mut self, plugin: &str, key: &str, value: &Value) -> Observed<()> {
        self.plugin(plugin).set_config(key, value).await;
        Ok(())
    }

    async fn config(&mut self, plugin: &str, key: &str) -> Observed<Option<Value>> {
        Ok(self.plugin(plugin).config_value(key).await)
    }

    async fn invoke(
        &mut self,
        plugin: &str,
        channel: &str,
        payload: &Value,
    ) -> Observed<Result<Value, String>> {
        let answer = self.plugin(plugin).invoke(channel, payload).await;
        Ok(answer.map_err(|error| error.to_string()))
    }

    async fn next_push(&mut self, plugin: &str, channel: &str) -> Observed<Value> {
        Ok(self.plugin(plugin).push(channel).await)
    }

    async fn next_log_line(&mut self, plugin: &str, text: &str) -> Observed<LogLine> {
        let line = self.plugin(plugin).log_line(text).await;
        Ok(LogLine {
            level: format!("{:?}", line.level).to_lowercase(),
            tag: line.tag,
            message: line.message,
            data: line.data.map(|data| data.value()).unwrap_or_default(),
        })
    }

    async fn count_log_lines(&mut self, plugin: &str, text: &str) -> Observed<usize> {
        let (transcript, sender) = (self.shell().transcript(), format!(" {plugin}: "));
        let lines = transcript.lines().filter(|line| line.starts_with("log"));
        let matching = lines.filter(|line| line.contains(&sender) && line.contains(text));
        Ok(matching.count())
    }

    async fn reach_state(&mut self, plugin: &str, state: StateName) -> Observed<String> {
        let plugin = self.plugin(plugin);
        let reached = plugin.reaches(|reached| match state {
            StateName::Running => *reached == PluginState::Running,
            StateName::Stopped => *reached == PluginState::Stopped,
            StateName::Errored => matches!(reached, PluginState::Errored { .. }),
        });
        Ok(match reached.await {
            PluginState::Errored { reason } => reason,
            _ => String::new(),
        })
    }

    async fn command_flight(&mut self, command: FlightCommand) -> Observed<Result<(), String>> {
        let flight = self.shell().flight();
        match command {
            FlightCommand::Start | FlightCommand::StartAnyway => {
                let request = FlightRequest {
                    anyway: command == FlightCommand::StartAnyway,
                    ..FlightRequest::simulated(FlightSetup::new("EDDF", "LGIR"))
                };
                let started = flight.try_start(request).await;
                return Ok(started.map(drop).map_err(|error| error.to_string()));
            }
            FlightCommand::Cruise => flight.jump_to(Phase::Cruise).await,
            FlightCommand::Pause => flight.pause().await,
            FlightCommand::SimulatorGone => flight.disconnect().await,
            FlightCommand::Land => {
                flight.land(-350.0, 0).await;
                flight.command(Pilot::Speed(60)).await;
                flight.lands(LandingKind::Settled).await;
                flight.command(Pilot::Speed(1)).await;
            }
            FlightCommand::End => flight.command(Command::End).await,
        }
        Ok(Ok(()))
    }

    async fn flight_log(&mut self) -> Observed<Vec<String>> {
        let log = self.shell().flight().log().into_iter();
        Ok(log.map(|entry| entry.message).collect())
    }

    async fn await_dialog(&mut self) -> Observed<()> {
        self.shell().shown_dialog().await;
        Ok(())
    }

    async fn answer(&mut self, plugin: &str, answer: Option<&Value>) -> Observed<[String; 2]> {
        let plugin = self.plugin(plugin);
        let shown = plugin.expect_dialog("").await;
        match answer {
            Some(answer) => plugin.answer(answer).await,
            None => plugin.dismiss().await,
        }
        Ok([shown.kind.as_str().to_owned(), shown.title])
    }

    async fn next_toast(&mut self, plugin: &str) -> Observed<[String; 2]> {
        let toast = self.plugin(plugin).expect_toast("").await;
        Ok([toast.kind.to_string(), toast.message])
    }

    async fn await_sound(&mut self, plugin: &str, sound: &str) -> Observed<()> {
        self.plugin(plugin).expect_sound(sound).await;
        Ok(())
    }

    async fn indicator(&mut self, plugin: &str) -> Observed<Option<String>> {
        let indicator = self.plugin(plugin).indicator();
        Ok(indicator.map(|set| set.kind.as_str().to_owned()))
    }

    fn request(&self, request: Request) -> BoxFuture<'static, Observed<Response>> {
        let method: Method = request.method.parse().expect("a method");
        let sent = self.shell().request(method, &request.path);
        let sent = request
            .headers
            .iter()
            .fold(sent, |sent, (name, value)| sent.header(name, value));
        let sent = sent.body(request.body).into_future();
        async move {
            let response = sent.await;
            Ok(Response {
                status: response.status().as_u16(),
                body: response.bytes().to_vec(),
                header: Box::new(move |name| response.header(name).map(str::to_owned)),
            })
        }
        .boxed()
    }

    async fn first_chunk(&self, path: &str) -> Observed<String> {
        let mut response = self.shell().get(path).stream().await;
        let chunk = response.chunk().await.map_err(|error| error.to_string())?;
        let chunk = chunk.ok_or("the response has no body")?;
        Ok(String::from_utf8_lossy(&chunk).into_owned())
    }

    async fn end(self) -> Observed<()> {
        Ok(())
    }
}
