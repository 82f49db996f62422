//! The token is sent to servers with a trusted certificate only.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::deploy::project::{Project, checked};
#[cfg(target_os = "linux")]
use crate::deploy::project::{SECRET, TOKEN};

/// A certificate for `localhost` and `platform.test` that nobody trusts, and its key, which is of no use elsewhere.
const CERTIFICATE: &str = include_str!("../../../assets/tls/certificate.pem");
const KEY: &str = include_str!("../../../assets/tls/key.pem");

#[test]
fn an_unknown_certificate_is_refused_before_anything_is_sent() {
    let (url, server) = start_server();
    let project = Project::new(1000);
    let output = project
        .command(&["--platform", &url])
        .env("NO_PROXY", "localhost")
        .output();
    let done = checked(output.unwrap(), project.folder.path());
    assert_eq!(done.code, Some(3), "{done:?}");
    assert!(
        done.stderr
            .contains("the platform's certificate is not trusted; nothing was sent"),
        "{done:?}"
    );
    assert_eq!(server.join().unwrap(), None);
}

/// Elsewhere, the stores of the operating system decide, which no variable replaces.
#[cfg(target_os = "linux")]
#[test]
fn a_trusted_certificate_is_accepted() {
    let (url, server) = start_server();
    let project = Project::new(1000);
    let certificate = project.folder.path().join("certificate.pem");
    std::fs::write(&certificate, CERTIFICATE).unwrap();
    let output = project
        .command(&["--platform", &url])
        .env("SSL_CERT_FILE", &certificate)
        .output();
    let done = checked(output.unwrap(), project.folder.path());
    assert_eq!(done.code, Some(0), "{done:?}");
    let request = server.join().unwrap().expect("a request");
    assert!(request.starts_with("POST /api/stratos/plugins/demo/versions HTTP/1.1"));
}

/// A proxy sees the name of the platform, and forwards what it cannot read.
#[cfg(target_os = "linux")]
#[test]
fn a_proxy_does_not_see_the_token() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.extend(byte);
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        (String::from_utf8(head).unwrap(), serve(stream))
    });
    let project = Project::new(1000);
    let certificate = project.folder.path().join("certificate.pem");
    std::fs::write(&certificate, CERTIFICATE).unwrap();
    let output = project
        .command(&["--platform", "https://platform.test"])
        .env("SSL_CERT_FILE", &certificate)
        .env("HTTPS_PROXY", proxy)
        .output();
    let done = checked(output.unwrap(), project.folder.path());
    assert_eq!(done.code, Some(0), "{done:?}");
    let (head, request) = server.join().unwrap();
    assert!(
        head.starts_with("CONNECT platform.test:443 HTTP/1.1\r\n"),
        "{head}"
    );
    assert!(!head.contains(SECRET), "{head}");
    assert!(request.expect("a request").contains(TOKEN));
}

/// Accepts one connection. The result is the request that came through TLS, if any did.
fn start_server() -> (String, JoinHandle<Option<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        serve(stream)
    });
    (format!("https://localhost:{port}"), server)
}

fn serve(stream: TcpStream) -> Option<String> {
    let certificate = CertificateDer::from_pem_slice(CERTIFICATE.as_bytes()).unwrap();
    let key = PrivateKeyDer::from_pem_slice(KEY.as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap();
    let connection = ServerConnection::new(Arc::new(config)).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    // The end of the multipart body.
    while !request.ends_with(b"--\r\n") {
        match stream.read(&mut buffer) {
            Ok(0) | Err(_) => break,
            Ok(count) => request.extend_from_slice(&buffer[..count]),
        }
    }
    if request.is_empty() {
        return None;
    }
    let _ = stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
    let _ = stream.flush();
    Some(String::from_utf8_lossy(&request).into_owned())
}
