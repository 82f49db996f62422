//! Scenarios: files with steps that are played against a running shell.
//!
//! [`Scenario::parse_and_bind`] reads a file, and [`ScenarioPlayer`] plays it: one step after the other,
//! on tokio's clock, until one fails. At the end, all faults that the scenario has injected are undone.
//!
//! A new verb is one entry of a table in `verbs/`: its name, its documentation, its keys, and a function
//! that parses the keys into an `Action`, which has the text for messages and the implementation.
//!
//! The modules import each other in one direction: `duration`, `error`, `json_subset` and `table_reader` are the
//! lowest; `mock_server`, `config_override`, `faults`, `expectation` and `observer` are what actions use; `verbs`
//! defines the actions; `model`, `parse` and `bind` make a scenario of them, and `player` plays it.

mod action;
mod bind;
mod config_override;
mod duration;
mod error;
mod expectation;
mod faults;
mod json_subset;
mod mock_server;
mod mock_server_config;
mod model;
mod observer;
mod parse;
mod player;
mod report;
mod step_reader;
mod table_reader;
mod verbs;

pub use self::error::{Diagnostic, ScenarioError};
pub use self::model::Scenario;
pub use self::player::{AfterScenario, AlreadyPlaying, ScenarioPlayer};
pub use self::report::ScenarioReport;
pub use self::verbs::{KEYS, Key, Verb, verbs};
