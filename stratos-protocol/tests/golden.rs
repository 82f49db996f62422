//! The bytes of every message, pinned.
//!
//! A changed snapshot is a changed protocol: raise the version or add a feature with it.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;

use serde_json::json;
use stratos_protocol::auth::{AuthChanged, AuthState};
use stratos_protocol::hello::{HTTP, Hello, Identity, RESUME, Software, Welcome};
use stratos_protocol::ipc::{Handle, Invoke, RemoveHandler, Send};
use stratos_protocol::lifecycle::{Done, Resume, Retire, Start, Stop};
use stratos_protocol::limits::Limits;
use stratos_protocol::log::{Level, Log};
use stratos_protocol::method::Cancel;
use stratos_protocol::server::Register;
use stratos_protocol::{
    ErrorCode, Message, Notification, ProtocolVersion, Request, RpcError, config,
};

#[test]
fn every_message() {
    let auth = AuthState {
        authenticated: true,
        token: Some("t".to_owned()),
    };
    let key = || "refresh_interval".to_owned();
    let channel = || "get-status".to_owned();
    let lines = [
        request(&hello()),
        answer(&hello(), &welcome()),
        request(&Start { auth: auth.clone() }),
        answer(&Start { auth: auth.clone() }, &Done {}),
        request(&Resume { auth: auth.clone() }),
        request(&Stop {}),
        request(&Retire {}),
        request(&AuthChanged { auth }),
        request(&AuthChanged {
            auth: AuthState::default(),
        }),
        notification(&log(None)),
        notification(&log(Some(json!({ "interval": 30 })))),
        request(&config::Get { key: key() }),
        answer(
            &config::Get { key: key() },
            &config::Stored {
                found: true,
                value: json!(30),
            },
        ),
        request(&config::Set {
            key: key(),
            value: json!([1, null]),
        }),
        request(&config::Delete { key: key() }),
        request(&config::GetAll { after: None }),
        request(&config::GetAll { after: Some(key()) }),
        answer(
            &config::GetAll { after: None },
            &config::Page {
                entries: BTreeMap::from([(key(), json!(30))]),
                next: Some(key()),
            },
        ),
        request(&Handle { channel: channel() }),
        request(&RemoveHandler { channel: channel() }),
        notification(&Send {
            channel: channel(),
            payload: json!({ "pilots": 42 }),
        }),
        request(&Invoke {
            channel: channel(),
            payload: json!(null),
        }),
        answer(
            &Invoke {
                channel: channel(),
                payload: json!(null),
            },
            &json!({ "online": true }),
        ),
        request(&Register {
            prefix: "/api/my-plugin".to_owned(),
        }),
        notification(&Cancel { id: 1 }),
        refusal(),
    ];
    insta::assert_snapshot!(lines.join("\n"));
}

fn hello() -> Hello {
    Hello {
        protocol: ProtocolVersion { major: 1, minor: 0 },
        nonce: "n".to_owned(),
        sdk: Software {
            name: "stratos-sdk".to_owned(),
            version: "0.1.0".to_owned(),
        },
        plugin: Identity {
            id: "my-plugin".to_owned(),
            version: "1.2.3".to_owned(),
        },
        features: vec![HTTP.to_owned(), RESUME.to_owned()],
    }
}

fn welcome() -> Welcome {
    Welcome {
        protocol: ProtocolVersion { major: 1, minor: 0 },
        host: Software {
            name: "stratos-host".to_owned(),
            version: "0.1.0".to_owned(),
        },
        features: vec![HTTP.to_owned()],
        limits: Limits::default(),
    }
}

fn log(data: Option<serde_json::Value>) -> Log {
    Log {
        level: Level::Info,
        tag: "MyPlugin".to_owned(),
        message: "Server ready".to_owned(),
        data,
    }
}

fn request<R: Request + PartialEq>(params: &R) -> String {
    let line = Message::request(1, params).unwrap().to_line();
    let Ok(Message::Request {
        method,
        params: back,
        ..
    }) = Message::parse(&line)
    else {
        panic!("{line}")
    };
    assert_eq!(method, R::METHOD);
    assert_eq!(&serde_json::from_str::<R>(back.get()).unwrap(), params);
    line
}

fn notification<N: Notification + PartialEq>(params: &N) -> String {
    let line = Message::notification(params).unwrap().to_line();
    let Ok(Message::Notification {
        method,
        params: back,
    }) = Message::parse(&line)
    else {
        panic!("{line}")
    };
    assert_eq!(method, N::METHOD);
    assert_eq!(&serde_json::from_str::<N>(back.get()).unwrap(), params);
    line
}

fn answer<R: Request>(_to: &R, result: &R::Answer) -> String
where
    R::Answer: PartialEq,
{
    let result_text = serde_json::value::to_raw_value(result).unwrap();
    let line = Message::Response {
        id: 1,
        outcome: Ok(result_text),
    }
    .to_line();
    let Ok(Message::Response {
        outcome: Ok(back), ..
    }) = Message::parse(&line)
    else {
        panic!("{line}")
    };
    assert_eq!(
        &serde_json::from_str::<R::Answer>(back.get()).unwrap(),
        result
    );
    line
}

#[test]
fn every_error_code() {
    let codes = [
        ErrorCode::InvalidRequest,
        ErrorCode::MethodNotFound,
        ErrorCode::InvalidParams,
        ErrorCode::Internal,
        ErrorCode::HandlerFailed,
        ErrorCode::HandlerPanicked,
        ErrorCode::NoHandler,
        ErrorCode::Cancelled,
        ErrorCode::Busy,
        ErrorCode::Refused,
        ErrorCode::StoreFailed,
        ErrorCode::Retired,
        ErrorCode::PrefixTaken,
        ErrorCode::TooLarge,
    ];
    let numbers = codes.map(|code| {
        let number = serde_json::to_string(&code).unwrap();
        assert_eq!(serde_json::from_str::<ErrorCode>(&number).unwrap(), code);
        format!("{number} {code:?}")
    });
    insta::assert_snapshot!(numbers.join("\n"));
}

fn refusal() -> String {
    let error = RpcError::new(ErrorCode::Refused, "the nonce is wrong");
    Message::Response {
        id: 1,
        outcome: Err(error),
    }
    .to_line()
}
