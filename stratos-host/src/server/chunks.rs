//! Where a body in chunks ends, if everybody agrees on it.

use crate::server::head::Refusal;

/// The longest line of a chunk's size with its extensions, and of all trailers together.
const LINE_BYTES: usize = 4096;

/// Follows the bytes of one body.
#[derive(Debug, Default)]
pub(super) struct Chunks {
    at: At,
    size: u64,
    /// How many bytes the line has, or all trailers.
    line: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum At {
    #[default]
    FirstDigit,
    Digits,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    TrailerStart,
    Trailer,
    TrailerLf,
    LastLf,
    End,
}

impl Chunks {
    /// How many of these bytes belong to the body.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> Result<usize, Refusal> {
        let mut done = 0;
        while self.at != At::End && done < bytes.len() {
            if self.at == At::Data {
                let left = usize::try_from(self.size).unwrap_or(usize::MAX);
                let taken = left.min(bytes.len() - done);
                self.size -= taken as u64;
                done += taken;
                if self.size == 0 {
                    self.at = At::DataCr;
                }
                continue;
            }
            self.step(bytes[done])?;
            done += 1;
        }
        Ok(done)
    }

    pub(super) fn is_end(&self) -> bool {
        self.at == At::End
    }

    fn step(&mut self, byte: u8) -> Result<(), Refusal> {
        const BAD: Refusal = Refusal::bad("the body's chunks are not as they must be");
        self.line += 1;
        if self.line > LINE_BYTES {
            return Err(BAD);
        }
        self.at = match (self.at, byte) {
            (At::FirstDigit | At::Digits, digit) if digit.is_ascii_hexdigit() => {
                let value = char::from(digit).to_digit(16).ok_or(BAD)?;
                let size = self.size.checked_mul(16).ok_or(BAD)?;
                self.size = size + u64::from(value);
                At::Digits
            }
            (At::Digits, b';') => At::Extension,
            (At::Digits | At::Extension, b'\r') => At::SizeLf,
            (At::Extension, b'\t' | b' '..=b'~') => At::Extension,
            (At::SizeLf, b'\n') => self.begin(if self.size == 0 {
                At::TrailerStart
            } else {
                At::Data
            }),
            (At::DataCr, b'\r') => At::DataLf,
            (At::DataLf, b'\n') => self.begin(At::FirstDigit),
            (At::TrailerStart, b'\r') => At::LastLf,
            (At::TrailerStart, letter) if letter.is_ascii_graphic() => At::Trailer,
            (At::Trailer, b'\r') => At::TrailerLf,
            (At::Trailer, b'\t' | b' '..=b'~') => At::Trailer,
            (At::TrailerLf, b'\n') => At::TrailerStart,
            (At::LastLf, b'\n') => At::End,
            _ => return Err(BAD),
        };
        Ok(())
    }

    fn begin(&mut self, at: At) -> At {
        self.line = 0;
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rest after the body, however its bytes arrive.
    fn check(text: &str) -> Result<Option<String>, ()> {
        let mut whole = Chunks::default();
        let ended = whole.follow(text.as_bytes()).map_err(drop)?;
        let mut single = Chunks::default();
        let bytes = text.as_bytes();
        let taken: usize = bytes
            .iter()
            .map(|byte| single.follow(&[*byte]).unwrap())
            .sum();
        assert_eq!((taken, single.is_end()), (ended, whole.is_end()), "{text}");
        Ok(whole.is_end().then(|| text[ended..].to_owned()))
    }

    #[test]
    fn bodies() {
        assert_eq!(
            check("3\r\nabc\r\n0\r\n\r\nGET"),
            Ok(Some("GET".to_owned()))
        );
        assert_eq!(
            check("00A;x=\"y\"\r\n0123456789\r\n0\r\na: b\r\n\r\n"),
            Ok(Some(String::new()))
        );
        assert_eq!(check("3\r\nab"), Ok(None));
        assert_eq!(check("0\r\n\r"), Ok(None));
        for text in [
            "3\nabc\r\n0\r\n\r\n",
            "3\r\nabc\n0\r\n\r\n",
            "3\r\nabcd\r\n0\r\n\r\n",
            "3\r\nabc\r\n0\r\n\n",
            "3;a\nb\r\nabc\r\n0\r\n\r\n",
            "3\rX\nabc",
            "\r\n",
            ";a\r\n",
            " 3\r\n",
            "3 \r\n",
            "+3\r\n",
            "-3\r\n",
            "0x3\r\n",
            "g\r\n",
            "10000000000000000\r\n",
            "fffffffffffffffff\r\n",
            "0\r\n a: b\r\n\r\n",
        ] {
            assert_eq!(check(text), Err(()), "{text:?}");
        }
        assert_eq!(check(&format!("1;{}\r\n", "x".repeat(LINE_BYTES))), Err(()));
        assert_eq!(check(&format!("0\r\n{}", "a: b\r\n".repeat(1000))), Err(()));
    }
}
