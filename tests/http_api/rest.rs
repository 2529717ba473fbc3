//! Requests and answers.

use crate::stage::Stage;
use harness_api::{Api, Caller, CallerRole, Kind, Method, Procedure};
use harness_engine::{App, clock::SystemClock, home::Home};
use harness_mcp::Tools;
use serde_json::{Value, json};
use std::sync::Arc;

#[test]
fn every_procedure_is_routed_and_what_it_answers_is_what_it_answers_within() {
    let stage = Stage::new();
    let project = stage.project("todo");
    let home = Home::at(stage.served.machine.path("data")).expect("the same data directory");
    let app = App::open(home, Arc::new(SystemClock)).expect("an application");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let api = Api::new(app, Arc::new(Tools));
    let caller = Caller::new("test", CallerRole::Admin);
    let mut compared = 0;
    for procedure in Procedure::ALL.iter().copied() {
        let target = procedure.path().replace("{project}", &project.to_string());
        // Where a host listens, and whose home it has, is its own.
        let is_of_host = matches!(procedure, Procedure::lan_status | Procedure::directory_list);
        let is_simple = procedure.kind() == Kind::Query
            && procedure.method() == Method::Get
            && !target.contains('{')
            && !is_of_host;
        if !is_simple {
            // Something is missing in the input; but it is never said that nothing is there.
            let target = target.replace(['{', '}'], "");
            let reply = stage.send("aah_nobody", procedure.method().as_str(), &target, &[], None);
            assert_eq!(reply.status, 401, "{} is routed", procedure.name());
            continue;
        }
        let reply = stage.get(&target);
        match runtime.block_on(api.run(procedure, &caller, json!({ "project": project }))) {
            Ok(answer) => {
                let within: Value = serde_json::from_str(answer.get()).expect("JSON");
                assert_eq!(reply.status, 200, "{}: {reply:?}", procedure.name());
                assert_eq!(kinds(&reply.json()), kinds(&within), "{}", procedure.name());
                compared += 1;
            }
            Err(error) => {
                assert_eq!(reply.status, harness_server::status_of(error.code).as_u16(), "{}", procedure.name());
                assert_eq!(reply.json()["code"], json!(error.code), "{}", procedure.name());
            }
        }
    }
    assert!(compared > 15, "most queries of a project need nothing else: {compared}");
}

/// The fields of an answer and the kinds of their values; times and states of two hosts differ.
fn kinds(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), kinds(value))).collect(),
        Value::Array(values) => values.iter().map(kinds).collect(),
        Value::String(_) => "text".into(),
        Value::Number(_) => "number".into(),
        Value::Bool(_) => "switch".into(),
        Value::Null => Value::Null,
    }
}

#[test]
fn a_project_is_asked_for_by_its_number_or_its_name_and_what_is_wrong_is_said() {
    let stage = Stage::new();
    let number = stage.project("todo");
    assert_eq!(stage.get(&format!("/api/projects/{number}")).json()["name"], "todo");
    for (target, status, code) in [
        ("/api/projects/nobody", 404, "not_found"),
        ("/api/projects/99999", 404, "not_found"),
        ("/api/projects/99999999999999", 404, "not_found"),
        ("/api/projects/todo%252f", 404, "not_found"),
        ("/api/projects/todo/features/x", 400, "bad_input"),
        ("/api/projects/todo/features?limit=0", 400, "bad_input"),
        ("/api/projects/todo/features?limit=1&limit=2", 400, "bad_input"),
    ] {
        let reply = stage.get(target);
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{target}");
    }
    let plain = stage.send(
        &stage.token(&["--role", "operator"]),
        "POST",
        "/api/projects/todo/features/bug",
        &["content-type: text/plain"],
        Some(&json!({})),
    );
    assert_eq!(plain.status, 415, "a form's words are no JSON: {plain:?}");
    let packed = stage.send(
        &stage.token(&["--role", "operator"]),
        "POST",
        "/api/projects/todo/features/bug",
        &["content-encoding: gzip"],
        Some(&json!({})),
    );
    assert_eq!(packed.status, 415, "nothing is unpacked, so nothing swells: {packed:?}");
    let large = json!({ "name": "x", "description": "y".repeat(2_000_000) });
    assert_eq!(stage.post("/api/projects/todo/features/bug", large).status, 413);
    let other = json!({ "project": stage.project("shop"), "name": "x", "description": "y" });
    assert_eq!(
        stage.post("/api/projects/todo/features/bug", other).status,
        400,
        "one in the address, another in the body"
    );
}

