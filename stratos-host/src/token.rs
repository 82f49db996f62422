//! What nobody can guess.

/// So many random bytes, as text.
pub(crate) fn random_hex(bytes: usize) -> String {
    let mut random = vec![0; bytes];
    getrandom::fill(&mut random).expect("the operating system has random numbers");
    random.iter().map(|byte| format!("{byte:02x}")).collect()
}
