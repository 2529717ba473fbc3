//! What waits for a person: approvals, questions, deadlines.

use crate::stage::{BUILD, Stage, Watched, ask_for_checks, bash, coding, end_of, take_card, told};
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt};

/// A command that no rule knows, so that a person has to agree. It is not installed: where it runs, the shell says so.
const UNKNOWN: &str = "terrastack plan";
/// What the shell says when it ran.
pub const IT_RAN: &str = "terrastack: command not found";

/// Sessions that try the unknown command so many times and then build their card.
fn tries(times: usize) -> Value {
    let mut steps = vec![take_card()];
    steps.extend((0..times).map(|_| bash(UNKNOWN)));
    steps.extend([bash(BUILD), ask_for_checks(), json!({ "say": "Done." })]);
    coding("tries", Value::Array(steps))
}

/// Sessions that build their card only once the unknown command has run.
pub fn needs_it() -> Value {
    let ran = json!({ "Bash": { "contains": IT_RAN } });
    coding(
        "needs-it",
        json!([
            take_card(),
            bash(UNKNOWN),
            { "choose": [
                { "when": ran, "turns": [bash(BUILD), ask_for_checks(), { "say": "Done." }] },
                { "turns": [{ "say": "I cannot go on without it.", "repeat": "forever" }] },
            ] },
        ]),
    )
}

/// The next request, once more of them are open than `before`.
fn opened(run: &Watched, before: usize) -> Value {
    run.until("a person is asked", |event| {
        event["event"] == "request_opened" && event["request"].as_u64() > u64::try_from(before).ok()
    })
}

fn number(request: &Value) -> String {
    request["request"].as_u64().unwrap_or_else(|| panic!("it has a number: {request}")).to_string()
}

/// The states that a run entered, in order.
fn states(events: &[Value]) -> Vec<&str> {
    let changes = events.iter().filter(|event| event["event"] == "run_state_changed");
    changes.filter_map(|event| event["to"].as_str()).collect()
}

/// How the requests ended, in order.
fn settled(events: &[Value]) -> Vec<&str> {
    let settled = events.iter().filter(|event| event["event"] == "request_settled");
    settled.filter_map(|event| event["state"].as_str()).collect()
}

/// Everything that was said in every session of the project, the agents' tools included.
pub fn transcripts(stage: &Stage) -> String {
    let runs = stage.runs();
    let ids = runs.iter().filter_map(|run| u32::try_from(run["id"].as_u64()?).ok());
    let sessions = ids.flat_map(|id| stage.a_run(id)["session_list"].as_array().cloned().unwrap_or_default());
    sessions.map(|session| stage.transcript(&session["id"])).collect()
}

fn waiting(stage: &Stage) -> Vec<Value> {
    stage.json(&["waiting"]).as_array().expect("a list").clone()
}

#[test]
fn a_call_that_no_rule_knows_waits_for_the_person_and_runs_when_approved() {
    let stage = Stage::new(&["Add"]);
    let run = stage.start(&needs_it(), &["--attended=5"]);
    let request = opened(&run, 0);
    assert_eq!((&request["tool"], &request["subject"]), (&json!("Bash"), &json!(UNKNOWN)), "{request}");
    assert!(request["deadline_ms"].is_u64() && !request["reason"].to_string().is_empty(), "{request}");
    run.until_state("waiting_approval");
    let listed = stage.ok(&["approvals", "list"]);
    assert!(listed.contains(&format!("| {UNKNOWN}")) && listed.contains("approvals approve 1"), "{listed}");
    stage.ok(&["approvals", "approve", &number(&request)]);
    let (ended, events) = run.end();
    assert_eq!(ended.code, Some(0), "{}", told(&ended, &events));
    let states = states(&events);
    let at = states.iter().position(|state| *state == "waiting_approval").expect("it waited");
    assert_eq!(states.get(at + 1), Some(&"coding"), "and then went on: {states:?}");
    assert_eq!(settled(&events), ["answered"], "{}", told(&ended, &events));
    assert!(transcripts(&stage).contains(IT_RAN), "what was approved ran");
    assert_eq!(waiting(&stage), Vec::<Value>::new());
}

