//! The frame codec: one line of UTF-8 per frame, with a maximum length.

use std::io;

use tokio_util::bytes::BytesMut;
use tokio_util::codec::{Decoder, LinesCodec, LinesCodecError};

use crate::error::ConnectionError;

/// Decodes lines of a bounded length; buffers at most one incomplete line of that length.
///
/// An incomplete line needs no timeout: it costs no more memory than the bytes received, and callers that wait for
/// an answer behind it have timeouts of their own.
#[derive(Debug)]
pub(crate) struct LineCodec(LinesCodec);

impl LineCodec {
    /// Creates a codec for lines of at most `frame_bytes` bytes, without their line ends.
    pub(crate) fn new(frame_bytes: usize) -> Self {
        Self(LinesCodec::new_with_max_length(frame_bytes))
    }

    fn convert_error(&self, error: LinesCodecError) -> ConnectionError {
        match error {
            LinesCodecError::MaxLineLengthExceeded => ConnectionError::LineTooLong {
                limit: self.0.max_length(),
            },
            LinesCodecError::Io(error) if error.kind() == io::ErrorKind::InvalidData => {
                ConnectionError::InvalidUtf8
            }
            LinesCodecError::Io(error) => ConnectionError::Io(error),
        }
    }
}

impl Decoder for LineCodec {
    type Item = String;
    type Error = ConnectionError;

    fn decode(&mut self, buffer: &mut BytesMut) -> Result<Option<String>, ConnectionError> {
        self.0
            .decode(buffer)
            .map_err(|error| self.convert_error(error))
    }

    fn decode_eof(&mut self, buffer: &mut BytesMut) -> Result<Option<String>, ConnectionError> {
        match self.decode(buffer)? {
            None if !buffer.is_empty() => Err(ConnectionError::UnexpectedEof {
                length: buffer.len(),
            }),
            line => Ok(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_invalid_data_is_reported_as_invalid_utf8() {
        let codec = LineCodec::new(8);
        let convert = |kind: io::ErrorKind| codec.convert_error(LinesCodecError::Io(kind.into()));
        let invalid = convert(io::ErrorKind::InvalidData);
        assert!(matches!(invalid, ConnectionError::InvalidUtf8), "{invalid}");
        let reset = convert(io::ErrorKind::ConnectionReset);
        assert!(matches!(reset, ConnectionError::Io(_)), "{reset}");
    }
}
