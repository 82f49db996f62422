//! Faults that a scenario injects, and its flight: all of them end with the scenario.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use stratos_flight::Command;
use stratos_protocol::logger::Level;
use tokio_util::task::AbortOnDropHandle;

use crate::control::{Control, ControlError};
use crate::flight::{FlightInfo, FlightRequest};
use crate::scenario::mock_server::MockServer;
use crate::scenario::mock_server_config::MockResponse;
use crate::services::AirlineFault;

/// Injects faults and undoes them, by request, after a time, or at the end of the scenario.
#[derive(Debug)]
pub(super) struct Faults {
    control: Control,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Running and stopped mock servers, by name.
    servers: BTreeMap<String, Arc<MockServer>>,
    is_store_faulty: bool,
    is_airline_faulty: bool,
    is_simulator_gone: bool,
    /// Id of the flight that the scenario has started last.
    flight: Option<Value>,
    /// Tasks that undo timed faults.
    timers: BTreeMap<Fault, AbortOnDropHandle<()>>,
}

/// A fault that can have an end.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    StoreFailure,
    StoreDelay,
    StoppedServer(String),
    SlowServer(String),
    AirlineFailure,
    DisconnectedSimulator,
}

impl Faults {
    pub(super) fn new(control: &Control) -> Self {
        Self {
            control: control.clone(),
            state: Mutex::default(),
        }
    }

    /// Adds a mock server that was started.
    pub(super) fn add_server(&self, name: String, server: MockServer) {
        self.state().servers.insert(name, Arc::new(server));
    }

    /// Makes config operations of plugins fail. `duration` is `None` for a fault without an end, here and below.
    pub(super) fn fail_store(&self, reason: &str, duration: Option<Duration>) {
        self.state().is_store_faulty = true;
        let control = self.control.clone();
        control.fail_store(reason);
        self.undo_after(Fault::StoreFailure, duration, async move {
            control.unfail_store();
            Ok(())
        });
    }

    /// Delays config operations of plugins.
    pub(super) fn delay_store(&self, delay: Duration, duration: Option<Duration>) {
        self.state().is_store_faulty = true;
        let control = self.control.clone();
        control.delay_store(delay);
        self.undo_after(Fault::StoreDelay, duration, async move {
            control.delay_store(Duration::ZERO);
            Ok(())
        });
    }

    /// Undoes all faults of the config store.
    pub(super) fn restore_store(&self) {
        self.cancel_timer(&Fault::StoreFailure);
        self.cancel_timer(&Fault::StoreDelay);
        self.control.restore_store();
    }

    /// Stops a mock server.
    pub(super) async fn stop_server(&self, name: &str, duration: Option<Duration>) {
        let server = self.server(name);
        server.stop().await;
        let fault = Fault::StoppedServer(name.to_owned());
        let name = name.to_owned();
        self.undo_after(fault, duration, async move {
            let restarted = server.restart().await;
            restarted.map_err(|error| restart_failed(&name, &error))
        });
    }

    /// Delays the responses of a mock server.
    pub(super) fn delay_server(&self, name: &str, delay: Duration, duration: Option<Duration>) {
        let server = self.server(name);
        server.set_delay(delay);
        self.undo_after(Fault::SlowServer(name.to_owned()), duration, async move {
            server.set_delay(Duration::ZERO);
            Ok(())
        });
    }

    /// Undoes all faults of a mock server.
    pub(super) async fn restore_server(&self, name: &str) -> Result<(), String> {
        self.cancel_timer(&Fault::StoppedServer(name.to_owned()));
        self.cancel_timer(&Fault::SlowServer(name.to_owned()));
        let server = self.server(name);
        server.set_delay(Duration::ZERO);
        let restarted = server.restart().await;
        restarted.map_err(|error| restart_failed(name, &error))
    }

    /// Replaces a response of a mock server.
    pub(super) fn set_response(&self, name: &str, response: MockResponse) {
        self.server(name).set_response(response);
    }

