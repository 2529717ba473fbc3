//! Specifications that cannot be built from, and some that can.

use crate::{
    stage::{Stage, Watched, bash, coding, end_of, told},
    support::Ended,
};
use serde_json::{Value, json};
use std::fs;

const SPEC: &str = "prompts/app_spec.txt";

/// `harness run` with a real model, which no test gets as far as.
fn refused(stage: &Stage, more: &[&str]) -> (Ended, Value) {
    let words = [&["run", stage.dir.to_str().expect("a plain path"), "--json"], more].concat();
    let (ended, events) = Watched::over(stage.machine.command(&words)).end();
    assert_eq!(ended.code, Some(1), "there is nothing to build from: {}", told(&ended, &events));
    assert_eq!(ended.stdout.lines().count(), 1, "a refusal is one line of JSON: {}", ended.stdout);
    assert_eq!(events[0]["event"], "run_refused", "{events:?}");
    assert_eq!(
        ended.stderr.trim(),
        format!("harness: {}", events[0]["message"].as_str().expect("text")),
        "said to people too"
    );
    assert!(stage.runs().is_empty(), "a run that was refused never began");
    (ended, events[0].clone())
}

#[test]
fn without_a_specification_the_person_is_told_where_to_write_one() {
    let stage = Stage::empty();
    let (ended, refusal) = refused(&stage, &[]);
    assert_eq!(refusal["code"], "no_spec", "{refusal}");
    let file = stage.dir.join(SPEC).display().to_string();
    assert!(ended.stderr.contains(&file) && ended.stderr.contains("--spec"), "both ways are named: {}", ended.stderr);
}

#[test]
fn a_specification_that_says_nothing_is_refused_with_the_reason() {
    let utf16: Vec<u8> = "Build a calculator.".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("empty", Vec::new(), "is empty"),
        ("blank", b" \n\t\n<!-- -->\n".to_vec(), "is empty"),
        (
            "a template",
            b"<project_specification><project_name>YOUR_PROJECT_NAME</project_name></project_specification>".to_vec(),
            "still the template",
        ),
        ("Latin-1", b"Build a caf\xe9.".to_vec(), "not UTF-8"),
        ("UTF-16 with a mark", [b"\xff\xfe".to_vec(), utf16.clone()].concat(), "UTF-16"),
        ("UTF-16 without a mark", utf16, "UTF-16"),
        ("above 8 MiB", vec![b'x'; 8 * 1024 * 1024 + 1], "split it"),
    ];
    let stage = Stage::empty();
    for (what, bytes, reason) in cases {
        stage.file(SPEC, &bytes);
        let (_, refusal) = refused(&stage, &[]);
        assert_eq!(refusal["code"], "bad_spec", "{what}: {refusal}");
        let message = refusal["message"].as_str().expect("text");
        assert!(message.contains(reason) && message.contains(SPEC), "{what} is told as such, with the file: {message}");
        assert_eq!(fs::read(stage.dir.join(SPEC)).expect("it is there"), bytes, "{what}: the file is the person's");
    }
}

#[test]
fn a_specification_from_elsewhere_is_copied_and_replaces_no_other() {
    let stage = Stage::empty();
    let elsewhere = stage.machine.path("idea.txt");
    let from = elsewhere.to_str().expect("a plain path").to_owned();
    let (_, refusal) = refused(&stage, &["--spec", &from]);
    assert!(refusal["message"].to_string().contains("idea.txt"), "a file that is not there is named: {refusal}");
    fs::write(&elsewhere, b"\xff\xfe\x00").expect("a file");
    let (_, refusal) = refused(&stage, &["--spec", &from]);
    assert_eq!(refusal["code"], "bad_spec", "{refusal}");
    assert!(!stage.dir.join(SPEC).exists(), "nothing is copied that cannot be used");

    let text = "Build a calculator that adds two numbers.";
    fs::write(&elsewhere, text).expect("a file");
    // A CLI that is not there ends the run after the specification was copied.
    let nowhere = ["--spec", &from, "--claude", "/nonexistent/claude"];
    for _ in ["copied", "the same is there already"] {
        let (_, refusal) = refused(&stage, &nowhere);
        assert_eq!(refusal["code"], "cli_not_found", "the specification is fine: {refusal}");
        assert_eq!(stage.read(SPEC), text, "it is where it belongs");
    }
    fs::write(&elsewhere, "Build something else.").expect("a file");
    let (_, refusal) = refused(&stage, &nowhere);
    assert_eq!(refusal["code"], "refused", "{refusal}");
    assert!(refusal["message"].to_string().contains("differs"), "with the reason: {refusal}");
    assert_eq!(stage.read(SPEC), text, "the one that is there would be lost");
}

#[test]
fn a_specification_of_five_megabytes_works_and_the_prompt_stays_small() {
    let stage = Stage::empty();
    // Three bytes for a character: a careless cut falls into one.
    let text = format!("Build a calculator. {}", "それは足し算ができる。".repeat(160_000));
    assert!(text.len() > 5_000_000, "this is what is tested");
    stage.file(SPEC, &text);
    let mut scenario = coding("long", json!([]));
    scenario["roles"] = json!({ "initializer": [
        { "calls": [{ "Write": { "file_path": "prompt.txt", "content": "{{ prompt }}" } }] },
        bash(&format!("wc -c {SPEC}")),
        { "calls": [{ "feature_create_bulk": { "features": [{ "category": "models", "name": "Add", "description": "Add", "steps": ["1"] }] } }] },
        { "say": "Planned." },
    ] });
    let (ended, events) = stage.run(&scenario, &["--mode", "initialize"]);
    assert_eq!(ended.code, Some(0), "{}", told(&ended, &events));
    assert_eq!(end_of(&events)["code"], "finished", "{events:?}");
    let prompt = stage.read("prompt.txt");
    assert!(prompt.len() < 150_000, "a prompt of {} bytes leaves no room to work", prompt.len());
    assert!(prompt.contains(&text[..50_000]), "its beginning is in the prompt");
    assert!(prompt.contains(SPEC), "and where to read the rest");
    assert_eq!(stage.git(&["show", &format!("HEAD:{SPEC}")]), text, "it is committed as it is");
}
