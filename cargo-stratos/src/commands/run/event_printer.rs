//! Background task that prints the shell's events.

use std::time::Duration;

use serde_json::json;
use stratos_host::control::Control;
use stratos_host::event::{Event, Subscriber};
use stratos_host::remote::PluginInfo;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::commands::run::event_filter::EventFilter;
use crate::commands::run::status::StatusBlock;
use crate::error::Error;
use crate::output::{EventFormat, Output, Printer, to_json};

/// Maximum time to print what is left when the shell has stopped, for each of the two queues.
const FLUSH_TIMEOUT: Duration = Duration::from_millis(500);

/// Prints events while the shell runs.
#[derive(Debug)]
pub(super) struct EventPrinter {
    printer: Printer,
    task: JoinHandle<()>,
    /// None after the status block.
    ready: Option<oneshot::Sender<Vec<PluginInfo>>>,
    stop: CancellationToken,
}

/// Formats events and passes them to the printer. It waits for the printer, but the shell does not wait for it.
struct FormatTask {
    events: Subscriber,
    control: Control,
    queue: mpsc::Sender<String>,
    /// `None` for lines of JSON.
    format: Option<EventFormat>,
    filter: EventFilter,
    status: StatusBlock,
    ready: oneshot::Receiver<Vec<PluginInfo>>,
    stop: CancellationToken,
}

impl EventPrinter {
    /// Starts the tasks. Without a format, events are lines of JSON.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub(super) fn start(
        output: &Output,
        format: Option<EventFormat>,
        filter: EventFilter,
        status: StatusBlock,
        events: Subscriber,
        control: &Control,
    ) -> Result<Self, Error> {
        let printer = Printer::start(output.clone())?;
        let (ready, status_block) = oneshot::channel();
        let stop = CancellationToken::new();
        let task = FormatTask {
            events,
            control: control.clone(),
            queue: printer.queue(),
            format,
            filter,
            status,
            ready: status_block,
            stop: stop.clone(),
        };
        Ok(Self {
            printer,
            task: tokio::spawn(task.run()),
            ready: Some(ready),
            stop,
        })
    }

    /// Queue for other text to print.
    pub(super) fn queue(&self) -> mpsc::Sender<String> {
        self.printer.queue()
    }

    /// Prints the status block with these plugins, which have started.
    pub(super) fn show_ready(&mut self, plugins: Vec<PluginInfo>) {
        if let Some(ready) = self.ready.take() {
            // An error means that printing has failed.
            let _ = ready.send(plugins);
        }
    }

    /// Waits for an error of printing. Never returns if there is none.
    pub(super) async fn error(&mut self) -> Error {
        self.printer.error().await
    }

    /// Prints the events so far, at most for twice [`FLUSH_TIMEOUT`].
    pub(super) async fn finish(mut self) {
        self.stop.cancel();
        let stopped = tokio::time::timeout(FLUSH_TIMEOUT, &mut self.task).await;
        if stopped.is_err() {
            self.task.abort();
        }
        self.printer.finish(FLUSH_TIMEOUT).await;
    }
}

impl FormatTask {
    async fn run(mut self) {
        let mut is_ready = false;
        loop {
            let text = tokio::select! {
                // Events come before the status block, which comes before the stop.
                biased;
                Some(event) = self.events.next() => match self.filter.accepts(&event) {
                    true => self.format_event(&event),
                    false => continue,
                },
                Ok(plugins) = &mut self.ready, if !is_ready => {
                    is_ready = true;
                    match self.format {
                        // Stopped while plugins were being built: there is no next step.
                        Some(_) if !self.status.exit_when_ready && self.control.is_shutting_down() => continue,
                        Some(_) => self.status.render(&plugins),
                        None => self.ready_event(&plugins),
                    }
                }
                () = self.stop.cancelled() => return,
            };
            if self.queue.send(text).await.is_err() {
                return;
            }
        }
    }

    fn format_event(&self, event: &Event) -> String {
        match &self.format {
            Some(format) => format.lines(event),
            None => to_json(event),
        }
    }

    fn ready_event(&self, plugins: &[PluginInfo]) -> String {
        let url = &self.status.url;
        to_json(&json!({ "event": "ready", "url": url, "plugins": plugins }))
    }
}
