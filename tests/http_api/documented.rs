//! Addresses of the older system that need more than another name.

use crate::{lists::Onlooker, stage::Stage};
use harness_domain::{
    feature::Actor,
    id::{FeatureId, SessionId},
};
use harness_store::{Cause, Claim};
use serde_json::{Value, json};

#[test]
fn a_question_about_a_card_is_answered_by_the_names_of_its_fields() {
    let stage = Stage::new();
    stage.cards(2);
    let resolve =
        |card: u32, body: Value| stage.post(&format!("/api/projects/todo/features/{card}/resolve-human-input"), body);
    let early = resolve(1, json!({ "fields": {} }));
    assert_eq!((early.status, early.code().as_str()), (409, "not_possible_now"), "nothing is asked yet: {early:?}");
    assert_eq!(resolve(99, json!({ "fields": {} })).status, 404, "there is no such card");

    let other = Onlooker::of(&stage.served.machine);
    let project = other.open(&stage.served.machine.path("todo"));
    let cause = Cause { actor: Actor::Host, reason: "asked".into(), run: None, at_ms: 1 };
    let session = SessionId("s".into());
    let claim = Claim { session: session.clone(), run: None, lease_until_ms: i64::MAX, starts_at: None };
    project.store.claim(FeatureId(1), &claim, &cause).expect("it is taken");
    let fields = json!({ "prompt": "Before I go on:", "fields": [
        { "id": "colour", "label": "Which colour?", "type": "select", "options": ["red", "blue"], "required": true },
        { "id": "is_loud", "label": "Is it loud?", "type": "boolean", "required": true },
        { "id": "note", "label": "Anything else?", "type": "text", "required": false },
    ] });
    let asked = project.store.question_ask(FeatureId(1), &session, &fields.to_string(), &cause).expect("it is asked");

    let wrong = resolve(1, json!({ "fields": { "color": "red", "is_loud": true } }));
    assert_eq!((wrong.status, wrong.code().as_str()), (400, "bad_input"), "a field that is not there: {wrong:?}");
    assert_eq!(resolve(1, json!({ "fields": "red" })).status, 400);
    let viewer = stage.token(&["--role", "viewer"]);
    let body = json!({ "fields": { "colour": "blue", "is_loud": false } });
    let target = "/api/projects/todo/features/1/resolve-human-input";
    assert_eq!(stage.send(&viewer, "POST", target, &[], Some(&body)).status, 403, "looking is not answering");
    let done = resolve(1, body);
    assert_eq!((done.status, &done.json()["id"]), (200, &json!(asked.id.0)), "{done:?}");
    let answer: Value = serde_json::from_str(done.json()["answer_json"].as_str().expect("an answer")).expect("JSON");
    assert_eq!((&answer["colour"], &answer["is_loud"]), (&json!("blue"), &json!(false)), "{answer}");
    let card = stage.get("/api/projects/todo/features/1").json();
    assert_eq!(card["feature"]["status"], "pending", "the card goes on: {card}");
}

#[test]
fn what_this_product_does_not_have_says_so_and_what_there_is_instead() {
    let stage = Stage::new();
    for (method, target) in [
        ("GET", "/api/projects/todo/schedules"),
        ("PATCH", "/api/projects/todo/schedules/7"),
        ("GET", "/api/projects/todo/schedules/next"),
        ("GET", "/api/projects/todo/devserver/status"),
        ("POST", "/api/projects/todo/devserver/start"),
        ("GET", "/api/terminal/todo"),
        ("DELETE", "/api/terminal/todo/abc"),
        ("GET", "/api/terminal/ws/todo/abc"),
        ("POST", "/api/projects/todo/features/analyze-complexity"),
    ] {
        let reply = stage.send_as_admin(method, target, json!({}));
        assert_eq!((reply.status, reply.code().as_str()), (501, "unavailable"), "{method} {target}: {reply:?}");
        assert!(reply.json()["hint"].as_str().is_some_and(|hint| hint.len() > 20), "what to do instead: {reply:?}");
        let stranger = stage.send("aah_nobody", method, target, &[], None);
        assert_eq!(stranger.status, 401, "a stranger is told nothing: {target}");
    }
}