#[test]
fn a_denial_reaches_the_agent_and_a_word_for_once_is_good_for_one_call() {
    let stage = Stage::new(&["Add"]);
    let run = stage.start(&tries(2), &["--attended=5"]);
    stage.ok(&["approvals", "approve", &number(&opened(&run, 0))]);
    let second = opened(&run, 1);
    stage.ok(&["approvals", "deny", &number(&second), "--reason", "the staging account is locked"]);
    let (ended, events) = run.end();
    assert_eq!(ended.code, Some(0), "the card did not need it: {}", told(&ended, &events));
    let heard = transcripts(&stage);
    assert!(heard.contains("the staging account is locked"), "the agent reads why");
    assert!(heard.contains(IT_RAN), "the first one ran");
    assert_eq!(settled(&events), ["answered", "answered"]);
}

#[test]
fn a_word_for_the_run_covers_the_second_call() {
    let stage = Stage::new(&["Add"]);
    let run = stage.start(&tries(3), &["--attended=5"]);
    stage.ok(&["approvals", "approve", &number(&opened(&run, 0)), "--run"]);
    let (ended, events) = run.end();
    assert_eq!(ended.code, Some(0), "{}", told(&ended, &events));
    let asked = events.iter().filter(|event| event["event"] == "request_opened").count();
    assert_eq!(asked, 1, "the others were covered: {}", told(&ended, &events));
}

#[test]
fn a_script_that_has_changed_since_the_person_agreed_is_asked_about_again() {
    let stage = Stage::new(&["Add"]);
    stage.file("scripts/deploy.sh", "#!/bin/sh\necho as it was agreed to\n");
    let program = fs::Permissions::from_mode(0o755);
    fs::set_permissions(stage.dir.join("scripts/deploy.sh"), program).expect("its mode");
    let policy = stage.machine.path("data/projects/1/policy.yaml");
    fs::write(&policy, "ask:\n  - scripts/deploy.sh\n").expect("a policy");
    let rewrite = json!({ "calls": [{ "Edit": {
        "file_path": stage.dir.join("scripts/deploy.sh"), "old_string": "as it was agreed to", "new_string": "something else" } }] });
    let read = json!({ "calls": [{ "Read": { "file_path": stage.dir.join("scripts/deploy.sh") } }] });
    let call = || bash("scripts/deploy.sh");
    let steps =
        [take_card(), call(), call(), read, rewrite, call(), bash(BUILD), ask_for_checks(), json!({ "say": "Done." })];
    let run = stage.start(&coding("swaps", json!(steps)), &["--attended=5"]);
    let first = opened(&run, 0);
    assert!(first["reason"].to_string().contains("scripts/deploy.sh as it is now"), "{first}");
    stage.ok(&["approvals", "approve", &number(&first), "--run"]);
    stage.ok(&["approvals", "deny", &number(&opened(&run, 1))]);
    let (ended, events) = run.end();
    assert_eq!(ended.code, Some(0), "{}", told(&ended, &events));
    let asked = events.iter().filter(|event| event["event"] == "request_opened").count();
    assert_eq!(asked, 2, "once for each content, not once for each call: {}", told(&ended, &events));
    let heard = transcripts(&stage);
    assert!(heard.contains("A person denied this"), "and the changed one did not run: {heard}");
}

