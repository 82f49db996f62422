//! Services of `ctx` in the mocked shell, with plugins that send raw requests.

mod airline;
mod commands;
mod database;
mod flight;
mod indicator;
mod modals;
mod notify;
