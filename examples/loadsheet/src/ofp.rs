//! Weights of an operational flight plan (OFP).

use serde::Serialize;
use stratos::serde_json::Value;
use thiserror::Error;

/// Planned weights for a loadsheet.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ofp {
    /// Unit of all weights: `kgs` or `lbs`.
    pub(crate) units: String,
    /// Fuel at block-off.
    pub(crate) block_fuel: f64,
    /// Weight of the loaded aircraft without fuel.
    pub(crate) zero_fuel_weight: f64,
    /// Weight at take-off.
    pub(crate) takeoff_weight: f64,
}

/// Error of [`Ofp::parse`]: a field is missing or malformed.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("the flight plan has no valid {field}")]
pub(crate) struct InvalidPlan {
    /// JSON pointer of the field.
    field: &'static str,
}

impl Ofp {
    /// Parses a plan in SimBrief's JSON format.
    pub(crate) fn parse(plan: &Value) -> Result<Self, InvalidPlan> {
        Ok(Self {
            units: text(plan, "/params/units")?.to_owned(),
            block_fuel: number(plan, "/fuel/plan_ramp")?,
            zero_fuel_weight: number(plan, "/weights/est_zfw")?,
            takeoff_weight: number(plan, "/weights/est_tow")?,
        })
    }
}

fn text<'a>(plan: &'a Value, field: &'static str) -> Result<&'a str, InvalidPlan> {
    let value = plan.pointer(field).and_then(Value::as_str);
    value.ok_or(InvalidPlan { field })
}

/// Parses a number, which SimBrief encodes as a string.
fn number(plan: &Value, field: &'static str) -> Result<f64, InvalidPlan> {
    let number = text(plan, field)?.parse().ok();
    number
        .filter(|number: &f64| number.is_finite())
        .ok_or(InvalidPlan { field })
}

#[cfg(test)]
mod tests {
    use stratos::serde_json::json;

    use super::*;

    #[test]
    fn complete_plan_is_parsed() {
        let parsed = Ofp::parse(&plan("6418", "58210"));
        let expected = Ofp {
            units: "kgs".to_owned(),
            block_fuel: 6418.0,
            zero_fuel_weight: 58210.0,
            takeoff_weight: 64428.0,
        };
        assert_eq!(parsed, Ok(expected));
    }

    #[test]
    fn error_names_the_missing_or_malformed_field() {
        for (plan, field) in [
            (json!([]), "/params/units"),
            (plan("", "58210"), "/fuel/plan_ramp"),
            (plan("6418", "heavy"), "/weights/est_zfw"),
            (plan("6418", "inf"), "/weights/est_zfw"),
        ] {
            assert_eq!(Ofp::parse(&plan), Err(InvalidPlan { field }), "{plan}");
        }
    }

    fn plan(block_fuel: &str, zero_fuel_weight: &str) -> Value {
        json!({
            "params": { "units": "kgs" },
            "fuel": { "plan_ramp": block_fuel },
            "weights": { "est_zfw": zero_fuel_weight, "est_tow": "64428" },
        })
    }
}
