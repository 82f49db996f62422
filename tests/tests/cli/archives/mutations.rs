//! Archives with changed bytes are refused, or have the same files for everybody.

use std::collections::BTreeSet;

use stratos_bundle::read_archive;
use stratos_tests::{campaign, report};

use super::good;
use super::other_readers::{assert_same_files, assert_same_for_crate};

/// Number of archives with several changes.
const ARCHIVES: &str = "STRATOS_ARCHIVES";
/// Bytes that have a meaning in some field.
const INTERESTING: [u8; 12] = [0, 1, 2, 8, 9, 10, 20, b'.', b'/', b'P', 0x7f, 0xff];
/// Most archives that are given to Python: it reads each from a file.
const MAX_FOR_PYTHON: usize = 300;

#[test]
fn a_truncated_archive_is_refused() {
    let bytes = good().bytes();
    for length in 0..bytes.len() {
        assert!(read_archive(&bytes[..length]).is_err(), "{length} bytes");
    }
}

#[test]
fn an_archive_with_one_changed_byte_has_no_other_files() {
    let original = good().bytes();
    let files = read_archive(&original).unwrap();
    let mut accepted = Vec::new();
    for at in 0..original.len() {
        for value in [original[at] ^ 1, original[at] ^ 0x20, !original[at], 0] {
            let mut bytes = original.clone();
            bytes[at] = value;
            if let Ok(changed) = read_archive(&bytes) {
                assert_eq!(changed, files, "byte {at} is {value}");
                accepted.push(bytes);
            }
        }
    }
    // Times and the attributes of system and level, which no reader's list of files depends on.
    assert!(accepted.len() < original.len(), "{}", accepted.len());
    accepted
        .iter()
        .for_each(|bytes| assert_same_for_crate(bytes));
    assert_same_files(&spread(accepted));
}

#[test]
fn an_archive_with_several_changed_bytes_has_the_same_files_for_everybody() {
    let count = campaign(ARCHIVES, 5_000);
    let original = good().bytes();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let headers = header_bytes(&original);
    let mut accepted = BTreeSet::new();
    for _ in 0..count {
        let mut bytes = original.clone();
        for _ in 0..=random.below(3) {
            change(&mut bytes, &headers, &mut random);
        }
        if read_archive(&bytes).is_ok() {
            accepted.insert(bytes);
        }
    }
    report(format_args!(
        "{count} changed archives, {} different ones accepted",
        accepted.len()
    ));
    accepted
        .iter()
        .for_each(|bytes| assert_same_for_crate(bytes));
    assert_same_files(&spread(accepted.into_iter().collect()));
}

/// Offsets of bytes near a signature, in which the fields of records are.
fn header_bytes(bytes: &[u8]) -> Vec<usize> {
    let is_near = |at: &usize| {
        let before = &bytes[at.saturating_sub(60)..*at];
        before.windows(2).any(|window| window == b"PK")
    };
    (0..bytes.len()).filter(is_near).collect()
}

fn change(bytes: &mut Vec<u8>, headers: &[usize], random: &mut Random) {
    let at = headers[random.below(headers.len())].min(bytes.len() - 1);
    match random.below(8) {
        0 => bytes[at] = random.below(256).to_le_bytes()[0],
        1 => bytes[at] ^= 1 << random.below(8),
        2 => drop(bytes.remove(at)),
        3 => bytes.insert(at, INTERESTING[random.below(INTERESTING.len())]),
        // The same change in both headers of a file is the one that may be accepted.
        4 | 5 => change_everywhere(bytes, at, random),
        _ => bytes[at] = INTERESTING[random.below(INTERESTING.len())],
    }
}

/// Replaces each occurrence of the four bytes at `at`.
fn change_everywhere(bytes: &mut [u8], at: usize, random: &mut Random) {
    let Some(pattern) = bytes.get(at..at + 4).map(<[u8]>::to_vec) else {
        return;
    };
    let offset = random.below(4);
    let value = INTERESTING[random.below(INTERESTING.len())];
    for start in 0..bytes.len() - 3 {
        if bytes[start..start + 4] == pattern {
            bytes[start + offset] = value;
        }
    }
}

/// At most [`MAX_FOR_PYTHON`] of the archives, from the whole range.
fn spread(archives: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
    let step = archives.len().div_ceil(MAX_FOR_PYTHON).max(1);
    archives.into_iter().step_by(step).collect()
}

/// Random numbers that are the same in every run (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}
