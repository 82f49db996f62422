//! Doctests of the Rust blocks in the book and the README: `cargo test --doc -p stratos-tests`.
//!
//! `#[stratos::plugin]` in these blocks reads `tests/plugin.json`.

#[doc = include_str!("../../README.md")]
mod readme {}

#[doc = include_str!("../../book/src/introduction.md")]
mod introduction {}

#[doc = include_str!("../../book/src/quick-start.md")]
mod quick_start {}

#[doc = include_str!("../../book/src/contract.md")]
mod contract {}

#[doc = include_str!("../../book/src/macro.md")]
mod attribute {}

#[doc = include_str!("../../book/src/settings.md")]
mod settings {}

#[doc = include_str!("../../book/src/services.md")]
mod services {}

#[doc = include_str!("../../book/src/flights.md")]
mod flights {}

#[doc = include_str!("../../book/src/cabin-crew.md")]
mod cabin_crew {}

#[doc = include_str!("../../book/src/landing-diary.md")]
mod landing_diary {}

#[doc = include_str!("../../book/src/ten-mistakes.md")]
mod ten_mistakes {}
#[doc = include_str!("../../book/src/contract-tests.md")]
mod contract_tests {}

#[doc = include_str!("../../book/src/testing.md")]
mod testing {}

#[doc = include_str!("../../book/src/process-model.md")]
mod process_model {}

#[doc = include_str!("../../book/src/mocked-shell.md")]
mod mocked_shell {}

#[doc = include_str!("../../book/src/reliability.md")]
mod reliability {}
#[doc = include_str!("../../book/src/figures.md")]
mod figures {}
#[doc = include_str!("../../book/src/scenarios.md")]
mod scenarios {}
#[doc = include_str!("../../book/src/faults.md")]
mod faults {}

#[doc = include_str!("../../book/src/linter.md")]
mod linter {}

#[doc = include_str!("../../book/src/rules.md")]
mod rules {}

#[doc = include_str!("../../book/src/ship.md")]
mod ship {}

#[doc = include_str!("../../book/src/exit-codes.md")]
mod exit_codes {}

#[doc = include_str!("../../book/src/ci.md")]
mod ci {}
