//! The SDK as plugin authors use it: `#[stratos::plugin]`, `stratos::testing`, and the errors for common mistakes.

mod author_mistakes;
mod flights;
mod log_lines;
mod old_shell;
mod plugin_macro;
mod services;
mod test_shell;