#[test]
fn a_no_for_always_becomes_policy_and_no_later_run_asks() {
    let stage = Stage::new(&["Add"]);
    let run = stage.start(&tries(2), &["--attended=5"]);
    let said = stage.ok(&["approvals", "deny", &number(&opened(&run, 0)), "--always", "--reason", "it costs money"]);
    assert!(said.contains("policy.yaml") && said.contains(UNKNOWN), "the person is told what was written: {said}");
    let (ended, events) = run.end();
    assert_eq!(ended.code, Some(0), "the card did not need it: {}", told(&ended, &events));
    assert!(transcripts(&stage).contains("it costs money"), "the agent reads why");
    stage.ok(&["features", "add", "Subtract"]);
    let (ended, events) = stage.run(&tries(2), &[]);
    assert_eq!(ended.code, Some(0), "{}", told(&ended, &events));
    assert!(events.iter().all(|event| event["event"] != "request_opened"), "{}", told(&ended, &events));
    assert!(!transcripts(&stage).contains(IT_RAN), "and it never ran");
}

#[test]
fn a_word_for_always_becomes_policy_and_no_later_run_asks() {
    let stage = Stage::new(&["Add"]);
    let run = stage.start(&tries(2), &["--attended=5"]);
    let said = stage.ok(&["approvals", "approve", &number(&opened(&run, 0)), "--always"]);
    assert!(said.contains("policy.yaml") && said.contains(UNKNOWN), "the person is told what was written: {said}");
    let (ended, events) = run.end();
    assert_eq!(ended.code, Some(0), "{}", told(&ended, &events));
    stage.ok(&["features", "add", "Subtract"]);
    let (ended, events) = stage.run(&needs_it(), &[]);
    assert_eq!(ended.code, Some(0), "nobody has to watch: {}", told(&ended, &events));
    assert!(events.iter().all(|event| event["event"] != "request_opened"), "{}", told(&ended, &events));
}

#[test]
fn nobody_answers_in_time_and_the_late_word_counts_for_the_next_run() {
    let stage = Stage::new(&["Add"]);
    let (ended, events) = stage.run(&needs_it(), &["--attended=0.02"]);
    assert_eq!(ended.code, Some(4), "a person is needed: {}", told(&ended, &events));
    assert_eq!(settled(&events), ["expired"], "{}", told(&ended, &events));
    let card = stage.card("Add");
    assert_eq!((&card["status"], &card["attempts"]), (&json!("needs_input"), &json!(0)), "it is not its fault: {card}");
    let why = end_of(&events)["why"].as_str().unwrap_or_default();
    assert!(why.contains(UNKNOWN) && why.contains("harness waiting"), "the end of the run says what waits: {why}");
    stage.ok(&["approvals", "approve", "1"]);
    assert_eq!(stage.card("Add")["status"], "pending", "it is its turn again");
    let events = stage.run_to_all_passing(&needs_it(), &[]);
    assert!(events.iter().all(|event| event["event"] != "request_opened"), "it was answered already: {events:?}");
}

#[test]
fn where_nobody_watches_the_card_is_parked_the_others_go_on_and_the_answer_brings_it_back() {
    let stage = Stage::new(&["Add", "Subtract"]);
    let is_first =
        json!({ "feature_get_next.feature.name": "Add", "prompt": { "lacks": "approved exactly this call" } });
    let scenario = coding(
        "parks",
        json!([
            take_card(),
            { "when": is_first, "turns": [bash(UNKNOWN), { "say": "It has to wait.", "repeat": "forever" }] },
            { "when": { "prompt": { "contains": "approved exactly this call" } }, "turns": [bash(UNKNOWN)] },
            bash(BUILD),
            ask_for_checks(),
            { "say": "Done." },
        ]),
    );
    let (ended, events) = stage.run(&scenario, &[]);
    assert_eq!(ended.code, Some(4), "a person is needed: {}", told(&ended, &events));
    assert_eq!(stage.card("Subtract")["status"], "passing", "the others go on: {}", told(&ended, &events));
    let card = stage.card("Add");
    assert_eq!((&card["status"], &card["attempts"]), (&json!("needs_input"), &json!(0)), "{card}");
    let open = waiting(&stage);
    assert_eq!((open.len(), &open[0]["call"]["subject"]), (1, &json!(UNKNOWN)), "{open:?}");
    assert!(!transcripts(&stage).contains(IT_RAN), "nothing ran that nobody approved");
    stage.ok(&["approvals", "approve", &open[0]["id"].to_string()]);
    stage.run_to_all_passing(&scenario, &[]);
    assert!(transcripts(&stage).contains(IT_RAN), "and now it did, once");
}

