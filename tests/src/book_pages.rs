//! Pages of the book that tests generate.

/// Whether the tests write the generated pages instead of comparing them: `STRATOS_UPDATE_BOOK=1`.
#[must_use]
pub fn updates_book() -> bool {
    #[expect(clippy::disallowed_methods, reason = "tests have no context to ask")]
    let value = std::env::var_os("STRATOS_UPDATE_BOOK");
    value.is_some_and(|value| value == "1")
}
