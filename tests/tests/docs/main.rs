//! The book and the conventions of ARCHITECTURE.md and CONTRIBUTING.md.

mod book;
mod contract_page;
mod conventions;
mod layers;
