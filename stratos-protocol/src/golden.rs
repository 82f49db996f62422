//! Compares the bytes of every message with the line pinned for it.
//!
//! A changed line is a changed protocol: it needs a new protocol version or a new feature.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::auth::{AuthChanged, AuthState};
use crate::cancel::Cancel;
use crate::config::{Delete, Get, GetAll, GetResult, Page, Set};
use crate::handshake::{FEATURE_HTTP, FEATURE_RESUME, Hello, Identity, PeerInfo, Welcome};
use crate::ipc::{Handle, Invoke, RemoveHandler, Send};
use crate::lifecycle::{Resume, Retire, Start, Stop};
use crate::limits::Limits;
use crate::logger::{Level, Log};
use crate::message::Message;
use crate::method::{Empty, Notification, Request};
use crate::server::Register;
use crate::version::ProtocolVersion;

/// Methods of all services: one entry per file with `methods!`.
const METHODS: [&[&str]; 8] = [
    crate::auth::METHODS,
    crate::cancel::METHODS,
    crate::config::METHODS,
    crate::handshake::METHODS,
    crate::ipc::METHODS,
    crate::lifecycle::METHODS,
    crate::logger::METHODS,
    crate::server::METHODS,
];

/// Methods whose messages have been compared with their lines.
#[derive(Default)]
struct Pinned(BTreeSet<&'static str>);

impl Pinned {
    /// A request with the id 1.
    fn request<R: Request + PartialEq>(&mut self, params: &R, line: &str) {
        let written = Message::request(1, params).unwrap().to_line();
        assert_eq!(written, line);
        let Ok(Message::Request { params: raw, .. }) = Message::parse(line) else {
            panic!("not parsed as a request: {line}")
        };
        assert_eq!(&serde_json::from_str::<R>(raw.get()).unwrap(), params);
        self.0.insert(R::METHOD);
    }

    fn notification<N: Notification + PartialEq>(&mut self, params: &N, line: &str) {
        let written = Message::notification(params).unwrap().to_line();
        assert_eq!(written, line);
        let Ok(Message::Notification { params: raw, .. }) = Message::parse(line) else {
            panic!("not parsed as a notification: {line}")
        };
        assert_eq!(&serde_json::from_str::<N>(raw.get()).unwrap(), params);
        self.0.insert(N::METHOD);
    }

    /// A successful response to a request of type `R` with the id 1.
    fn response<R: Request>(&mut self, result: &R::Result, line: &str)
    where
        R::Result: PartialEq,
    {
        let outcome = Ok(Message::encode(result).unwrap());
        assert_eq!(Message::Response { id: 1, outcome }.to_line(), line);
        let Ok(Message::Response {
            outcome: Ok(raw), ..
        }) = Message::parse(line)
        else {
            panic!("not parsed as a response: {line}")
        };
        assert_eq!(
            &serde_json::from_str::<R::Result>(raw.get()).unwrap(),
            result
        );
    }
}

#[test]
fn every_method_has_messages_that_are_written_as_their_golden_lines() {
    let mut pinned = Pinned::default();
    auth(&mut pinned);
    cancel(&mut pinned);
    config(&mut pinned);
    handshake(&mut pinned);
    ipc(&mut pinned);
    lifecycle(&mut pinned);
    logger(&mut pinned);
    server(&mut pinned);
    let methods = METHODS.concat();
    let unique: BTreeSet<_> = methods.iter().copied().collect();
    assert_eq!(unique.len(), methods.len(), "two services have one method");
    assert_eq!(
        pinned.0, unique,
        "methods with golden lines, and all methods"
    );
}

fn auth(pinned: &mut Pinned) {
    let logged_in = AuthState {
        authenticated: true,
        token: Some("t".to_owned()),
    };
    pinned.request(
        &AuthChanged { auth: logged_in },
        r#"{"jsonrpc":"2.0","id":1,"method":"auth/changed","params":{"auth":{"authenticated":true,"token":"t"}}}"#,
    );
    pinned.request(
        &AuthChanged {
            auth: AuthState::default(),
        },
        r#"{"jsonrpc":"2.0","id":1,"method":"auth/changed","params":{"auth":{"authenticated":false,"token":null}}}"#,
    );
}

fn cancel(pinned: &mut Pinned) {
    pinned.notification(
        &Cancel { id: 1 },
        r#"{"jsonrpc":"2.0","method":"cancel","params":{"id":1}}"#,
    );
}

fn config(pinned: &mut Pinned) {
    let key = || "refresh_interval".to_owned();
    pinned.request(
        &Get { key: key() },
        r#"{"jsonrpc":"2.0","id":1,"method":"config/get","params":{"key":"refresh_interval"}}"#,
    );
    pinned.response::<Get>(
        &GetResult {
            found: true,
            value: json!(30),
        },
        r#"{"jsonrpc":"2.0","id":1,"result":{"found":true,"value":30}}"#,
    );
    pinned.request(
        &Set {
            key: key(),
            value: json!([1, null]),
        },
        r#"{"jsonrpc":"2.0","id":1,"method":"config/set","params":{"key":"refresh_interval","value":[1,null]}}"#,
    );
    pinned.request(
        &Delete { key: key() },
        r#"{"jsonrpc":"2.0","id":1,"method":"config/delete","params":{"key":"refresh_interval"}}"#,
    );
    pinned.request(
        &GetAll { after: None },
        r#"{"jsonrpc":"2.0","id":1,"method":"config/get_all","params":{"after":null}}"#,
    );
    pinned.request(
        &GetAll { after: Some(key()) },
        r#"{"jsonrpc":"2.0","id":1,"method":"config/get_all","params":{"after":"refresh_interval"}}"#,
    );
    pinned.response::<GetAll>(
        &Page {
            entries: BTreeMap::from([(key(), json!(30))]),
            next: Some(key()),
        },
        r#"{"jsonrpc":"2.0","id":1,"result":{"entries":{"refresh_interval":30},"next":"refresh_interval"}}"#,
    );
}

fn handshake(pinned: &mut Pinned) {
    let protocol = ProtocolVersion { major: 1, minor: 0 };
    let version = || "0.1.0".to_owned();
    pinned.request(
        &Hello {
            protocol,
            nonce: "n".to_owned(),
            sdk: PeerInfo {
                name: "stratos-sdk".to_owned(),
                version: version(),
            },
            plugin: Identity {
                id: "my-plugin".to_owned(),
                version: "1.2.3".to_owned(),
            },
            features: vec![FEATURE_HTTP.to_owned(), FEATURE_RESUME.to_owned()],
        },
        r#"{"jsonrpc":"2.0","id":1,"method":"hello","params":{"protocol":{"major":1,"minor":0},"nonce":"n","sdk":{"name":"stratos-sdk","version":"0.1.0"},"plugin":{"id":"my-plugin","version":"1.2.3"},"features":["http","resume"]}}"#,
    );
    pinned.response::<Hello>(
        &Welcome {
            protocol,
            host: PeerInfo {
                name: "stratos-host".to_owned(),
                version: version(),
            },
            features: vec![FEATURE_HTTP.to_owned()],
            limits: Limits::default(),
        },
        r#"{"jsonrpc":"2.0","id":1,"result":{"protocol":{"major":1,"minor":0},"host":{"name":"stratos-host","version":"0.1.0"},"features":["http"],"limits":{"frame_bytes":1048576,"config_value_bytes":262144}}}"#,
    );
}

fn ipc(pinned: &mut Pinned) {
    let channel = || "get-status".to_owned();
    pinned.request(
        &Handle { channel: channel() },
        r#"{"jsonrpc":"2.0","id":1,"method":"ipc/handle","params":{"channel":"get-status"}}"#,
    );
    pinned.request(
        &RemoveHandler { channel: channel() },
        r#"{"jsonrpc":"2.0","id":1,"method":"ipc/remove_handler","params":{"channel":"get-status"}}"#,
    );
    pinned.notification(
        &Send {
            channel: channel(),
            payload: json!({ "pilots": 42 }),
        },
        r#"{"jsonrpc":"2.0","method":"ipc/send","params":{"channel":"get-status","payload":{"pilots":42}}}"#,
    );
    pinned.request(
        &Invoke {
            channel: channel(),
            payload: json!(null),
        },
        r#"{"jsonrpc":"2.0","id":1,"method":"ipc/invoke","params":{"channel":"get-status","payload":null}}"#,
    );
    pinned.response::<Invoke>(
        &json!({ "online": true }),
        r#"{"jsonrpc":"2.0","id":1,"result":{"online":true}}"#,
    );
}

fn lifecycle(pinned: &mut Pinned) {
    let auth = AuthState {
        authenticated: true,
        token: Some("t".to_owned()),
    };
    pinned.request(
        &Start { auth: auth.clone() },
        r#"{"jsonrpc":"2.0","id":1,"method":"start","params":{"auth":{"authenticated":true,"token":"t"}}}"#,
    );
    pinned.response::<Start>(&Empty {}, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#);
    pinned.request(
        &Resume { auth },
        r#"{"jsonrpc":"2.0","id":1,"method":"resume","params":{"auth":{"authenticated":true,"token":"t"}}}"#,
    );
    pinned.request(
        &Stop {},
        r#"{"jsonrpc":"2.0","id":1,"method":"stop","params":{}}"#,
    );
    pinned.request(
        &Retire {},
        r#"{"jsonrpc":"2.0","id":1,"method":"retire","params":{}}"#,
    );
}

fn logger(pinned: &mut Pinned) {
    let log = |data| Log {
        level: Level::Info,
        tag: "MyPlugin".to_owned(),
        message: "Server ready".to_owned(),
        data,
    };
    pinned.notification(
        &log(None),
        r#"{"jsonrpc":"2.0","method":"log","params":{"level":"info","tag":"MyPlugin","message":"Server ready"}}"#,
    );
    pinned.notification(
        &log(Some(json!({ "interval": 30 }))),
        r#"{"jsonrpc":"2.0","method":"log","params":{"level":"info","tag":"MyPlugin","message":"Server ready","data":{"interval":30}}}"#,
    );
}

fn server(pinned: &mut Pinned) {
    let prefix = "/api/my-plugin".to_owned();
    pinned.request(
        &Register { prefix },
        r#"{"jsonrpc":"2.0","id":1,"method":"server/register","params":{"prefix":"/api/my-plugin"}}"#,
    );
}
