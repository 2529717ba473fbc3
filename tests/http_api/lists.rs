//! Long lists: what is kept of them is what is there.

use crate::{stage::Stage, support::Machine};
use harness_api::{Api, Caller, Procedure};
use harness_engine::{App, OpenProject, clock::SystemClock, home::Home};
use harness_mcp::Tools;
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};

/// What another process finds when it reads all of it.
pub struct Onlooker {
    api: Api,
    runtime: tokio::runtime::Runtime,
}

impl Onlooker {
    pub fn of(machine: &Machine) -> Self {
        let home = Home::at(machine.path("data")).expect("the same data directory");
        let app = App::open(home, Arc::new(SystemClock)).expect("an application");
        Self { api: Api::new(app, Arc::new(Tools)), runtime: tokio::runtime::Runtime::new().expect("a runtime") }
    }

    /// The project in `dir`, with its database.
    pub fn open(&self, dir: &Path) -> OpenProject {
        self.api.app().open_directory(dir).expect("the project")
    }

    fn call(&self, procedure: Procedure, input: Value) -> Value {
        let answer = self.runtime.block_on(self.api.run(procedure, &Caller::desktop(), input)).expect("an answer");
        serde_json::from_str(answer.get()).expect("JSON")
    }
}

#[test]
fn a_kept_list_is_never_stale_whoever_changed_it() {
    let stage = Stage::new();
    let project = stage.project("todo");
    let other = Onlooker::of(&stage.served.machine);
    stage.cards(12);
    let list = "/api/projects/todo/features";
    let at = |card: u32| format!("{list}/{card}");
    let mut tags = Vec::new();
    let mut check = |what: &str| {
        let whole = stage.get(list);
        assert_eq!(whole.json(), other.call(Procedure::feature_list, json!({ "project": project })), "after {what}");
        let parts: Vec<Value> = (0..4)
            .flat_map(|part| {
                let part = stage.get(&format!("{list}?limit=4&cursor={}", part * 4)).json();
                part.as_array().expect("a list").clone()
            })
            .collect();
        assert_eq!(Value::Array(parts), whole.json(), "the parts are the whole after {what}");
        let tag = whole.header("etag").expect("it has a version").to_owned();
        assert!(!tags.contains(&tag), "what was kept under an earlier version is not taken for this one, after {what}");
        let known = format!("if-none-match: {tag}");
        assert_eq!(stage.get_with(list, &known).status, 304, "nothing happened since {what}");
        tags.push(tag);
    };
    check("the first cards");
    assert_eq!(stage.send_as_admin("PATCH", &at(3), json!({ "name": "Edited here" })).status, 200);
    check("an edit through this server");
    other.call(Procedure::feature_edit, json!({ "project": project, "feature": 5, "name": "Edited elsewhere" }));
    check("an edit by another process");
    other.call(Procedure::feature_pin, json!({ "project": project, "feature": 9, "is_pinned": true }));
    check("a card that another process put first");
    assert_eq!(stage.post(&format!("{}/dependencies/9", at(2)), json!({})).status, 200);
    check("a card that waits for another");
    let removed = other.call(Procedure::feature_remove, json!({ "project": project, "features": [9, 4] }));
    check("cards that another process removed");
    let back = json!({ "removal": removed["removal"] });
    assert_eq!(stage.post(&format!("{list}/unremove"), back).status, 200);
    check("cards that came back");
    assert_eq!(stage.post(&format!("{list}/bug"), json!({ "name": "A bug", "description": "It is" })).status, 200);
    check("a card that was added");
}