#[test]
fn a_request_outlives_the_host_that_waited_for_it() {
    let stage = Stage::new(&["Add"]);
    let run = stage.start(&needs_it(), &["--attended=60"]);
    opened(&run, 0);
    run.until_state("waiting_approval");
    stage.kill_at_once(run, &[]);
    assert_eq!(waiting(&stage).len(), 1, "the question was asked, whatever became of the host");
    let (ended, events) = stage.run(&needs_it(), &[]);
    assert_eq!(ended.code, Some(4), "its card waits for the answer: {}", told(&ended, &events));
    assert_eq!(stage.card("Add")["status"], "needs_input");
    assert!(events.iter().all(|event| event["event"] != "session_started"), "no session is wasted on it: {events:?}");
    stage.ok(&["approvals", "approve", "1"]);
    stage.run_to_all_passing(&needs_it(), &[]);
}

#[test]
fn a_call_that_is_called_off_asks_nobody_any_more() {
    let stage = Stage::new(&["Add"]);
    let run = stage.start(&needs_it(), &["--attended=60"]);
    opened(&run, 0);
    run.until_state("waiting_approval");
    stage.ok(&["stop"]);
    let (ended, events) = run.end();
    assert_eq!(ended.code, Some(3), "{}", told(&ended, &events));
    assert_eq!(settled(&events), ["withdrawn"], "{}", told(&ended, &events));
    assert_eq!(waiting(&stage), Vec::<Value>::new(), "it is off the person's list");
    let late = stage.tell(&["approvals", "approve", "1"]);
    assert!(late.code == Some(1) && late.stderr.contains("withdrawn"), "{late:?}");
    assert_eq!(stage.card("Add")["status"], "pending", "the card was not to blame");
}

/// Sessions that ask with the CLI's own tool, and build their card once they know.
fn asks() -> Value {
    let questions = json!({ "questions": [{
        "question": "Which colour?", "header": "Colour", "multiSelect": false,
        "options": [{ "label": "Red", "description": "warm" }, { "label": "Blue", "description": "cold" }],
    }] });
    coding(
        "asks",
        json!([
            take_card(),
            { "when": { "prompt": { "lacks": "Answered: " } }, "calls": [{ "AskUserQuestion": questions }] },
            { "choose": [
                { "when": { "prompt": { "contains": "Blue" } }, "turns": [bash(BUILD), ask_for_checks(), { "say": "Done." }] },
                { "when": { "AskUserQuestion": { "contains": "Blue" } }, "turns": [bash(BUILD), ask_for_checks(), { "say": "Done." }] },
                { "turns": [{ "say": "I wait for the answer.", "repeat": "forever" }] },
            ] },
        ]),
    )
}

#[test]
fn a_question_of_the_clis_own_tool_is_answered_in_the_middle_of_the_session() {
    let stage = Stage::new(&["Add"]);
    let run = stage.start(&asks(), &["--attended=5"]);
    let request = opened(&run, 0);
    assert_eq!((&request["kind"], &request["subject"]), (&json!("question"), &json!("Which colour?")), "{request}");
    let listed = stage.ok(&["questions", "list"]);
    assert!(listed.contains("2  Blue: cold"), "options can be chosen by number: {listed}");
    let refused = stage.tell(&["questions", "answer", &number(&request), "1", "2"]);
    assert!(refused.code == Some(1) && refused.stderr.contains("1 parts"), "{refused:?}");
    stage.ok(&["questions", "answer", &number(&request), "2"]);
    let (ended, events) = run.end();
    assert_eq!(ended.code, Some(0), "the agent got the answer: {}", told(&ended, &events));
    assert!(states(&events).contains(&"waiting_approval"), "{}", told(&ended, &events));
}

