//! Fixes of the rules about texts and versions.

use stratos_manifest::{ProjectFacts, Safety, check};

#[test]
fn a_fix_resolves_its_finding() {
    use Safety::{Safe, Unsafe};
    for (rule, before, safety, after) in [
        (
            "malformed-id",
            r#""id": "My Plugin""#,
            Unsafe,
            r#""id": "my-plugin""#,
        ),
        (
            "malformed-version",
            r#""version": " v1.2.3""#,
            Safe,
            r#""version": "1.2.3""#,
        ),
        (
            "malformed-version",
            r#""version": "1.2""#,
            Unsafe,
            r#""version": "1.2.0""#,
        ),
        (
            "malformed-author-id",
            r#""author": { "id": "Jane Doe" }"#,
            Unsafe,
            r#""author": { "id": "jane-doe" }"#,
        ),
        (
            "malformed-contact",
            r#""author": { "contact": "mailto:a@b.c" }"#,
            Safe,
            r#""author": { "contact": "a@b.c" }"#,
        ),
        (
            "malformed-contact",
            r#""author": { "contact": "A <a@b.c>" }"#,
            Unsafe,
            r#""author": { "contact": "a@b.c" }"#,
        ),
        (
            "malformed-homepage",
            r#""homepage": "a.b/c""#,
            Unsafe,
            r#""homepage": "https://a.b/c""#,
        ),
        (
            "malformed-homepage",
            r#""homepage": "https://a.b ""#,
            Safe,
            r#""homepage": "https://a.b""#,
        ),
        ("edge-hyphen", r#""id": "-a-""#, Unsafe, r#""id": "a""#),
        (
            "reserved-id",
            r#""id": "nul""#,
            Unsafe,
            r#""id": "nul-plugin""#,
        ),
        ("untrimmed-text", r#""name": "A\t""#, Safe, r#""name": "A""#),
        (
            "invisible-character",
            r#""name": "A\u200bB""#,
            Safe,
            r#""name": "AB""#,
        ),
        (
            "invisible-character",
            r#""name": "A\u202eB""#,
            Unsafe,
            r#""name": "AB""#,
        ),
    ] {
        let (actual_safety, fixed) = fix(rule, &format!("{{ {before} }}"), &ProjectFacts::none());
        assert_eq!(
            (actual_safety, fixed),
            (safety, format!("{{ {after} }}")),
            "{before}"
        );
    }
}

#[test]
fn a_newer_version_of_another_file_or_tag_is_copied() {
    let facts = |versions: &[(&str, &str)], tags: &[&str]| ProjectFacts {
        versions: versions
            .iter()
            .map(|(file, version)| stratos_manifest::FileVersion {
                file: (*file).to_owned(),
                version: (*version).to_owned(),
            })
            .collect(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        ..ProjectFacts::none()
    };
    let source = r#"{ "id": "a", "version": "1.2.3" }"#;
    let report = check(source.as_bytes(), &facts(&[], &["v1.2.2"]));
    let drift = report.diagnostics.iter().find(|d| d.rule == "tag-drift");
    assert_eq!(drift.unwrap().fix, None, "a fix never lowers the version");
    let fixed = r#"{ "id": "a", "version": "1.2.4" }"#;
    for (rule, facts) in [
        (
            "version-drift",
            facts(&[("Cargo.toml", "1.2.4"), ("package.json", "1.2.4")], &[]),
        ),
        ("tag-drift", facts(&[], &["v1.2.4"])),
    ] {
        let expected = (Safety::Unsafe, fixed.to_owned());
        assert_eq!(fix(rule, source, &facts), expected);
    }
    for versions in [
        &[("package.json", "1.2.2")][..],
        &[("Cargo.toml", "1.2.4"), ("package.json", "1.2.5")],
        &[("Cargo.toml", "1.2.4"), ("package.json", "1.2.3")],
    ] {
        let report = check(source.as_bytes(), &facts(versions, &[]));
        let drift = report
            .diagnostics
            .iter()
            .find(|d| d.rule == "version-drift");
        assert_eq!(drift.unwrap().fix, None, "{versions:?}");
    }
}

#[test]
fn a_finding_without_a_likely_correction_has_no_fix() {
    for (rule, source) in [
        ("malformed-id", "{ \"id\": \"日本\" }"),
        (
            "malformed-author-id",
            "{ \"author\": { \"id\": \"日本\" } }",
        ),
        ("malformed-version", "{ \"version\": \"latest\" }"),
        (
            "malformed-contact",
            "{ \"author\": { \"contact\": \"@jane\" } }",
        ),
        ("malformed-homepage", "{ \"homepage\": \"my page\" }"),
        ("edge-hyphen", "{ \"id\": \"--\" }"),
        ("invisible-character", "{ \"name\": \"\u{200b}\" }"),
    ] {
        let report = check(source.as_bytes(), &ProjectFacts::none());
        let finding = report.diagnostics.iter().find(|d| d.rule == rule);
        assert_eq!(finding.unwrap().fix, None, "{rule}");
    }
}

/// Applies the fix of `rule` and asserts that its finding is gone. Returns the fix's safety and the fixed file.
fn fix(rule: &str, source: &str, facts: &ProjectFacts) -> (Safety, String) {
    let report = check(source.as_bytes(), facts);
    let finding = report.diagnostics.into_iter().find(|d| d.rule == rule);
    let fix = finding.and_then(|finding| finding.fix);
    let fix = fix.unwrap_or_else(|| panic!("{rule} has no fix in {source}"));
    let mut fixed = source.to_owned();
    for edit in fix.edits.iter().rev() {
        fixed.replace_range(edit.span.clone(), &edit.text);
    }
    let report = check(fixed.as_bytes(), facts);
    assert!(
        report.diagnostics.iter().all(|d| d.rule != rule),
        "{rule} in {fixed}"
    );
    (fix.safety, fixed)
}
