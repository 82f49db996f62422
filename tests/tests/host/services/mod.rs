//! Services of `ctx` in the mocked shell, with plugins that send raw requests.

mod database;
mod indicator;
mod modals;
mod notify;
