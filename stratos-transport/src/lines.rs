//! A line is a frame: bounded, text, and whole.

use std::io;

use tokio_util::bytes::BytesMut;
use tokio_util::codec::{Decoder, LinesCodec, LinesCodecError};

use crate::connection::ConnectionError;
use crate::guard::Guard;

/// Splits bytes into lines. It holds no more than what has come, and of that no more than the longest line.
///
/// A line that never ends needs no deadline: it costs what was sent of it, and whoever waits for an answer that is
/// behind it has a deadline.
#[derive(Debug)]
pub(crate) struct Lines(LinesCodec);

impl Lines {
    pub(crate) fn new(frame_bytes: usize) -> Self {
        Self(match Guard::FrameLimit.is_on() {
            true => LinesCodec::new_with_max_length(frame_bytes),
            false => LinesCodec::new(),
        })
    }

    fn explain(&self, error: LinesCodecError) -> ConnectionError {
        match error {
            LinesCodecError::MaxLineLengthExceeded => ConnectionError::LineTooLong {
                limit: self.0.max_length(),
            },
            LinesCodecError::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                ConnectionError::NotText
            }
            LinesCodecError::Io(error) => ConnectionError::Io(error),
        }
    }
}

impl Decoder for Lines {
    type Item = String;
    type Error = ConnectionError;

    fn decode(&mut self, bytes: &mut BytesMut) -> Result<Option<String>, ConnectionError> {
        self.0.decode(bytes).map_err(|error| self.explain(error))
    }

    fn decode_eof(&mut self, bytes: &mut BytesMut) -> Result<Option<String>, ConnectionError> {
        match self.decode(bytes)? {
            None if !bytes.is_empty() => Err(ConnectionError::CutOff {
                length: bytes.len(),
            }),
            line => Ok(line),
        }
    }
}

impl From<io::Error> for ConnectionError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