#[test]
fn a_list_is_given_in_parts_and_not_again_while_nothing_changed() {
    let stage = Stage::new();
    stage.cards(5);
    let whole = stage.get("/api/projects/todo/features");
    let tag = format!("if-none-match: {}", whole.header("etag").expect("it has a version"));
    assert_eq!((whole.json().as_array().map(Vec::len), whole.header("x-total-count")), (Some(5), Some("5")));
    assert_eq!(stage.get_with("/api/projects/todo/features", &tag).status, 304, "nothing changed");
    let part = stage.get("/api/projects/todo/features?limit=2&page=2");
    assert_eq!(part.json().as_array().expect("cards")[..], whole.json().as_array().expect("cards")[2..4]);
    let links = part.header("link").expect("it leads on").to_owned();
    assert!(links.contains("cursor=4>; rel=\"next\"") && links.contains("cursor=0>; rel=\"prev\""), "{links}");
    let packed = stage.get_with("/api/projects/todo/features", "accept-encoding: gzip");
    assert_eq!(packed.header("content-encoding"), Some("gzip"), "a long answer is made short: {packed:?}");
    stage.cards(1);
    let later = stage.get_with("/api/projects/todo/features", &tag);
    assert_eq!((later.status, later.json().as_array().map(Vec::len)), (200, Some(6)), "a change is seen at once");
    let other = stage.served.machine.harness(&["features", "skip", "1", "--project", "todo"]);
    assert_eq!(other.code, Some(0), "{other:?}");
    let again = format!("if-none-match: {}", later.header("etag").expect("it has a version"));
    assert_eq!(stage.get_with("/api/projects/todo/features", &again).status, 200, "also one of another process");
}

#[test]
fn the_documented_addresses_and_bodies_work() {
    let stage = Stage::new();
    stage.cards(2);
    let bug = json!({ "name": "Broken", "description": "It is", "steps_to_reproduce": ["Look"] });
    assert_eq!(stage.post("/api/projects/todo/features/bug", bug).status, 200);
    assert_eq!(stage.get("/api/agent/status?project=todo").json()["is_running"], false);
    assert_eq!(stage.get("/api/agent/status?project_name=todo").status, 200);
    assert_eq!(stage.get("/api/agent/status").status, 400, "it has to be named");
    let stopped = stage.post("/api/agent/stop", json!({ "project": "todo" }));
    assert_eq!((stopped.status, stopped.code().as_str()), (409, "not_possible_now"), "{stopped:?}");
    assert_eq!(stage.post("/api/projects/todo/features/2/dependencies/1", json!({})).status, 200);
    let card = stage.get("/api/projects/todo/features/2").json();
    assert_eq!(card["blocked_by"][0]["id"], 1, "{card}");
    let circle = stage.post("/api/projects/todo/features/1/dependencies/2", json!({}));
    assert_eq!((circle.status, circle.code().as_str()), (422, "refused"), "{circle:?}");
    assert_eq!(stage.delete("/api/projects/todo/features/2/dependencies/1").status, 200);
    assert_eq!(stage.delete("/api/projects/todo/features/2").status, 200);
    assert_eq!(stage.get("/api/projects/todo/features/2").status, 404, "it is gone");
}

