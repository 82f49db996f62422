//! Tests of local sockets.
#![expect(clippy::unwrap_used, reason = "a failed helper fails its test")]

use std::ffi::OsString;

use stratos_transport::local::{LocalListener, connect};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

#[tokio::test]
async fn a_listener_accepts_several_bidirectional_connections() {
    let (address, _folder) = address("both-ways");
    let listener = LocalListener::bind(&address).unwrap();
    for _ in 0..3 {
        let (client, server) = tokio::join!(connect(&address), listener.accept());
        let (mut client, mut server) = (client.unwrap(), server.unwrap());
        client.write_all(b"ping").await.unwrap();
        let mut buffer = [0; 4];
        server.read_exact(&mut buffer).await.unwrap();
        server.write_all(&buffer).await.unwrap();
        client.read_exact(&mut buffer).await.unwrap();
        assert_eq!(&buffer, b"ping");
    }
}

#[tokio::test]
async fn connecting_without_a_listener_fails() {
    let (address, _folder) = address("no-listener");
    connect(&address).await.unwrap_err();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn only_the_owner_can_use_the_socket_and_dropping_the_listener_removes_it() {
    use std::os::unix::fs::MetadataExt as _;

    let (address, _folder) = address("owner");
    let listener = LocalListener::bind(&address).unwrap();
    let mode = std::fs::metadata(&address).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(listener);
    assert!(!std::path::Path::new(&address).exists());
}

/// Returns a free socket address, and the folder that must outlive the socket.
fn address(name: &str) -> (OsString, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let address = if cfg!(windows) {
        let unique = folder.path().file_name().unwrap().display();
        format!(r"\\.\pipe\stratos-test-{unique}-{name}").into()
    } else {
        folder.path().join(name).into_os_string()
    };
    (address, folder)
}
