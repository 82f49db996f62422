//! The names that most rules use.

pub(super) use crate::{
    context::RuleContext,
    diagnostic::{Diagnostic, Findings},
    fix::{Edit, Safety},
    quote::quote,
    rule::declare_rule,
    syntax::{find, head_span, span},
};
