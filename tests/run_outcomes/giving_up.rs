//! Agents that end without a result, and cards that only a person can bring further.

use crate::sums::{Sums, builds};
use serde_json::{Value, json};
use std::fs;

#[test]
fn a_card_that_fails_three_times_is_parked_with_its_diagnosis_and_its_work_until_a_person_retries_it() {
    let sums = Sums::with_features(&["Add", "Subtract"]);
    sums.harness(&["features", "depend", "2", "--on", "1"]);
    let head = sums.head();
    let too_big_to_set_aside = sums.dir.join("data.bin");
    fs::write(&too_big_to_set_aside, vec![7; 10_000_001]).expect("a person's big file");
    let sees_a_failure =
        json!({ "prompt": { "matches": "(?s)ended without it passing: 1.*lies in the tree.*src/half.js" } });
    let gives_up = json!([
        { "calls": [{ "Bash": { "command": "mkdir -p src && date +%N >> src/half.js", "description": "Begin" } }] },
        { "say": "Half of it is there." },
        { "when": sees_a_failure, "say": "The second try fails like the first." },
        { "say": "I do not see how to go on." }
    ]);
    let played = sums.play(&json!({ "coding": gives_up }), &[]);
    let end = played.expect(4, "needs_person");

    assert_eq!(played.outcomes(), ["gate_failed"; 3], "a card has three attempts");
    let (first, second) = ("Half of it is there.", "I do not see how to go on.");
    let said = [first, second, first, "The second try fails like the first.", first, second];
    assert_eq!(
        played.said(),
        said,
        "an agent that stops with its card open is reminded once, then it may end; and the second one knows of the first"
    );
    let why = end["why"].as_str().unwrap_or_default();
    for part in ["#1 “Add”", "parked", "#2 waits for it"] {
        assert!(why.contains(part), "the person is told what is blocked and who waits ({part}): {why}");
    }
    let parked = sums.card(1);
    assert_eq!((&parked["status"], &parked["attempts"]), (&json!("blocked"), &json!(3)));
    let note = parked["note"].as_str().unwrap_or_default();
    assert!(note.contains("never asked for the checks") && note.contains(second), "the diagnosis says why: {note}");
    let waiting = sums.card(2);
    assert_eq!(
        (&waiting["status"], &waiting["attempts"], waiting["history"].as_array().map(Vec::len)),
        (&json!("pending"), &json!(0), Some(1)),
        "a card is never started before what it depends on: {waiting}"
    );

    assert_eq!(sums.git(&["status", "--porcelain"]), "?? data.bin\n", "the next card starts from a clean tree");
    assert!(too_big_to_set_aside.exists(), "what was not the agent's is left where it was");
    assert_eq!(sums.head(), head, "unproven work is not committed");
    let told = played.notices("work_saved");
    let [sentence] = told[..] else { panic!("the person is told once where the work is: {told:?}") };
    let saved = sentence.split_whitespace().find_map(|word| word.strip_prefix("refs/harness/"));
    let saved = saved.map(|name| format!("refs/harness/{}", name.trim_end_matches('.'))).unwrap_or_default();
    let kept = sums.git(&["show", &format!("{saved}:src/half.js")]);
    assert_eq!(kept.lines().count(), 3, "the work of all three attempts is kept as {saved}: {kept}");

    sums.harness(&["features", "retry", "1"]);
    let retried = sums.card(1);
    assert_eq!((&retried["status"], &retried["attempts"]), (&json!("pending"), &json!(0)), "it starts anew");
    let last = sums.card(1)["history"].as_array().and_then(|history| history.last().cloned()).unwrap_or_default();
    assert_eq!((&last["from"], &last["actor"]), (&json!("blocked"), &json!("person")), "the trail says who wanted it");
}

#[test]
fn an_agent_that_only_gives_its_card_away_does_not_keep_a_run_going_for_ever() {
    let sums = Sums::with_features(&["Add"]);
    let coding = json!([
        { "when": { "session": { "one_of": [1, 3] } },
          "calls": [{ "feature_skip": { "feature_id": 1, "reason": "the design is missing" } }] },
        { "when": { "session": 2 }, "calls": [{ "feature_clear_in_progress": { "feature_id": 1 } }] },
        { "say": "Somebody else may do it." }
    ]);
    let played = sums.play(&json!({ "coding": coding }), &["--max-sessions", "6"]);
    played.expect(4, "needs_person");
    let card = sums.card(1);
    assert_eq!((&card["status"], &card["attempts"]), (&json!("blocked"), &json!(3)), "to pass it on is an attempt too");
    let note = card["note"].as_str().unwrap_or_default();
    assert!(note.contains("the design is missing"), "the person reads the agent's reason: {note}");
}

#[test]
fn an_initializer_that_creates_nothing_is_started_again_and_then_reported() {
    let sums = Sums::bare(&[("prompts/app_spec.txt", "Functions that add and subtract two numbers, with tests.\n")]);
    let words = ["Interesting.", "I still plan nothing."];
    let looks_around = json!({ "Bash": { "command": "ls", "description": "Look around" } });
    let initializer = json!([
        { "when": { "session": 2 }, "repeat": "forever", "calls": [looks_around] },
        { "say": words[0] },
        { "say": words[1] }
    ]);
    let played = sums.play(&json!({ "initializer": initializer }), &["--max-turns", "4"]);
    let end = played.expect(1, "failed");
    assert_eq!(end["reason"], "no_features");
    assert_eq!(played.outcomes(), ["completed", "max_turns", "completed"], "however each of them ended");
    assert_eq!(played.said(), [words, words].concat(), "who ends by itself is reminded once of what is missing");
    let message = end["message"].as_str().unwrap_or_default();
    assert!(message.contains("created no features"), "the person is told what to look at: {message}");
    assert_eq!(sums.board(), Vec::<Value>::new());
}

#[test]
fn a_question_waits_for_a_person_and_its_answer_reaches_the_next_session() {
    let sums = Sums::with_features(&["Add"]);
    let question = "Should adding two texts join them?";
    let coding = json!([{ "choose": [
        { "when": { "prompt": { "lacks": "Answered: " } }, "turns": [
            { "calls": [{ "feature_request_human_input": { "feature_id": 1, "question": question } }] },
            { "say": "I wait for the answer." }
        ] },
        { "when": { "prompt": { "contains": "join them, with a space" } }, "turns": [builds()] }
    ] }]);
    let asked = sums.play(&json!({ "coding": coding }), &[]);
    let end = asked.expect(4, "needs_person");
    let why = end["why"].as_str().unwrap_or_default();
    assert!(why.contains(question), "the end of the run says what is asked: {why}");
    assert_eq!(asked.said(), ["I wait for the answer."], "who waits for a person is not reminded of its open card");
    assert_eq!(asked.of("request_opened")[0]["subject"], question);
    let card = sums.card(1);
    assert_eq!((&card["status"], &card["attempts"]), (&json!("needs_input"), &json!(0)), "to ask is no failure");

    let open = sums.json(&["questions", "list"]);
    assert_eq!((open.as_array().map(Vec::len), &open[0]["feature"]), (Some(1), &json!(1)), "it can be found: {open}");
    sums.harness(&["questions", "answer", &open[0]["id"].to_string(), "Yes: join them, with a space"]);
    assert_eq!(sums.json(&["questions", "list"]), json!([]), "an answered question is not open any more");

    sums.play(&json!({ "coding": coding }), &[]).expect(0, "all_passing");
    assert_eq!(sums.board()[0]["status"], "passing", "the session that read the answer built it");
}
