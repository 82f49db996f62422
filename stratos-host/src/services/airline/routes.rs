//! The routes of the mock airline and its data. All of them are assumed: the platform's public API is not stated.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use stratos_protocol::airline::Method;

use crate::config::AirlineFixtures;

/// Maximum number of bids, and of flights.
const MAX_ENTRIES: usize = 1000;
/// Largest bid or flight as JSON in bytes: 16 KiB.
const ENTRY_BYTES: usize = 16 * 1024;

/// Data of the mock airline.
#[derive(Debug)]
pub(super) struct AirlineData {
    pilot: Map<String, Value>,
    fleet: Vec<Value>,
    bids: Vec<Value>,
    flights: Vec<Value>,
    /// Bodies by method and path.
    routes: BTreeMap<String, Value>,
}

/// Answer of the mock airline.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// `None` for an empty body.
    pub(super) body: Option<Value>,
}

impl Reply {
    /// An answer with a text for people.
    pub(super) fn message(status: u16, message: impl Into<String>) -> Self {
        let message: String = message.into();
        Self {
            status,
            body: Some(json!({ "message": message })),
        }
    }

    /// An answer with data, in the envelope of the shell's own routes.
    fn data(status: u16, data: impl Into<Value>) -> Self {
        let data: Value = data.into();
        Self {
            status,
            body: Some(json!({ "data": data })),
        }
    }
}

impl AirlineData {
    /// The author's data, with defaults for what is absent.
    pub(super) fn new(fixtures: AirlineFixtures) -> Self {
        let AirlineFixtures {
            pilot,
            fleet,
            bids,
            flights,
            routes,
        } = fixtures;
        Self {
            pilot: pilot.unwrap_or_else(default_pilot),
            fleet: fleet.unwrap_or_else(default_fleet),
            bids: bids.unwrap_or_else(default_bids),
            flights: flights.unwrap_or_default(),
            routes,
        }
    }

    /// Answers a request to a path without its query.
    pub(super) fn reply(&mut self, method: Method, path: &str, body: Option<Value>) -> Reply {
        if let Some(body) = self.routes.get(&format!("{} {path}", method.as_str())) {
            let body = Some(body.clone());
            return Reply { status: 200, body };
        }
        match (method, path) {
            (Method::Get, "/api/pilot") => Reply::data(200, self.pilot.clone()),
            (Method::Patch, "/api/pilot") => self.change_pilot(body),
            (Method::Get, "/api/fleet") => Reply::data(200, self.fleet.clone()),
            (Method::Get, "/api/bids") => Reply::data(200, self.bids.clone()),
            (Method::Post, "/api/bids") => add(&mut self.bids, body),
            (Method::Get, "/api/flights") => Reply::data(200, self.flights.clone()),
            (Method::Post, "/api/flights") => add(&mut self.flights, body),
            _ => match (method, path.strip_prefix("/api/bids/")) {
                (Method::Delete, Some(id)) => self.remove_bid(id),
                _ => self.unknown(method, path),
            },
        }
    }

    fn change_pilot(&mut self, body: Option<Value>) -> Reply {
        let Some(Value::Object(changes)) = body else {
            return no_object();
        };
        let mut pilot = self.pilot.clone();
        pilot.extend(changes);
        if Value::from(pilot.clone()).to_string().len() > ENTRY_BYTES {
            return too_large();
        }
        self.pilot = pilot;
        Reply::data(200, self.pilot.clone())
    }

    fn remove_bid(&mut self, id: &str) -> Reply {
        let found = self.bids.iter().position(|bid| has_id(bid, id));
        match found {
            Some(at) => {
                self.bids.remove(at);
                Reply {
                    status: 204,
                    body: None,
                }
            }
            None => Reply::message(404, "there is no such bid"),
        }
    }

    fn unknown(&self, method: Method, path: &str) -> Reply {
        let built_in = [
            "GET /api/pilot",
            "PATCH /api/pilot",
            "GET /api/fleet",
            "GET /api/bids",
            "POST /api/bids",
            "DELETE /api/bids/{id}",
            "GET /api/flights",
            "POST /api/flights",
        ];
        let routes = built_in
            .into_iter()
            .chain(self.routes.keys().map(String::as_str));
        let routes: Vec<_> = routes.collect();
        let text = format!(
            "the mock airline has no route {} {path}; it has {}, and `[routes]` of its fixtures adds others",
            method.as_str(),
            routes.join(", ")
        );
        Reply::message(404, text)
    }
}

