//! Agents that go round in circles, stand still or burn tokens.

use crate::stage::*;
use serde_json::{Value, json};

/// What the host says to an agent that goes in circles, and nobody else.
const NUDGE: &str = "going in circles";

/// The steps of the ladder that were taken: kind and step, in order.
fn ladder(events: &[Value]) -> Vec<(String, String)> {
    let word = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let found = events.iter().filter(|event| event["event"] == "loop_detected");
    found.map(|event| (word(event, "kind"), word(event, "step"))).collect()
}

fn steps(expected: &[(&str, &str)]) -> Vec<(String, String)> {
    expected.iter().map(|(kind, step)| ((*kind).to_owned(), (*step).to_owned())).collect()
}

/// The outcomes of the run's sessions, in order.
fn outcomes(events: &[Value]) -> Vec<String> {
    let ends = events.iter().filter(|event| event["event"] == "session_ended");
    ends.map(|event| event["outcome"]["code"].as_str().unwrap_or_default().to_owned()).collect()
}

/// How often the agent called a tool with this subject.
fn calls(events: &[Value], subject: &str) -> usize {
    let is_one = |event: &&Value| event["event"] == "tool_used" && event["subject"] == subject;
    events.iter().filter(is_one).count()
}

fn build() -> Value {
    json!({ "say": "Now I build it.", "calls": [{ "Bash": { "command": BUILD, "description": "Build" } }] })
}

/// An agent that plays `steps` until it is told that it goes in circles, and then builds its card.
fn listens(name: &str, steps: &[Value]) -> Value {
    let mut all = vec![take_card()];
    for step in steps {
        let mut step = step.clone();
        step["when"] = json!({ "heard": { "lacks": NUDGE } });
        all.push(step);
    }
    all.extend([build(), ask_for_checks(), json!({ "say": "Done." })]);
    coding(name, json!(all))
}

fn forever(mut step: Value) -> Value {
    step["repeat"] = json!("forever");
    step
}

/// A run in which the agent is told once, by this strategy, and then builds its card.
fn is_told_and_recovers(name: &str, kind: &str, steps_of_circle: &[Value], more: &[&str]) -> (Stage, Vec<Value>) {
    let stage = Stage::new(&["Add"]);
    let events = stage.run_to_all_passing(&listens(name, steps_of_circle), more);
    assert_eq!(ladder(&events), steps(&[(kind, "nudged")]), "the agent is told once: {events:?}");
    assert_eq!(outcomes(&events), ["completed"], "and that was enough");
    (stage, events)
}

#[test]
fn an_agent_that_repeats_one_call_is_told_after_the_fifth_and_the_record_shows_it() {
    let (stage, events) = is_told_and_recovers("exact", "exact_repetition", &[forever(bash("ls"))], &[]);
    assert_eq!(calls(&events, "ls"), 5, "the word comes beside the fifth answer, and the model has read it");
    let shown = stage.ok(&["runs", "show", "1"]);
    assert!(shown.contains("exact repetition (nudged): `Bash ls` was called 5 times"), "a person sees it too: {shown}");
    let found = &stage.a_run(1)["session_list"][0]["loops"][0];
    assert_eq!((&found["kind"], &found["step"]), (&json!("exact_repetition"), &json!("nudged")), "{found}");
}

#[test]
fn an_agent_that_repeats_a_block_of_calls_is_told() {
    let block = json!({ "turns": [bash("ls"), bash("cat package.json")] });
    let block = forever(json!({ "turns": block["turns"] }));
    let (_, events) = is_told_and_recovers("pattern", "pattern_repetition", &[block], &[]);
    assert_eq!(calls(&events, "cat package.json"), 3, "with the third round");
}

#[test]
fn an_agent_that_asks_the_same_in_other_words_is_told() {
    let search = |n: u32| {
        let pattern = format!("export function calculateTheTotalPriceOfAllItems{n}");
        json!({ "calls": [{ "Grep": { "pattern": pattern, "path": "test" } }] })
    };
    let searches: Vec<Value> = (0..8).map(search).collect();
    is_told_and_recovers("similar", "similar_actions", &searches, &[]);
}

#[test]
fn an_agent_that_meets_one_error_again_and_again_is_told_also_when_it_looks_around_in_between() {
    let circle = forever(json!({ "turns": [bash("echo $RANDOM"), bash("node missing.js")] }));
    let (_, events) = is_told_and_recovers("errors", "error_loop", &[circle], &[]);
    assert_eq!(calls(&events, "node missing.js"), 3, "with the third time");
}

