//! Text on its way from the model to the transcript.

use crate::{
    broken_cli::fake_cli,
    stage::{BUILD, Stage, ask_for_checks, bash, coding, take_card, told},
};
use serde_json::json;

/// Two to four bytes for a character, characters of several code points, and both directions.
const WORDS: &str = "日本語 🦀 👩‍👩‍👧‍👦 Ωmega naïve עברית 中文 é 🇩🇪 \u{10ffff} …";

#[test]
fn text_of_many_bytes_is_the_same_in_the_transcript_wherever_the_stream_was_cut() {
    let stage = Stage::new(&["Add"]);
    // The real CLI, its output cut after every single byte.
    let cli = fake_cli(&stage, r#"(real "$@") | dd bs=1 status=none"#);
    let scenario = coding(
        "words",
        json!([
            take_card(),
            { "say": WORDS, "calls": [{ "Write": { "file_path": "words.txt", "content": WORDS } }] },
            bash("cat words.txt"),
            bash(BUILD),
            ask_for_checks(),
            { "say": format!("Done: {WORDS}") },
        ]),
    );
    let (ended, events) = stage.run(&scenario, &["--claude", &cli]);
    assert_eq!(ended.code, Some(0), "{}", told(&ended, &events));
    assert_eq!(stage.read("words.txt"), WORDS, "what the agent wrote");
    assert_eq!(stage.git(&["show", "HEAD:words.txt"]), WORDS, "what was committed");
    let session = stage.a_run(1)["session_list"][0]["id"].clone();
    let transcript = stage.transcript(&session);
    assert!(!transcript.contains('\u{fffd}'), "no character was torn");
    let rows: Vec<serde_json::Value> =
        transcript.lines().map(|row| serde_json::from_str(row).expect("a message")).collect();
    let blocks = |kind: &str| {
        let of = rows.iter().filter(move |row| row["type"] == kind);
        of.flat_map(|row| row["message"]["content"].as_array().cloned().unwrap_or_default()).collect::<Vec<_>>()
    };
    let said: Vec<String> =
        blocks("assistant").iter().filter_map(|block| Some(block["text"].as_str()?.to_owned())).collect();
    assert!(
        said.contains(&WORDS.to_owned()) && said.contains(&format!("Done: {WORDS}")),
        "what the model said: {said:?}"
    );
    let read = blocks("user").iter().any(|block| block["content"] == WORDS);
    assert!(read, "what the tool printed: {transcript}");
    assert!(
        events.iter().any(|event| event["event"] == "agent_said" && event["text"] == WORDS),
        "what a person saw live"
    );
    let found = stage.ok(&["runs", "search", "日本語"]);
    assert!(found.contains(session.as_str().expect("an id")), "and it can be found again: {found}");
}
