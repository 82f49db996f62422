//! What a loadsheet needs of an operational flight plan (OFP).

use serde::Serialize;
use stratos::serde_json::Value;
use thiserror::Error;

/// The planned weights, in the plan's own unit.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Ofp {
    /// `kgs` or `lbs`.
    pub(crate) units: String,
    /// The fuel in the tanks at block-off.
    pub(crate) block_fuel: f64,
    /// The aircraft with everything but fuel.
    pub(crate) zero_fuel_weight: f64,
    /// The weight at take-off.
    pub(crate) takeoff_weight: f64,
}

/// The plan does not say something, or not as expected.
#[derive(Debug, PartialEq, Eq, Error)]
#[error("the flight plan has no usable {field}")]
pub(crate) struct Incomplete {
    field: &'static str,
}

impl Ofp {
    /// Reads a plan in the form of SimBrief's.
    pub(crate) fn read(plan: &Value) -> Result<Self, Incomplete> {
        Ok(Self {
            units: text(plan, "/params/units")?.to_owned(),
            block_fuel: number(plan, "/fuel/plan_ramp")?,
            zero_fuel_weight: number(plan, "/weights/est_zfw")?,
            takeoff_weight: number(plan, "/weights/est_tow")?,
        })
    }
}

fn text<'a>(plan: &'a Value, field: &'static str) -> Result<&'a str, Incomplete> {
    let value = plan.pointer(field).and_then(Value::as_str);
    value.ok_or(Incomplete { field })
}

/// Numbers come as text.
fn number(plan: &Value, field: &'static str) -> Result<f64, Incomplete> {
    let number = text(plan, field)?.parse().ok();
    number
        .filter(|number: &f64| number.is_finite())
        .ok_or(Incomplete { field })
}

#[cfg(test)]
mod tests {
    use stratos::serde_json::json;

    use super::*;

    #[test]
    fn a_complete_plan_is_read() {
        let read = Ofp::read(&plan("6418", "58210"));
        let expected = Ofp {
            units: "kgs".to_owned(),
            block_fuel: 6418.0,
            zero_fuel_weight: 58210.0,
            takeoff_weight: 64428.0,
        };
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn what_is_missing_is_named() {
        for (plan, field) in [
            (json!([]), "/params/units"),
            (plan("", "58210"), "/fuel/plan_ramp"),
            (plan("6418", "heavy"), "/weights/est_zfw"),
            (plan("6418", "inf"), "/weights/est_zfw"),
        ] {
            assert_eq!(Ofp::read(&plan), Err(Incomplete { field }), "{plan}");
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