/// Adds an object to a list, with the next number as its `id`.
fn add(list: &mut Vec<Value>, body: Option<Value>) -> Reply {
    let Some(Value::Object(mut entry)) = body else {
        return no_object();
    };
    if list.len() >= MAX_ENTRIES {
        let text = format!("the mock airline keeps at most {MAX_ENTRIES} entries");
        return Reply::message(409, text);
    }
    let ids = list.iter().filter_map(|entry| entry["id"].as_u64());
    let id = ids.max().unwrap_or_default().saturating_add(1);
    entry.insert("id".to_owned(), id.into());
    let entry = Value::from(entry);
    if entry.to_string().len() > ENTRY_BYTES {
        return too_large();
    }
    list.push(entry.clone());
    Reply::data(201, entry)
}

fn no_object() -> Reply {
    Reply::message(422, "the body must be a JSON object")
}

fn too_large() -> Reply {
    Reply::message(
        413,
        format!("the mock airline takes at most {ENTRY_BYTES} bytes"),
    )
}

fn has_id(entry: &Value, id: &str) -> bool {
    match &entry["id"] {
        Value::String(text) => text == id,
        Value::Number(number) => number.to_string() == id,
        _ => false,
    }
}

fn default_pilot() -> Map<String, Value> {
    let pilot = json!({
        "id": 1, "callsign": "MCK1", "name": "Ada Lovelace", "rank": "Captain",
        "home": "EDDF", "location": "EDDF", "hours": 120.5,
    });
    match pilot {
        Value::Object(pilot) => pilot,
        _ => Map::new(),
    }
}

fn default_fleet() -> Vec<Value> {
    vec![
        json!({ "id": 1, "registration": "D-AMCK", "type": "A320", "location": "EDDF" }),
        json!({ "id": 2, "registration": "D-AMCL", "type": "B738", "location": "LGIR" }),
    ]
}

fn default_bids() -> Vec<Value> {
    vec![json!({
        "id": 1, "callsign": "MCK123", "departure": "EDDF", "arrival": "LGIR", "aircraft": 1,
    })]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(reply: Reply) -> Value {
        reply.body.unwrap()["data"].take()
    }

    #[test]
    fn bids_are_added_listed_and_removed() {
        let mut airline = AirlineData::new(AirlineFixtures::default());
        let mut send = |method, path: &str, body| airline.reply(method, path, body);
        let added = send(
            Method::Post,
            "/api/bids",
            Some(json!({ "callsign": "MCK7", "id": 1 })),
        );
        assert_eq!(added.status, 201);
        assert_eq!(data(added), json!({ "callsign": "MCK7", "id": 2 }));
        assert_eq!(send(Method::Delete, "/api/bids/1", None).status, 204);
        assert_eq!(send(Method::Delete, "/api/bids/1", None).status, 404);
        let bids = data(send(Method::Get, "/api/bids", None));
        assert_eq!(bids, json!([{ "callsign": "MCK7", "id": 2 }]));
        let pilot = send(Method::Patch, "/api/pilot", Some(json!({ "home": "EGLL" })));
        assert_eq!(data(pilot)["home"], "EGLL");
    }

    #[test]
    fn bad_requests_have_a_message_and_the_data_is_bounded() {
        let mut airline = AirlineData::new(AirlineFixtures::default());
        let mut send = |method, path: &str, body| airline.reply(method, path, body).status;
        assert_eq!(send(Method::Post, "/api/bids", Some(json!([1]))), 422);
        assert_eq!(send(Method::Patch, "/api/pilot", None), 422);
        assert_eq!(send(Method::Put, "/api/pilot", None), 404);
        let huge = json!({ "note": "x".repeat(ENTRY_BYTES) });
        assert_eq!(send(Method::Post, "/api/flights", Some(huge.clone())), 413);
        assert_eq!(send(Method::Patch, "/api/pilot", Some(huge)), 413);
        for _ in 0..MAX_ENTRIES {
            assert_eq!(send(Method::Post, "/api/flights", Some(json!({}))), 201);
        }
        assert_eq!(send(Method::Post, "/api/flights", Some(json!({}))), 409);
    }

    #[test]
    fn routes_of_the_fixtures_come_first() {
        let routes = [
            ("GET /api/pilot", json!("mine")),
            ("GET /api/news", json!([1])),
        ];
        let mut airline = AirlineData::new(AirlineFixtures {
            routes: routes.map(|(route, body)| (route.to_owned(), body)).into(),
            ..AirlineFixtures::default()
        });
        let mut body = |path| airline.reply(Method::Get, path, None).body.unwrap();
        assert_eq!(body("/api/pilot"), json!("mine"));
        assert_eq!(body("/api/news"), json!([1]));
        let unknown = body("/api/weather")["message"].to_string();
        assert!(unknown.contains("it has GET /api/pilot"), "{unknown}");
    }
}
