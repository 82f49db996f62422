//! The real local sockets of the platform.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::ffi::OsString;

use stratos_transport::local::{LocalListener, LocalStream};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

#[tokio::test]
async fn bytes_go_both_ways_on_several_connections() {
    let (address, _dir) = address("both-ways");
    let listener = LocalListener::bind(&address).unwrap();
    for _ in 0..3 {
        let (client, server) = tokio::join!(LocalStream::connect(&address), listener.accept());
        let (mut client, mut server) = (client.unwrap().into_boxed(), server.unwrap().into_boxed());
        client.write_all(b"ping").await.unwrap();
        let mut buffer = [0; 4];
        server.read_exact(&mut buffer).await.unwrap();
        server.write_all(&buffer).await.unwrap();
        client.read_exact(&mut buffer).await.unwrap();
        assert_eq!(&buffer, b"ping");
    }
}

#[tokio::test]
async fn nobody_listens_is_an_error() {
    let (address, _dir) = address("nobody");
    LocalStream::connect(&address).await.unwrap_err();
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn the_socket_is_its_owners_alone_and_goes_with_the_listener() {
    use std::os::unix::fs::MetadataExt as _;

    let (address, _dir) = address("owner");
    let listener = LocalListener::bind(&address).unwrap();
    let mode = std::fs::metadata(&address).unwrap().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(listener);
    assert!(!std::path::Path::new(&address).exists());
}

fn address(name: &str) -> (OsString, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let address = if cfg!(windows) {
        let unique = dir.path().file_name().unwrap().display();
        format!(r"\\.\pipe\stratos-test-{unique}-{name}").into()
    } else {
        dir.path().join(name).into_os_string()
    };
    (address, dir)
}
