//! The upload of a bundle.

use std::error::Error as _;
use std::fmt;
use std::io::{self, Cursor};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use reqwest::header::{ACCEPT, AUTHORIZATION, LOCATION};
use reqwest::multipart::{Form, Part};
use reqwest::{Body, Client, Request, Response, StatusCode, Url, redirect, retry};
use tokio_util::io::{InspectReader, ReaderStream};

use crate::platform::answer::Words;
use crate::platform::platform_url::is_loopback;
use crate::platform::retry::{MAX_ATTEMPTS, RetryBudget, retry_after};
use crate::platform::token::ApiToken;
use crate::platform::upload_error::UploadError;

/// Longest time for a connection to be established.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);

/// Bytes that are read from the bundle at once.
const CHUNK: usize = 64 * 1024;

/// A bundle to upload.
pub(crate) struct Upload {
    /// URL that receives versions of the plugin.
    pub(crate) url: Url,
    /// Token of the account.
    pub(crate) token: ApiToken,
    /// The zip.
    pub(crate) bytes: Arc<[u8]>,
    /// Longest time without any progress.
    pub(crate) timeout: Duration,
    /// Called with each event.
    pub(crate) on_event: Arc<dyn Fn(UploadEvent<'_>) + Send + Sync>,
}

/// Progress of an upload.
#[derive(Debug)]
pub(crate) enum UploadEvent<'a> {
    /// Number of bytes of the bundle that are on their way.
    Sent(u64),
    /// The upload failed, certainly without effect, and is repeated after a pause.
    Retry {
        error: &'a UploadError,
        pause: Duration,
        /// Number of the next attempt.
        attempt: u32,
        /// Number of the last attempt.
        last: u32,
    },
}

/// An upload that the platform accepted.
#[derive(Debug)]
pub(crate) struct Accepted {
    /// Status code of the answer.
    pub(crate) status: u16,
    /// Text of the answer.
    pub(crate) words: Option<Words>,
    /// Whether the answer came to its end.
    pub(crate) is_whole: bool,
}

/// Uploads a bundle. Repeats what the platform has certainly not taken: failures to connect, and answers of status 429 and
/// 503 that say when to come back.
pub(crate) async fn upload(upload: &Upload) -> Result<Accepted, UploadError> {
    let client = client(&upload.url)?;
    let mut budget = RetryBudget::new();
    loop {
        let error = match attempt(&client, upload).await {
            Ok(accepted) => return Ok(accepted),
            Err(error) => error,
        };
        let asked = match &error {
            UploadError::Connect(_) => None,
            UploadError::Busy { retry_after, .. } if retry_after.is_some() => *retry_after,
            _ => return Err(error),
        };
        let Some(pause) = budget.next(asked) else {
            return Err(error);
        };
        (upload.on_event)(UploadEvent::Retry {
            error: &error,
            pause,
            attempt: budget.attempt,
            last: MAX_ATTEMPTS,
        });
        tokio::time::sleep(pause).await;
    }
}

fn client(url: &Url) -> Result<Client, UploadError> {
    // `reqwest` lets the program choose the TLS provider. An error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("cargo-stratos/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .pool_max_idle_per_host(0)
        .connect_timeout(CONNECT_TIMEOUT);
    if is_loopback(url) {
        // A proxy or a name server would lead the token away from this machine, without encryption. Port 0 stands for the
        // port of the URL.
        let addresses = [
            SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            SocketAddr::from((Ipv6Addr::LOCALHOST, 0)),
        ];
        builder = builder.no_proxy().resolve_to_addrs("localhost", &addresses);
    }
    builder.build().map_err(UploadError::Client)
}

async fn attempt(client: &Client, upload: &Upload) -> Result<Accepted, UploadError> {
    let sent = Arc::new(AtomicU64::new(0));
    let request = request(client, upload, &sent)?;
    let response = send(client, request, upload, &sent).await?;
    let status = response.status();
    let retry_after = retry_after(response.headers(), SystemTime::now());
    let location = response.headers().get(LOCATION).map(|to| {
        let to = String::from_utf8_lossy(to.as_bytes());
        let url = upload.url.join(&to);
        upload
            .token
            .mask(&url.map_or_else(|_| to.into_owned(), String::from))
    });
    let (words, is_whole) = Words::read(response, &upload.token, upload.timeout).await;
    let code = status.as_u16();
    match status {
        _ if status.is_success() => Ok(Accepted {
            status: code,
            words,
            is_whole,
        }),
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => Err(UploadError::Busy {
            status: code,
            retry_after,
            words,
        }),
        _ if status.is_redirection() => Err(UploadError::Redirect {
            status: code,
            location: location.unwrap_or_else(|| "nowhere".to_owned()),
        }),
        _ if status.is_server_error() => Err(UploadError::Server {
            status: code,
            words,
        }),
        _ => Err(UploadError::Refused {
            status: code,
            words,
        }),
    }
}

/// The request of published workflows (observed). `sent` counts the bytes of the bundle that the client has taken.
fn request(
    client: &Client,
    upload: &Upload,
    sent: &Arc<AtomicU64>,
) -> Result<Request, UploadError> {
    let total = upload.bytes.len() as u64;
    let (sent, on_event) = (Arc::clone(sent), Arc::clone(&upload.on_event));
    let count = move |chunk: &[u8]| {
        let length = chunk.len() as u64;
        let sent = sent.fetch_add(length, Ordering::Relaxed) + length;
        on_event(UploadEvent::Sent(sent));
    };
    let reader = InspectReader::new(Cursor::new(Arc::clone(&upload.bytes)), count);
    let body = Body::wrap_stream(ReaderStream::with_capacity(reader, CHUNK));
    let part = Part::stream_with_length(body, total)
        .file_name("bundle.zip")
        .mime_str("application/zip")
        .expect("it is a MIME type");
    client
        .post(upload.url.clone())
        .header(ACCEPT, "application/json")
        .header(AUTHORIZATION, upload.token.authorization())
        .multipart(Form::new().part("file", part))
        .build()
        .map_err(UploadError::Client)
}

/// Sends the request and waits for the head of the answer.
async fn send(
    client: &Client,
    request: Request,
    upload: &Upload,
    sent: &AtomicU64,
) -> Result<Response, UploadError> {
    let total = upload.bytes.len() as u64;
    let sent = || sent.load(Ordering::Relaxed);
    let interrupted = |source| match sent() {
        sent if sent < total => UploadError::BrokenOff {
            sent,
            total,
            source,
        },
        _ => UploadError::NoAnswer(source),
    };
    let mut answer = pin!(client.execute(request));
    loop {
        let before = sent();
        match tokio::time::timeout(upload.timeout, &mut answer).await {
            Ok(Ok(response)) => return Ok(response),
            Ok(Err(error)) if error.is_connect() => {
                return Err(match is_tls_error(&error) {
                    true => UploadError::Certificate(error),
                    false => UploadError::Connect(error),
                });
            }
            Ok(Err(error)) => return Err(interrupted(Some(error))),
            Err(_) if sent() > before => {}
            Err(_) => return Err(interrupted(None)),
        }
    }
}

/// Whether a failure to connect is one of TLS, which another attempt would not change.
fn is_tls_error(error: &reqwest::Error) -> bool {
    let mut causes = std::iter::successors(error.source(), |&cause| {
        // The source of an I/O error is not the error in it, but that one's source.
        match cause.downcast_ref().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => cause.source(),
        }
    });
    causes.any(|cause| cause.is::<rustls::Error>())
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload")
            .field("url", &self.url.as_str())
            .field("size", &self.bytes.len())
            .finish_non_exhaustive()
    }
}
