//! A served machine with a project, and somebody who may do everything in it.

use crate::support::{
    Machine,
    door::{Reply, Served},
};
use serde_json::{Value, json};

/// A server, and a token that opens it.
pub struct Stage {
    pub served: Served,
    admin: String,
}

impl Stage {
    /// A server with the projects `todo` and `shop`.
    pub fn new() -> Self {
        let machine = Machine::new();
        for name in ["todo", "shop"] {
            let dir = machine.project(name);
            let made = machine.harness(&["projects", "add", dir.to_str().expect("a plain path")]);
            assert_eq!(made.code, Some(0), "{name} is registered: {made:?}");
        }
        let admin = token(&machine, &["--role", "admin"]);
        Self { served: Served::start(machine, &[], &[]), admin }
    }

    /// A token with less.
    pub fn token(&self, words: &[&str]) -> String {
        token(&self.served.machine, words)
    }

    pub fn send(&self, token: &str, method: &str, target: &str, lines: &[&str], body: Option<&Value>) -> Reply {
        let bearer = format!("authorization: Bearer {token}");
        let mut all = vec![bearer.as_str()];
        all.extend(lines);
        if body.is_some() {
            all.push("content-type: application/json");
        }
        let body = body.map(Value::to_string).unwrap_or_default();
        self.served.ask(method, target, &all, body.as_bytes())
    }

    pub fn get(&self, target: &str) -> Reply {
        self.send(&self.admin, "GET", target, &[], None)
    }

    pub fn get_with(&self, target: &str, line: &str) -> Reply {
        self.send(&self.admin, "GET", target, &[line], None)
    }

    pub fn post(&self, target: &str, body: Value) -> Reply {
        self.send(&self.admin, "POST", target, &[], Some(&body))
    }

    pub fn send_as_admin(&self, method: &str, target: &str, body: Value) -> Reply {
        self.send(&self.admin, method, target, &[], Some(&body))
    }

    pub fn delete(&self, target: &str) -> Reply {
        self.send(&self.admin, "DELETE", target, &[], None)
    }

    /// The number of a project.
    pub fn project(&self, name: &str) -> u64 {
        let project = self.get(&format!("/api/projects/{name}")).json();
        project["id"].as_u64().unwrap_or_else(|| panic!("{name} has a number: {project}"))
    }

    /// Adds so many cards to `todo`.
    pub fn cards(&self, count: usize) {
        for number in 1..=count {
            let made = self
                .post("/api/projects/todo/features", json!({ "name": format!("Card {number}"), "steps": ["Look"] }));
            assert_eq!(made.status, 200, "{made:?}");
        }
    }

    /// The lines that ask for a socket, with the token.
    pub fn upgrade(&self) -> [String; 5] {
        [
            format!("authorization: Bearer {}", self.admin),
            "connection: upgrade".into(),
            "upgrade: websocket".into(),
            "sec-websocket-version: 13".into(),
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==".into(),
        ]
    }
}

fn token(machine: &Machine, words: &[&str]) -> String {
    let all: Vec<&str> = ["token", "create", "test"].into_iter().chain(words.iter().copied()).collect();
    let made = machine.harness(&all);
    assert_eq!(made.code, Some(0), "a token is made: {made:?}");
    made.stdout.trim().to_owned()
}
