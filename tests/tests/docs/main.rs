//! The book and the conventions of ARCHITECTURE.md and CONTRIBUTING.md.

mod book;
mod conventions;
mod layers;