#[test]
fn an_agent_that_changes_a_file_back_and_forth_is_told() {
    let edit = |from: &str, to: &str| json!({ "calls": [{ "Edit": { "file_path": "a.txt", "old_string": from, "new_string": to } }] });
    let write = json!({ "calls": [{ "Write": { "file_path": "a.txt", "content": "one" } }] });
    let look = || bash("echo $RANDOM");
    let circle = forever(json!({ "turns": [look(), edit("one", "two"), look(), edit("two", "one")] }));
    is_told_and_recovers("ping-pong", "edit_ping_pong", &[write, circle], &[]);
}

#[test]
fn a_call_that_the_cli_itself_finds_faulty_counts_although_no_hook_is_asked_about_it() {
    let faulty = json!({ "calls": [{ "Edit": { "file_path": "no-such.txt", "old_string": "a", "new_string": "b" } }] });
    is_told_and_recovers("faulty", "error_loop", &[forever(faulty)], &[]);
}

#[test]
fn a_call_that_is_refused_counts_as_an_error() {
    let refused = bash("sudo reboot");
    let (_, events) = is_told_and_recovers("refused", "error_loop", &[forever(refused)], &[]);
    assert_eq!(calls(&events, "sudo reboot"), 3, "the word stands beside the third refusal");
}

#[test]
fn an_agent_that_does_not_listen_is_ended_the_next_one_is_told_why_and_the_second_time_the_card_is_parked() {
    let stage = Stage::new(&["Stuck", "Fine"]);
    let knows = json!({ "prompt": { "matches": "(?s)ended as loop_detected.*`Bash ls` was called" } });
    let steps_of = json!([
        take_card(),
        { "when": { "feature_get_next.feature.name": "Stuck" }, "turns": [
            { "when": knows, "say": "I know that the one before me went in circles." },
        ] },
        { "when": { "feature_get_next.feature.name": "Stuck" }, "repeat": "forever",
          "calls": [{ "Bash": { "command": "ls", "description": "Look around" } }] },
        build(),
        ask_for_checks(),
        { "say": "Done." }
    ]);
    // A turn without a call would end the session, so what it knows is said beside one.
    let mut steps_of = steps_of;
    steps_of[1]["turns"][0]["calls"] = json!([{ "Bash": { "command": "pwd", "description": "Where am I" } }]);
    let (ended, events) = stage.run(&coding("ignores", steps_of), &[]);
    assert_eq!(ended.code, Some(4), "a person is needed for the parked card: {}", told(&ended, &events));
    assert_eq!(
        outcomes(&events),
        ["loop_detected", "loop_detected", "completed"],
        "and the run goes on with the next card"
    );
    let exact = "exact_repetition";
    let expected = [(exact, "nudged"), (exact, "ended"), (exact, "nudged"), (exact, "ended"), (exact, "parked")];
    assert_eq!(ladder(&events), steps(&expected));
    assert!(calls(&events, "ls") <= 2 * 17, "sixteen calls a session at most: {}", calls(&events, "ls"));
    let said = events.iter().filter(|event| event["event"] == "agent_said").filter_map(|event| event["text"].as_str());
    assert_eq!(
        said.filter(|text| text.contains("one before me")).count(),
        1,
        "only the second one has somebody before it"
    );

    let stuck = stage.card("Stuck");
    assert_eq!((&stuck["status"], &stuck["attempts"]), (&json!("blocked"), &json!(2)), "{stuck}");
    assert_eq!(stage.card("Fine")["status"], "passing");
    let parked = stage.json(&["features", "show", &stuck["id"].to_string()]);
    let note = parked["note"].as_str().unwrap_or_default();
    assert!(note.contains("`Bash ls` was called"), "the person reads what it was caught in: {note}");

    stage.ok(&["features", "retry", &stuck["id"].to_string()]);
    let (_, again) = stage.run(&coding("again", json!([take_card(), forever(bash("ls"))])), &["--max-sessions", "1"]);
    assert_eq!(ladder(&again), steps(&[(exact, "nudged"), (exact, "ended")]), "a retried card starts anew");
}

#[test]
fn a_server_that_comes_up_late_is_waited_for() {
    let stage = Stage::new(&["Add"]);
    let mut script = vec![take_card()];
    script.extend((0..6).map(|_| bash("curl -sf --max-time 1 http://127.0.0.1:9/health")));
    script.extend([bash("echo it is there"), build(), ask_for_checks(), json!({ "say": "Done." })]);
    let events = stage.run_to_all_passing(&coding("polls", json!(script)), &[]);
    assert_eq!(ladder(&events), [], "six questions without an answer are no circle");
}

