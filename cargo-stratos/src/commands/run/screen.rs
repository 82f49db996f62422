//! Shows what happens, as fast as somebody reads.

use std::collections::BTreeMap;
use std::time::Duration;

use stratos_host::control::Control;
use stratos_host::event::{Event, Subscriber};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::commands::run::status::Status;
use crate::error::Error;
use crate::output::{EventFormat, Output, Printer, to_json};

/// How long the last words may take to be read.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// Everything that is printed while the shell runs.
#[derive(Debug)]
pub(super) struct Screen {
    printer: Printer,
    pump: JoinHandle<()>,
    end: CancellationToken,
}

/// Carries events to the printer. It waits for whoever reads; nobody waits for it.
struct Pump {
    watcher: Subscriber,
    control: Control,
    queue: mpsc::Sender<String>,
    /// Without it, lines of JSON.
    format: Option<EventFormat>,
    status: Status,
    end: CancellationToken,
}

impl Screen {
    /// Must be called within a runtime.
    pub(super) fn start(
        output: &Output,
        ids: Vec<String>,
        json: bool,
        status: Status,
        watcher: Subscriber,
        control: &Control,
    ) -> Result<Self, Error> {
        let printer = Printer::start(output.clone())?;
        let end = CancellationToken::new();
        let pump = Pump {
            watcher,
            control: control.clone(),
            queue: printer.queue(),
            format: (!json).then(|| EventFormat::new(ids)),
            status,
            end: end.clone(),
        };
        Ok(Self {
            printer,
            pump: tokio::spawn(pump.run()),
            end,
        })
    }

    /// Where to send other text.
    pub(super) fn queue(&self) -> mpsc::Sender<String> {
        self.printer.queue()
    }

    /// Waits until printing fails, if it ever does.
    pub(super) async fn failed(&mut self) -> Error {
        self.printer.error().await
    }

    /// Shows what has happened until now.
    pub(super) async fn finish(mut self) {
        self.end.cancel();
        if tokio::time::timeout(LAST_WORDS, &mut self.pump)
            .await
            .is_err()
        {
            self.pump.abort();
        }
        self.printer.finish(LAST_WORDS).await;
    }
}

impl Pump {
    async fn run(mut self) {
        let control = self.control.clone();
        let mut settled = std::pin::pin!(control.wait_until_settled());
        let mut is_settled = false;
        loop {
            let text = tokio::select! {
                // What has happened until then comes before the news that it is done.
                biased;
                Some(event) = self.watcher.next() => self.event(&event),
                plugins = &mut settled, if !is_settled => {
                    is_settled = true;
                    match self.format {
                        Some(_) => self.status.block(&plugins),
                        None => self.ready(),
                    }
                }
                () = self.end.cancelled() => return,
            };
            if self.queue.send(text).await.is_err() {
                return;
            }
        }
    }

    fn event(&self, event: &Event) -> String {
        match &self.format {
            Some(format) => format.lines(event),
            None => to_json(event),
        }
    }

    fn ready(&self) -> String {
        to_json(&BTreeMap::from([
            ("event", "ready"),
            ("url", &self.status.url),
        ]))
    }
}
