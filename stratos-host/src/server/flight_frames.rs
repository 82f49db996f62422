//! The stream of a flight's frames, for recordings.

use std::convert::Infallible;

use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream::unfold;
use stratos_flight::{RecordedFrame, write_frame};
use tokio::sync::broadcast::error::RecvError;
use tracing::warn;

use crate::control::Control;
use crate::flight_manager::FlightError;
use crate::server::error_response::operation_failed;

/// Streams the frames of the flight as lines of JSON, until it ends or the client disconnects. The time of the first one
/// is 0.
pub(super) async fn stream(State(control): State<Control>) -> Response {
    // Before the check, so that the end of the flight is not missed.
    let frames = control.flight_frames();
    if control.flight().state.flight.is_none() {
        return operation_failed(StatusCode::CONFLICT, FlightError::NoFlight.to_string());
    }
    let state = (frames, control, None);
    let lines = unfold(state, |(mut frames, control, begin)| async move {
        loop {
            let frame = tokio::select! {
                frame = frames.recv() => frame,
                () = control.shutdown_started() => return None,
            };
            let frame = match frame {
                Ok(Some(frame)) => frame,
                Ok(None) | Err(RecvError::Closed) => return None,
                Err(RecvError::Lagged(frames)) => {
                    warn!(
                        frames,
                        "a recording of the flight misses frames, since its reader is too slow"
                    );
                    continue;
                }
            };
            let begin = begin.unwrap_or(frame.elapsed_ms);
            let frame = RecordedFrame {
                elapsed_ms: frame.elapsed_ms.saturating_sub(begin),
                ..(*frame).clone()
            };
            let mut line = String::new();
            write_frame(&mut line, &frame).ok()?;
            return Some((Ok::<_, Infallible>(line), (frames, control, Some(begin))));
        }
    });
    Body::from_stream(lines).into_response()
}
