//! The logger service: log lines of plugins, within their limits.

use serde::Deserialize;
use serde_json::value::RawValue;
use stratos_protocol::Notification as _;
use stratos_protocol::limits::LOG_LINE_BYTES;
use stratos_protocol::logger::{Level, Log, LogDropped};
use stratos_transport::rpc;

use crate::event::{EventBus, JsonText, cut, cut_tag};
use crate::services::service::{Caller, Resources, RpcResult, Service};

/// Emits log lines as events.
#[derive(Debug)]
pub(crate) struct LoggerService {
    events: EventBus,
}

/// [`Log`] whose data is not parsed yet.
#[derive(Deserialize)]
struct RawLog<'a> {
    level: Level,
    tag: String,
    message: String,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

impl Service for LoggerService {
    const METHODS: &'static [&'static str] = &[Log::METHOD, LogDropped::METHOD];

    fn new(resources: &Resources) -> Self {
        Self {
            events: resources.events.clone(),
        }
    }

    fn handle_notification(
        &self,
        caller: &Caller,
        method: &str,
        params: &RawValue,
    ) -> RpcResult<()> {
        if method == LogDropped::METHOD {
            let LogDropped { lines } = rpc::decode(params)?;
            self.events.count_dropped(&caller.plugin, lines);
            return Ok(());
        }
        let RawLog {
            level,
            tag,
            message,
            data,
        } = rpc::decode(params)?;
        let (tag, message) = (cut_tag(tag), cut(message, LOG_LINE_BYTES));
        let data = data.map(JsonText::new_or_quoted);
        self.events.log(&caller.plugin, level, &tag, message, data);
        Ok(())
    }

    fn session_ended(&self, caller: &Caller) {
        self.events.report_dropped(&caller.plugin);
    }
}
