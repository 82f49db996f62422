//! Client of the flight planner, with a cache and limits for untrusted responses.

use std::time::{Duration, Instant};

use reqwest::{Client, Response, StatusCode, Url};
use stratos::serde_json::{self, Value};
use stratos::tokio::sync::Mutex;
use thiserror::Error;

use crate::ofp::{InvalidPlan, Ofp};

/// Timeout of a request.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Maximum size of a response in bytes. A plan with route and weather has a few hundred kilobytes.
const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;
/// Time for which a plan is cached.
const CACHE_TTL: Duration = Duration::from_secs(60);

/// Client of the flight planner, which caches the latest flight plan.
#[derive(Debug)]
pub(crate) struct Planner {
    http: Client,
    cached: Mutex<Option<CachedPlan>>,
}

#[derive(Debug)]
struct CachedPlan {
    url: Url,
    fetched_at: Instant,
    ofp: Ofp,
}

/// Error of fetching a flight plan.
#[derive(Debug, Error)]
pub(crate) enum PlannerError {
    #[error("cannot connect to the flight planner")]
    Unreachable(#[source] reqwest::Error),
    #[error("the flight planner's response is incomplete")]
    Incomplete(#[source] reqwest::Error),
    #[error(
        "the flight planner's response is larger than {} MiB",
        MAX_RESPONSE_BYTES / 1024 / 1024
    )]
    TooLarge,
    #[error("the flight planner's response ({status}) is not valid JSON")]
    NotJson {
        status: StatusCode,
        #[source]
        source: serde_json::Error,
    },
    #[error("the flight planner rejected the request ({status}): {reason}")]
    Rejected { status: StatusCode, reason: String },
    #[error("the flight planner's response is not a flight plan")]
    InvalidPlan(#[source] InvalidPlan),
}

impl Planner {
    pub(crate) fn new() -> reqwest::Result<Self> {
        // `reqwest` lets the program choose the TLS provider. An error means that one is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self {
            http: Client::builder().timeout(TIMEOUT).build()?,
            cached: Mutex::default(),
        })
    }

    /// Returns the flight plan at this address, from the cache if it is recent.
    pub(crate) async fn ofp(&self, url: Url) -> Result<Ofp, PlannerError> {
        // The lock is held during the request, so that concurrent callers share one request.
        let mut cached = self.cached.lock().await;
        let valid = cached
            .as_ref()
            .filter(|plan| plan.is_valid(&url, Instant::now()));
        if let Some(plan) = valid {
            return Ok(plan.ofp.clone());
        }
        let ofp = self.fetch(url.clone()).await?;
        *cached = Some(CachedPlan {
            url,
            fetched_at: Instant::now(),
            ofp: ofp.clone(),
        });
        Ok(ofp)
    }

    /// Clears the cache, so that the next call fetches the plan.
    pub(crate) async fn clear_cache(&self) {
        *self.cached.lock().await = None;
    }

    async fn fetch(&self, url: Url) -> Result<Ofp, PlannerError> {
        let response = self.http.get(url).send().await;
        let response = response.map_err(PlannerError::Unreachable)?;
        let status = response.status();
        let plan: Value = serde_json::from_slice(&read_body(response).await?)
            .map_err(|source| PlannerError::NotJson { status, source })?;
        if !status.is_success() {
            let reason = plan.pointer("/fetch/status").and_then(Value::as_str);
            return Err(PlannerError::Rejected {
                status,
                reason: reason.unwrap_or("no reason given").to_owned(),
            });
        }
        Ofp::parse(&plan).map_err(PlannerError::InvalidPlan)
    }
}

/// Reads the body of a response, up to [`MAX_RESPONSE_BYTES`].
async fn read_body(mut response: Response) -> Result<Vec<u8>, PlannerError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(PlannerError::Incomplete)? {
        if body.len() + chunk.len() > MAX_RESPONSE_BYTES {
            return Err(PlannerError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl CachedPlan {
    fn is_valid(&self, url: &Url, now: Instant) -> bool {
        self.url == *url && now.duration_since(self.fetched_at) < CACHE_TTL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cached_plan_is_valid_for_its_address_for_one_minute() {
        let fetched_at = Instant::now();
        let url: Url = "https://a.b/?username=ada".parse().unwrap();
        let cached = CachedPlan {
            url: url.clone(),
            fetched_at,
            ofp: Ofp {
                units: "kgs".to_owned(),
                block_fuel: 1.0,
                zero_fuel_weight: 2.0,
                takeoff_weight: 3.0,
            },
        };
        assert!(cached.is_valid(&url, fetched_at + Duration::from_secs(59)));
        assert!(!cached.is_valid(&url, fetched_at + Duration::from_secs(60)));
        let other = "https://a.b/?username=bertrand".parse().unwrap();
        assert!(!cached.is_valid(&other, fetched_at));
    }
}
