//! Random secrets: nonces, tokens and names that other processes cannot guess.

/// Random bytes as hexadecimal text, two digits for each byte.
pub(crate) fn random_hex(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).expect("the operating system provides random numbers");
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}
