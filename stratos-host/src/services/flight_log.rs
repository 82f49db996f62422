//! The flight log service: entries of plugins in the log of the flight.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use serde_json::value::RawValue;
use stratos_protocol::flight_log::{Add, FlightLogEvent, Remove, Update};
use stratos_protocol::method::Empty;
use stratos_protocol::{ErrorCode, Request as _, RpcError};
use stratos_transport::rpc;

use crate::event::{Event, EventBus, FlightLogChange, LimitedEvent};
use crate::services::service::{Caller, Resources, RpcResult, Service};

/// Entries of one flight; a plugin in a loop would fill the shell's memory.
const MAX_ENTRIES: usize = 10_000;
/// The longest condition or message in bytes.
const MAX_TEXT_BYTES: usize = 4 * 1024;

/// The log of the flight.
#[derive(Debug)]
pub(crate) struct FlightLogService {
    events: EventBus,
    log: Mutex<FlightLog>,
}

#[derive(Debug, Default)]
struct FlightLog {
    /// Time of the flight; `None` without a flight.
    now: Option<FlightTime>,
    /// The entries in their order, with the plugin that added each.
    entries: Vec<(String, FlightLogEvent)>,
    /// Number of entries of all flights so far, for ids that no later flight has.
    added: u64,
}

/// A moment of a flight.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FlightTime {
    /// Time of the start.
    pub(crate) started_at: SystemTime,
    /// Time since the start.
    pub(crate) elapsed: Duration,
}

impl Service for FlightLogService {
    const METHODS: &'static [&'static str] = &[Add::METHOD, Update::METHOD, Remove::METHOD];
    const LATER: &'static [stratos_protocol::Service] = &[stratos_protocol::Service::FlightLog];
    const KEEPS_ORDER: bool = true;

    fn new(resources: &Resources) -> Self {
        Self {
            events: resources.events.clone(),
            log: Mutex::default(),
        }
    }

    async fn handle_request(
        &self,
        caller: &Arc<Caller>,
        method: &str,
        params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        match method {
            Add::METHOD => rpc::respond(params, async |add| self.add(caller, add)).await,
            Update::METHOD => {
                rpc::respond(params, async |update| self.update(caller, update)).await
            }
            _ => rpc::respond(params, async |remove| self.remove(caller, &remove)).await,
        }
    }
}

impl FlightLogService {
    /// Begins the log of a new flight.
    pub(crate) fn begin(&self, now: FlightTime) {
        let mut log = self.lock();
        log.entries.clear();
        log.now = Some(now);
    }

    /// Sets the time of the flight.
    pub(crate) fn set_time(&self, now: FlightTime) {
        self.lock().now = Some(now);
    }

    /// Ends the flight; its entries stay until the next one begins.
    pub(crate) fn end(&self) {
        self.lock().now = None;
    }

    /// All entries, the oldest first.
    pub(crate) fn entries(&self) -> Vec<FlightLogEvent> {
        let log = self.lock();
        log.entries.iter().map(|(_, entry)| entry.clone()).collect()
    }

    fn add(&self, caller: &Caller, add: Add) -> RpcResult<Option<FlightLogEvent>> {
        let Add {
            category,
            condition,
            message,
        } = add;
        caller.check_may_write()?;
        check_text("condition", &condition)?;
        check_text("message", &message)?;
        let mut log = self.lock();
        let Some(FlightTime {
            started_at,
            elapsed,
        }) = log.now
        else {
            return Ok(None);
        };
        if log.entries.len() >= MAX_ENTRIES {
            let text = format!("the flight log is full: it has {MAX_ENTRIES} entries");
            return Err(RpcError::new(ErrorCode::TooLarge, text));
        }
        log.added += 1;
        let entry = FlightLogEvent {
            event_id: format!("log-{}", log.added),
            event_timestamp: started_at + elapsed,
            event_elapsed_time: Some(elapsed),
            event_condition: condition,
            category,
            message,
        };
        log.entries.push((caller.plugin.clone(), entry.clone()));
        drop(log);
        self.emit(caller, FlightLogChange::Added(entry.clone()));
        Ok(Some(entry))
    }

    fn update(&self, caller: &Caller, update: Update) -> RpcResult<Empty> {
        let Update { event_id, message } = update;
        caller.check_may_write()?;
        check_text("message", &message)?;
        let mut log = self.lock();
        let index = log.find(caller, &event_id)?;
        let (_, entry) = &mut log.entries[index];
        entry.message = message;
        let entry = entry.clone();
        drop(log);
        self.emit(caller, FlightLogChange::Updated(entry));
        Ok(Empty {})
    }

    fn remove(&self, caller: &Caller, remove: &Remove) -> RpcResult<Empty> {
        caller.check_may_write()?;
        let mut log = self.lock();
        let index = log.find(caller, &remove.event_id)?;
        let (_, entry) = log.entries.remove(index);
        drop(log);
        self.emit(caller, FlightLogChange::Removed(entry));
        Ok(Empty {})
    }

    fn emit(&self, caller: &Caller, change: FlightLogChange) {
        let event = Event::FlightLog {
            plugin: caller.plugin.clone(),
            change,
        };
        self.events.emit_journaled(LimitedEvent::FlightLog, event);
    }

    fn lock(&self) -> MutexGuard<'_, FlightLog> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FlightLog {
    /// Index of an entry that the plugin itself has added.
    fn find(&self, caller: &Caller, id: &str) -> RpcResult<usize> {
        let mut entries = self.entries.iter();
        let found =
            entries.position(|(plugin, entry)| *plugin == caller.plugin && entry.event_id == id);
        found.ok_or_else(|| {
            let id = id.escape_debug();
            let text = format!("the flight log has no entry `{id}` of this plugin");
            RpcError::new(ErrorCode::InvalidParams, text)
        })
    }
}

fn check_text(part: &str, text: &str) -> RpcResult<()> {
    match text.len() {
        0 => Err(RpcError::new(
            ErrorCode::InvalidParams,
            format!("the {part} is empty"),
        )),
        1..=MAX_TEXT_BYTES => Ok(()),
        bytes => {
            let text =
                format!("the {part} is {bytes} bytes long, at most {MAX_TEXT_BYTES} are allowed");
            Err(RpcError::new(ErrorCode::TooLarge, text))
        }
    }
}
