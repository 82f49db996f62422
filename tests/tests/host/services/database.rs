//! Paths of the plugin's databases.

use std::fs;
use std::path::Path;

use stratos_host::process::PluginFolders;
use stratos_protocol::ErrorCode;
use stratos_protocol::database::GetPath;
use stratos_tests::{RawPlugin, RawShell};

fn plugin(data: &Path) -> RawPlugin {
    let folders = PluginFolders {
        data: data.to_owned(),
        ..PluginFolders::default()
    };
    RawPlugin::new("demo", folders)
}

fn get(file: &str) -> GetPath {
    GetPath {
        file: file.to_owned(),
    }
}

#[tokio::test]
async fn databases_lie_in_the_data_folder_and_survive_updates() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data").join("demo");
    let mut plugin = plugin(&data);
    let shell = RawShell::start(&[&plugin]).await;
    let first = plugin.next().await;
    assert!(!data.exists(), "the folder is created on first use");
    let path = first.call(&get("diary.db")).await.unwrap().path;
    assert_eq!(Path::new(&path), data.join("diary.db"));
    fs::write(&path, "rows").unwrap();
    shell.shell.control().update("demo").await.unwrap();
    let again = plugin.next().await.call(&get("diary.db")).await.unwrap();
    assert_eq!(fs::read_to_string(again.path).unwrap(), "rows");
}

#[tokio::test]
async fn refused_names_and_folders_are_clear_errors() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "").unwrap();
    let mut plugin = plugin(&file.join("data"));
    let _shell = RawShell::start(&[&plugin]).await;
    let ctx = plugin.next().await;
    let error = ctx.call(&get("../diary.db")).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidParams);
    assert_eq!(
        error.message,
        "`../diary.db` cannot be the name of a database: it must be a file name without folders"
    );
    let error = ctx.call(&get("diary.db")).await.unwrap_err();
    let expected = format!(
        "cannot create the folder {} for the plugin's databases: ",
        file.join("data").display()
    );
    assert!(error.message.starts_with(&expected), "{error}");
    let mut without = RawPlugin::without_folders("demo");
    let _shell = RawShell::start(&[&without]).await;
    let error = without.next().await.call(&get("diary.db")).await;
    assert_eq!(error.unwrap_err().code, ErrorCode::NotSupported);
}
