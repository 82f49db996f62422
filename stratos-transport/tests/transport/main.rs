//! Local sockets, and connections between two peers.

mod local_sockets;
mod peers;