    /// Starts a flight, which ends with the scenario at the latest.
    pub(super) async fn start_flight(&self, request: FlightRequest) -> Result<(), ControlError> {
        let info = self.control.start_flight(request).await?;
        self.state().flight = flight_id(&info);
        Ok(())
    }

    /// Ends the connection to the simulator.
    pub(super) fn disconnect_simulator(
        &self,
        duration: Option<Duration>,
    ) -> Result<(), ControlError> {
        self.control.command_flight(Command::Disconnect.into())?;
        self.state().is_simulator_gone = true;
        let control = self.control.clone();
        self.undo_after(Fault::DisconnectedSimulator, duration, async move {
            reconnect(&control);
            Ok(())
        });
        Ok(())
    }

    /// Connects to the simulator again.
    pub(super) fn reconnect_simulator(&self) -> Result<(), ControlError> {
        self.cancel_timer(&Fault::DisconnectedSimulator);
        self.control.command_flight(Command::Reconnect.into())?;
        self.state().is_simulator_gone = false;
        Ok(())
    }

    /// Makes requests to the airline fail.
    pub(super) fn fail_airline(&self, fault: AirlineFault, duration: Option<Duration>) {
        self.state().is_airline_faulty = true;
        let control = self.control.clone();
        control.fail_airline(fault);
        self.undo_after(Fault::AirlineFailure, duration, async move {
            control.restore_airline();
            Ok(())
        });
    }

    /// Ends [`fail_airline`](Self::fail_airline).
    pub(super) fn restore_airline(&self) {
        self.cancel_timer(&Fault::AirlineFailure);
        self.control.restore_airline();
    }

    /// Undoes all faults, ends the scenario's flight, and stops the mock servers.
    pub(super) async fn undo_all(&self) {
        let State {
            servers,
            is_store_faulty,
            is_airline_faulty,
            is_simulator_gone,
            flight,
            timers,
        } = std::mem::take(&mut *self.state());
        drop(timers);
        if is_store_faulty {
            self.control.restore_store();
        }
        if is_airline_faulty {
            self.control.restore_airline();
        }
        if is_simulator_gone {
            reconnect(&self.control);
        }
        if flight.is_some() && flight == flight_id(&self.control.flight()) {
            // An error means that it has ended in the meantime.
            let _ = self.control.command_flight(Command::End.into());
        }
        for server in servers.values() {
            // Frees the port for the next scenario.
            server.stop().await;
        }
    }

    /// Starts the timer of a fault, in place of an earlier one.
    fn undo_after(
        &self,
        fault: Fault,
        duration: Option<Duration>,
        undo: impl Future<Output = Result<(), String>> + Send + 'static,
    ) {
        self.cancel_timer(&fault);
        let Some(duration) = duration else {
            return;
        };
        let control = self.control.clone();
        let timer = tokio::spawn(async move {
            tokio::time::sleep(duration).await;
            if let Err(error) = undo.await {
                control.log("", Level::Error, error);
            }
        });
        let timer = AbortOnDropHandle::new(timer);
        self.state().timers.insert(fault, timer);
    }

    fn cancel_timer(&self, fault: &Fault) {
        self.state().timers.remove(fault);
    }

    fn server(&self, name: &str) -> Arc<MockServer> {
        let server = self.state().servers.get(name).cloned();
        server.expect("the parser has checked the name")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Connects to the simulator, unless it is connected or the flight has ended.
fn reconnect(control: &Control) {
    // An error means that there is nothing to undo.
    let _ = control.command_flight(Command::Reconnect.into());
}

/// Id of the present flight.
fn flight_id(info: &FlightInfo) -> Option<Value> {
    info.state.flight.as_ref()?.stratos_flight_id.clone()
}

fn restart_failed(name: &str, error: &io::Error) -> String {
    format!("the mock server `{name}` cannot listen on its port again: {error}")
}
