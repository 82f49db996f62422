//! The dialog and prompt services: one dialog or prompt at a time, over all plugins.

mod policy;
mod queue;
mod service;

pub use self::policy::AnswerPolicy;
pub use self::queue::AnswerModalError;
pub(crate) use self::service::ModalService;
