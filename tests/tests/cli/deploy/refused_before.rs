//! Versions that the platform refused are not sent again.

use std::fs;

use stratos_tests::CommandOutput;

use crate::deploy::mock_platform::{MockPlatform, Step, answer};
use crate::deploy::project::Project;

#[test]
fn an_existing_version_is_not_sent_again() {
    let words = r#"{"message":"Version \u001b[31m1.0.0 exists."}"#;
    let platform = refusing("409 Conflict", words, 1);
    let project = Project::new(1000);
    assert_eq!(deploy(&project, &platform, &[]).code, Some(1));
    // Whatever the bundle contains.
    project.pack(1000, 2);
    let refused = deploy(&project, &platform, &[]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
    for text in [
        "error: demo 1.0.0 was refused on ",
        "(status 409): Version \\u{1b}[31m1.0.0 exists.",
        "pass `--again`",
    ] {
        assert!(refused.stderr.contains(text), "{text}: {refused:?}");
    }
    assert_eq!(platform.received().len(), 1);

    let other = accepting();
    assert_eq!(
        deploy(&project, &other, &[]).code,
        Some(0),
        "another platform"
    );
    let again = refusing("409 Conflict", words, 1);
    assert_eq!(deploy(&project, &again, &["--again"]).code, Some(1));
    assert_eq!(again.received().len(), 1);
}

#[test]
fn an_invalid_bundle_is_sent_again_when_it_has_changed() {
    let platform = refusing("422 Unprocessable Content", "no", 2);
    let project = Project::new(1000);
    assert_eq!(deploy(&project, &platform, &[]).code, Some(1));
    assert_eq!(deploy(&project, &platform, &[]).code, Some(1));
    assert_eq!(platform.received().len(), 1, "the same bundle");
    project.pack(1000, 2);
    assert_eq!(deploy(&project, &platform, &[]).code, Some(1));
    assert_eq!(platform.received().len(), 2, "another bundle");
}

#[test]
fn a_refused_token_is_not_remembered() {
    let project = Project::new(1000);
    let platform = refusing("401 Unauthorized", "no", 2);
    assert_eq!(deploy(&project, &platform, &[]).code, Some(1));
    assert_eq!(deploy(&project, &platform, &[]).code, Some(1));
    assert_eq!(platform.received().len(), 2);
    assert!(!project.folder.path().join(".stratos").exists());
}

#[test]
fn a_damaged_record_is_a_warning() {
    let project = Project::new(1000);
    let state = project.folder.path().join(".stratos");
    fs::create_dir(&state).unwrap();
    fs::write(state.join("refused-versions.json"), "{").unwrap();
    let done = deploy(&project, &accepting(), &[]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        done.stderr
            .contains("warning: cannot read the record of refused versions"),
        "{done:?}"
    );
}

fn refusing(status: &str, body: &str, times: usize) -> MockPlatform {
    MockPlatform::start(vec![Step::Answer(answer(status, &[], body)); times])
}

fn accepting() -> MockPlatform {
    MockPlatform::start(vec![Step::Answer(answer("201 Created", &[], ""))])
}

fn deploy(project: &Project, platform: &MockPlatform, arguments: &[&str]) -> CommandOutput {
    let url = platform.url();
    project.deploy(&[&["--platform", &url], arguments].concat())
}