#[test]
fn where_nobody_watches_such_a_question_is_kept_and_its_answer_reaches_the_next_session() {
    let stage = Stage::new(&["Add"]);
    let (ended, events) = stage.run(&asks(), &[]);
    assert_eq!(ended.code, Some(4), "{}", told(&ended, &events));
    let card = stage.card("Add");
    assert_eq!((&card["status"], &card["attempts"]), (&json!("needs_input"), &json!(0)), "{card}");
    assert_eq!(states(&events).last(), Some(&"waiting_approval"), "whoever looks sees that the run waits for them");
    stage.ok(&["questions", "answer", "1", "Blue"]);
    stage.run_to_all_passing(&asks(), &[]);
}

#[test]
fn a_question_that_no_screen_can_show_is_put_to_nobody() {
    let stage = Stage::new(&["Add"]);
    let options: Vec<String> = (0..4_000).map(|number| format!("Option {number}")).collect();
    let question = json!({
        "feature_id": "{{ feature_get_next.feature.id }}",
        "question": "Which one?",
        "fields": [{ "id": "which", "label": "Which", "type": "select", "options": options }],
    });
    let steps = json!([
        take_card(),
        { "calls": [{ "feature_request_human_input": question }] },
        { "say": "{{ feature_request_human_input }}" },
        { "say": "I choose one myself." }
    ]);
    let (ended, events) = stage.run(&coding("floods", steps), &["--max-sessions", "1"]);
    assert_eq!(waiting(&stage), Vec::<Value>::new(), "no person is asked: {}", told(&ended, &events));
    assert_ne!(stage.card("Add")["status"], "needs_input", "{}", told(&ended, &events));
    let said = transcripts(&stage);
    assert!(said.contains("4000 options, and 50 is the most"), "the agent is told why: {}", told(&ended, &events));
}

#[test]
fn an_agent_cannot_give_itself_the_word() {
    let stage = Stage::new(&["Add"]);
    let harness = env!("CARGO_BIN_EXE_harness");
    let data = stage.machine.path("data").display().to_string();
    let name = stage.dir.file_name().and_then(|name| name.to_str()).expect("a plain name").to_owned();
    let steps = [
        take_card(),
        bash(UNKNOWN),
        bash(&format!("HARNESS_HOME='{data}' '{harness}' approvals approve 1 --project '{name}'")),
        bash(&format!("'{harness}' approvals approve 1 --always")),
        bash("harness approvals approve 1"),
        bash(UNKNOWN),
        json!({ "say": "I tried.", "repeat": "forever" }),
    ];
    let (ended, events) = stage.run(&coding("forges", json!(steps)), &[]);
    assert_eq!(ended.code, Some(4), "{}", told(&ended, &events));
    let first = waiting(&stage).into_iter().find(|request| request["id"] == 1).expect("it still waits");
    assert_eq!((&first["state"], &first["word"]), (&json!("pending"), &Value::Null), "nobody has answered it: {first}");
    assert!(!transcripts(&stage).contains(IT_RAN), "and it never ran");
}

#[test]
fn a_request_is_shown_in_full_and_cannot_mislead_the_person() {
    let stage = Stage::new(&["Add"]);
    let pushed = format!("{UNKNOWN}{}; terrastack destroy", " ".repeat(300));
    let steering = "terrastack plan '\u{1b}[2K\u{1b}[1G\u{202e}'";
    let steps = json!([take_card(), bash(&pushed), bash(steering), { "say": "I wait.", "repeat": "forever" }]);
    let (ended, events) = stage.run(&coding("hides", steps), &[]);
    assert_eq!(ended.code, Some(4), "{}", told(&ended, &events));
    let listed = stage.ok(&["waiting"]);
    assert!(listed.contains("⟨300 spaces⟩; terrastack destroy"), "nothing is out of sight: {listed}");
    assert!(!listed.contains(['\u{1b}', '\u{202e}']), "nothing that a terminal obeys: {listed:?}");
}
