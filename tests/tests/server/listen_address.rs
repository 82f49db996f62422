//! The address of the shell's server.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream, UdpSocket};
use std::time::Duration;

use crate::raw_http::start_shell;

#[test]
fn the_server_listens_on_loopback_only() {
    let (_plugins, shell) = start_shell();
    assert_eq!(shell.address.ip(), Ipv4Addr::LOCALHOST);
    assert_eq!(shell.get("/").status, 200);
    let mut others: Vec<IpAddr> = vec![
        Ipv4Addr::new(127, 0, 0, 2).into(),
        Ipv6Addr::LOCALHOST.into(),
    ];
    others.extend(network_address());
    for other in others {
        let address = SocketAddr::new(other, shell.address.port());
        let connected = TcpStream::connect_timeout(&address, Duration::from_secs(1));
        assert!(connected.is_err(), "{address}");
    }
}

/// The machine's address in its network, if it has one. No packet is sent.
fn network_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}