#[test]
fn what_only_this_machine_may_do_is_refused_by_name_and_a_token_reaches_its_own_project_only() {
    let stage = Stage::new();
    for procedure in Procedure::ALL.iter().copied().filter(|procedure| procedure.role() == CallerRole::Desktop) {
        let reply =
            stage.send(&stage.token(&["--role", "admin"]), procedure.method().as_str(), procedure.path(), &[], None);
        assert_eq!((reply.status, reply.code().as_str()), (403, "forbidden"), "{}", procedure.name());
        assert!(reply.text().contains(procedure.name()), "it says what is refused: {}", reply.text());
    }
    let own = stage.token(&["--role", "operator", "--project", "todo"]);
    assert_eq!(stage.send(&own, "GET", "/api/projects/todo/features", &[], None).status, 200);
    let other = stage.project("shop");
    let mut refusals = Vec::new();
    for target in [
        "/api/projects/shop/features".into(),
        format!("/api/projects/{other}/agent/status"),
        format!("/api/agent/status?project={other}"),
        "/ws/projects/shop".into(),
        "/api/projects/nobody/features".into(),
        "/api/projects/99999999999/features".into(),
        "/ws/projects/nobody".into(),
    ] {
        let reply = stage.send(&own, "GET", &target, &[], None);
        assert_eq!(reply.status, 403, "{target}");
        refusals.push(reply.text());
    }
    refusals.dedup();
    assert_eq!(refusals.len(), 1, "which other projects there are is not told: {refusals:?}");
    let body = json!({ "project": other });
    assert_eq!(stage.send(&own, "POST", "/api/agent/stop", &[], Some(&body)).status, 403);
    let crossed = json!({ "project": other, "name": "x", "description": "y" });
    assert_eq!(stage.send(&own, "POST", "/api/projects/todo/features/bug", &[], Some(&crossed)).status, 400);
    let viewer = stage.token(&["--role", "viewer"]);
    assert_eq!(stage.send(&viewer, "POST", "/api/projects/todo/agent/start", &[], Some(&json!({}))).status, 403);
}

#[test]
fn a_card_that_holds_more_than_one_may_is_refused_in_words_and_nothing_of_it_is_stored() {
    let stage = Stage::new();
    stage.cards(1);
    let new = |field: &str, value: Value| {
        let mut card = json!({ "name": "Card", "steps": ["Look"] });
        card[field] = value;
        card
    };
    let long = "y".repeat(70_000);
    for (field, value, words) in [
        ("name", json!("n".repeat(256)), "its name is 256 characters long, and 255 is the most"),
        ("description", json!(long), "its description is 69 KB long, and 64 KB is the most"),
        ("steps", json!(vec!["Look"; 201]), "it has 201 steps, and 200 is the most"),
        ("steps", json!([long]), "its list of steps is 69 KB long"),
        ("category", json!("c".repeat(256)), "its category is 256 characters long"),
    ] {
        let edit = json!({ field: value });
        let tries = [
            stage.post("/api/projects/todo/features", new(field, value)),
            stage.send_as_admin("PATCH", "/api/projects/todo/features/1", edit),
        ];
        for reply in tries {
            assert_eq!((reply.status, reply.code().as_str()), (422, "bad_input"), "{field}: {reply:?}");
            assert!(reply.json()["message"].to_string().contains(words), "{field}: it is told: {reply:?}");
        }
    }
    let bug = json!({ "name": "Broken", "description": long, "steps": ["Look"] });
    let reply = stage.post("/api/projects/todo/features/bug", bug);
    assert_eq!((reply.status, reply.code().as_str()), (422, "bad_input"), "a bug is bounded too: {reply:?}");
    let cards = stage.get("/api/projects/todo/features").json();
    assert_eq!(cards.as_array().map(Vec::len), Some(1), "nothing was stored");
    assert_eq!(cards[0]["name"], "Card 1", "nor changed");
}

#[test]
fn a_draft_is_accepted_only_by_whoever_says_what_they_saw_of_it() {
    let stage = Stage::new();
    let accept = |body: Value| stage.post("/api/projects/todo/interview/accept", body);
    for body in [json!({}), json!({ "draft": null }), json!({ "draft": 7 })] {
        let reply = accept(body.clone());
        assert_eq!((reply.status, reply.code().as_str()), (400, "bad_input"), "{body}: {reply:?}");
    }
    let early = accept(json!({ "draft": "<overview>A list.</overview>" }));
    assert_eq!((early.status, early.code().as_str()), (409, "not_possible_now"), "no interview goes on: {early:?}");
}
