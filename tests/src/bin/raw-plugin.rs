//! A plugin that sends the raw requests of the protocol that its IPC channel `request` is given.

fn main() {
    stratos_tests::run_raw_plugin();
}