#[test]
fn tests_that_fail_while_they_are_being_fixed_are_work() {
    let stage = Stage::new(&["Add"]);
    stage.file("test/add.test.js", "import test from 'node:test';\nimport { add } from '../src/add.js';\ntest('adds', () => { if (add(2, 3) !== 5) throw new Error('expected 5'); });\n");
    let write = |text: String| json!({ "calls": [{ "Write": { "file_path": "src/add.js", "content": text } }] });
    let mut script = vec![take_card()];
    for n in 0..6 {
        script.push(write(format!("export const add = (a, b) => a - b - {n};\n")));
        script.push(bash("npm test"));
    }
    script.extend([
        write("export const add = (a, b) => a + b;\n".into()),
        bash("npm test"),
        ask_for_checks(),
        json!({ "say": "Done." }),
    ]);
    let events = stage.run_to_all_passing(&coding("fixes", json!(script)), &[]);
    assert_eq!(ladder(&events), [], "each run follows a change");
}

/// A turn with a command that costs as much as a chapter of a book.
fn costly(command: &str) -> Value {
    let mut turn = bash(command);
    turn["usage"] = json!({ "input_tokens": 1000, "output_tokens": 40000 });
    turn
}

#[test]
fn tokens_that_change_nothing_are_told_and_those_that_change_the_tree_are_not() {
    let looks = ["ls", "pwd", "ls test", "cat package.json", "ls -a", "git log -1"].map(costly);
    is_told_and_recovers("burns", "token_burn", &looks, &["--stall-tokens", "100000"]);

    let stage = Stage::new(&["Add"]);
    let mut script = vec![take_card()];
    script.extend((0..6).map(|n| costly(&format!("mkdir -p src && echo {n} >> src/list.txt"))));
    script.extend([build(), ask_for_checks(), json!({ "say": "Done." })]);
    let events = stage.run_to_all_passing(&coding("spends", json!(script)), &["--stall-tokens", "100000"]);
    assert_eq!(ladder(&events), [], "git shows that something comes of it");
}

#[test]
fn an_agent_that_burns_tokens_although_it_was_told_is_ended() {
    let stage = Stage::new(&["Add"]);
    let looks: Vec<Value> =
        ["ls", "pwd", "ls test", "cat package.json", "ls -a", "git log -1", "git status", "whoami"].map(costly).into();
    let script = [vec![take_card()], looks, vec![json!({ "say": "Enough." })]].concat();
    let (ended, events) =
        stage.run(&coding("burns-on", json!(script)), &["--stall-tokens", "100000", "--max-sessions", "1"]);
    assert_eq!(outcomes(&events), ["loop_detected"], "{}", told(&ended, &events));
    assert_eq!(ladder(&events), steps(&[("token_burn", "nudged"), ("token_burn", "ended")]));
}

#[test]
fn time_that_changes_nothing_is_told() {
    let looks: Vec<Value> = (0..8).map(|n| bash(&format!("sleep 0.5; echo look {n}"))).collect();
    is_told_and_recovers("stands", "standstill", &looks, &["--stall-minutes", "0.03"]);
}

#[test]
fn an_agent_of_which_nothing_is_heard_is_ended() {
    let stage = Stage::new(&["Add"]);
    let silent = coding("silent", json!([take_card(), { "hang": true }]));
    let (ended, events) = stage.run(&silent, &["--idle-minutes", "0.05", "--max-sessions", "1"]);
    assert_eq!(outcomes(&events), ["hang_idle"], "{}", told(&ended, &events));
}

#[test]
fn whoever_works_on_no_card_is_watched_too_and_the_next_one_is_told() {
    let stage = Stage::empty();
    stage.file("prompts/app_spec.txt", "Functions that add and subtract two numbers, with tests.\n");
    let plan = json!({ "feature_create_bulk": { "features": [
        { "category": "models", "name": "Add", "description": "Add two numbers", "steps": ["2 and 3 make 5"] }
    ] } });
    let scenario = json!({ "name": "planner", "title": "Rehearsal: a planner in a circle", "roles": { "initializer": [
        { "when": { "session": 1 }, "repeat": "forever", "calls": [{ "Bash": { "command": "ls", "description": "Look" } }] },
        { "when": { "prompt": { "contains": "it went in circles: `Bash ls` was called" } }, "calls": [plan] },
        { "say": "Planned." }
    ] } });
    let (ended, events) = stage.run(&scenario, &["--mode", "initialize", "--max-sessions", "3"]);
    assert_eq!(ended.code, Some(0), "{}", told(&ended, &events));
    assert_eq!(outcomes(&events), ["loop_detected", "completed"]);
}
