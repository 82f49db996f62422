//! Asks the flight planner, but not more often than needed, and does not trust its answers.

use std::time::{Duration, Instant};

use reqwest::{Client, Response, StatusCode, Url};
use stratos::serde_json::{self, Value};
use stratos::tokio::sync::Mutex;
use thiserror::Error;

use crate::ofp::{Incomplete, Ofp};

/// A request that takes longer has failed.
const DEADLINE: Duration = Duration::from_secs(20);
/// A plan with route and weather has some hundred kilobytes.
const ANSWER_BYTES: usize = 4 * 1024 * 1024;
/// How long an answer is given again.
const FRESH: Duration = Duration::from_secs(60);

/// Fetches flight plans and remembers the latest one.
#[derive(Debug)]
pub(crate) struct Planner {
    http: Client,
    latest: Mutex<Option<Fetched>>,
}

#[derive(Debug)]
struct Fetched {
    url: Url,
    at: Instant,
    ofp: Ofp,
}

/// Why there is no flight plan.
#[derive(Debug, Error)]
pub(crate) enum PlannerError {
    #[error("cannot reach the flight planner")]
    Unreachable(#[source] reqwest::Error),
    #[error("the flight planner's answer broke off")]
    BrokeOff(#[source] reqwest::Error),
    #[error(
        "the flight planner's answer is larger than {} MiB",
        ANSWER_BYTES / 1024 / 1024
    )]
    TooLarge,
    #[error("the flight planner answered ({status}) with something that is no JSON")]
    NotJson {
        status: StatusCode,
        #[source]
        source: serde_json::Error,
    },
    #[error("the flight planner refused ({status}): {reason}")]
    Refused { status: StatusCode, reason: String },
    #[error("the flight planner's answer is no flight plan")]
    NoPlan(#[source] Incomplete),
}

impl Planner {
    pub(crate) fn new() -> reqwest::Result<Self> {
        // `reqwest` leaves the choice of the cryptography to the program. An error means that it is made already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            http: Client::builder().timeout(DEADLINE).build()?,
            latest: Mutex::default(),
        })
    }

    /// The flight plan at this address.
    pub(crate) async fn ofp(&self, url: Url) -> Result<Ofp, PlannerError> {
        // Held until the answer is there: whoever asks meanwhile gets the same one.
        let mut latest = self.latest.lock().await;
        if let Some(fetched) = latest.as_ref().filter(|f| f.serves(&url, Instant::now())) {
            return Ok(fetched.ofp.clone());
        }
        let ofp = self.fetch(url.clone()).await?;
        *latest = Some(Fetched {
            url,
            at: Instant::now(),
            ofp: ofp.clone(),
        });
        Ok(ofp)
    }

    /// Makes the next question one for the planner.
    pub(crate) async fn forget(&self) {
        *self.latest.lock().await = None;
    }

    async fn fetch(&self, url: Url) -> Result<Ofp, PlannerError> {
        let answer = self.http.get(url).send().await;
        let answer = answer.map_err(PlannerError::Unreachable)?;
        let status = answer.status();
        let plan: Value = serde_json::from_slice(&body(answer).await?)
            .map_err(|source| PlannerError::NotJson { status, source })?;
        if !status.is_success() {
            let reason = plan.pointer("/fetch/status").and_then(Value::as_str);
            return Err(PlannerError::Refused {
                status,
                reason: reason.unwrap_or("it does not say why").to_owned(),
            });
        }
        Ofp::read(&plan).map_err(PlannerError::NoPlan)
    }
}

/// The whole answer, unless it is too large: then no more of it is read.
async fn body(mut answer: Response) -> Result<Vec<u8>, PlannerError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(PlannerError::BrokeOff)? {
        if body.len() + chunk.len() > ANSWER_BYTES {
            return Err(PlannerError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl Fetched {
    fn serves(&self, url: &Url, now: Instant) -> bool {
        self.url == *url && now.duration_since(self.at) < FRESH
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_serves_for_a_minute_and_its_address_only() {
        let at = Instant::now();
        let url: Url = "https://a.b/?username=ada".parse().unwrap();
        let fetched = Fetched {
            url: url.clone(),
            at,
            ofp: Ofp {
                units: "kgs".to_owned(),
                block_fuel: 1.0,
                zero_fuel_weight: 2.0,
                takeoff_weight: 3.0,
            },
        };
        assert!(fetched.serves(&url, at + Duration::from_secs(59)));
        assert!(!fetched.serves(&url, at + Duration::from_secs(60)));
        let other = "https://a.b/?username=bertrand".parse().unwrap();
        assert!(!fetched.serves(&other, at));
    }
}
