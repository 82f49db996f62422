//! The indicator service: the badge beside each plugin's entry in the sidebar.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::value::RawValue;
use stratos_protocol::Request as _;
use stratos_protocol::indicator::{Clear, Set};
use stratos_protocol::method::Empty;
use stratos_transport::rpc;

use crate::event::{Event, EventBus, LimitedEvent, cut};
use crate::services::service::{Caller, Resources, RpcResult, Service};

/// Longest tooltip; longer ones are cut: 1 KiB.
const TOOLTIP_BYTES: usize = 1024;

/// Keeps the indicator of each plugin over its generations, until it is cleared or the shell ends (V3).
#[derive(Debug)]
pub(crate) struct IndicatorService {
    events: EventBus,
    /// The indicators, by plugin.
    indicators: Mutex<BTreeMap<String, Set>>,
}

impl Service for IndicatorService {
    const METHODS: &'static [&'static str] = &[Set::METHOD, Clear::METHOD];
    const LATER: &'static [stratos_protocol::Service] = &[stratos_protocol::Service::Indicator];
    const KEEPS_ORDER: bool = true;

    fn new(resources: &Resources) -> Self {
        Self {
            events: resources.events.clone(),
            indicators: Mutex::default(),
        }
    }

    async fn handle_request(
        &self,
        caller: &Arc<Caller>,
        method: &str,
        params: &RawValue,
    ) -> RpcResult<Box<RawValue>> {
        match method {
            Set::METHOD => {
                rpc::respond(params, async |set: Set| {
                    let tooltip = set.tooltip.map(|text| cut(text, TOOLTIP_BYTES));
                    self.change(caller, Some(Set { tooltip, ..set }))
                })
                .await
            }
            Clear::METHOD => rpc::respond(params, async |Clear {}| self.change(caller, None)).await,
            _ => Err(rpc::method_not_found("shell", method)),
        }
    }
}

impl IndicatorService {
    /// The indicator of a plugin, if it has one.
    pub(crate) fn get(&self, plugin: &str) -> Option<Set> {
        self.lock().get(plugin).cloned()
    }

    /// Removes the indicator of a plugin that the pilot has opened, if it is to go then.
    pub(crate) fn plugin_opened(&self, plugin: &str) {
        let mut indicators = self.lock();
        if indicators
            .get(plugin)
            .is_some_and(|set| set.dismiss_on_open)
        {
            self.replace(&mut indicators, plugin, None);
        }
    }

    /// Changes the indicator, unless a newer generation of the plugin has taken over.
    fn change(&self, caller: &Caller, indicator: Option<Set>) -> RpcResult<Empty> {
        let mut indicators = self.lock();
        caller.check_may_write()?;
        self.replace(&mut indicators, &caller.plugin, indicator);
        Ok(Empty {})
    }

    /// Stores or removes an indicator, and emits the event if it differs.
    fn replace(
        &self,
        indicators: &mut BTreeMap<String, Set>,
        plugin: &str,
        indicator: Option<Set>,
    ) {
        let before = match indicator.clone() {
            Some(set) => indicators.insert(plugin.to_owned(), set),
            None => indicators.remove(plugin),
        };
        if before != indicator {
            let plugin = plugin.to_owned();
            let event = Event::Indicator { plugin, indicator };
            self.events.emit_journaled(LimitedEvent::Indicator, event);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Set>> {
        self.indicators
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use stratos_protocol::ErrorCode;
    use stratos_protocol::indicator::IndicatorKind;
    use stratos_transport::PluginFolders;

    use super::*;

    #[test]
    fn a_replaced_generation_cannot_change_the_indicator() {
        let service = IndicatorService {
            events: EventBus::default(),
            indicators: Mutex::default(),
        };
        let caller =
            |generation| Caller::new("demo".to_owned(), generation, PluginFolders::default());
        let set = |dismiss_on_open| Set {
            kind: IndicatorKind::Warning,
            tooltip: None,
            dismiss_on_open,
        };
        let (old, new) = (caller(1), caller(2));
        service.change(&old, Some(set(false))).unwrap();
        old.revoke_writes();
        service.change(&new, Some(set(true))).unwrap();
        for change in [None, Some(set(false))] {
            let error = service.change(&old, change).unwrap_err();
            assert_eq!(error.code, ErrorCode::Retired);
        }
        assert_eq!(service.get("demo"), Some(set(true)));
    }
}
