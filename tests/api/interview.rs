//! A specification worked out in a chat, with the real CLI and a scripted model.

use crate::stage::{Stage, has_file};
use harness_api::{ErrorCode, Procedure};
use harness_engine::{
    interview::{Activity, Chosen, Interviews, Patience, View},
    runs::Quit,
};
use harness_mcp::Tools;
use serde_json::{Value, json};
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

/// No answer of a script takes this long.
const PATIENCE: Duration = Duration::from_secs(60);

/// Looks again and again until the interview is as `is_so` wants it.
async fn until(stage: &Stage, project: u64, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let view = stage.ok(Procedure::interview_get, json!({ "project": project })).await;
        if is_so(&view) {
            return view;
        }
        assert!(began.elapsed() < PATIENCE, "{what} did not come about: {view:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn is_persons_turn(view: &Value) -> bool {
    view["activity"] == "idle"
        && view["remarks"].as_array().is_some_and(|said| said.last().is_some_and(|last| last["speaker"] == "agent"))
}

fn start(project: u64) -> Value {
    json!({ "project": project, "spec": "main", "text": "I forget things.", "rehearsal": "interview" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_talks_a_specification_through_and_accepts_it() {
    let stage = Stage::new();
    let project = stage.project("todo").await;
    assert_eq!(stage.ok(Procedure::interview_get, json!({ "project": project })).await, Value::Null);
    let mut frames = stage.listen();
    let begun = stage.ok(Procedure::interview_start, start(project)).await;
    assert_eq!((&begun["activity"], &begun["draft"]), (&json!("starting"), &json!("")), "it answers at once");
    stage.until(&mut frames, project, "interview_changed").await;
    let twice = stage.call(Procedure::interview_start, start(project)).await.expect_err("one at a time");
    assert_eq!(twice.code, ErrorCode::Conflict, "{}", twice.message);

    let asked = until(&stage, project, "the first answer", is_persons_turn).await;
    assert_eq!(asked["check"]["project_name"], "To-do list", "the draft grows with the talk: {asked:#}");
    assert!(asked["check"]["missing"].as_array().is_some_and(|missing| missing.contains(&json!("core_features"))));
    assert_eq!(asked["partial"], "", "what is whole is no piece any more");
    assert!(asked["interview"]["cost_usd"].as_f64().is_some_and(|usd| usd > 0.0), "what it took is told: {asked:#}");

    stage.ok(Procedure::interview_send, json!({ "project": project, "text": "Only me." })).await;
    let choice = until(&stage, project, "a question", |view| view["activity"] == "asking").await;
    assert_eq!(choice["question"][0]["options"][0]["label"], "A file", "{choice:#}");
    let misfit = json!({ "project": project, "answers": [] });
    let misfit = stage.call(Procedure::interview_send, misfit).await.expect_err("one answer for each part");
    assert_eq!(misfit.code, ErrorCode::NotPossibleNow, "{}", misfit.message);
    stage.ok(Procedure::interview_send, json!({ "project": project, "answers": ["A file"] })).await;
    let done = until(&stage, project, "the last answer", is_persons_turn).await;
    let draft = done["draft"].as_str().expect("a text");
    assert!(draft.contains("A file"), "what the person chose reached the agent: {draft}");
    assert!(done["check"]["score"].as_u64().is_some_and(|score| score >= 70), "{:#}", done["check"]);
    assert!(!has_file(&stage.path("todo"), "prompts/app_spec.txt"), "nothing is written before a person accepts");

    let hidden = json!({ "project": project, "text": "And all of it in bl\u{202e}u\u{200b}e\u{e0072}\u{e006d}." });
    stage.ok(Procedure::interview_send, hidden).await;
    let wished = until(&stage, project, "a wish in the draft", |view| {
        is_persons_turn(view) && view["draft"].as_str().is_some_and(|text| text.contains("further_wishes"))
    })
    .await;
    let draft = wished["draft"].as_str().expect("a text");
    assert!(draft.contains("And all of it in blue."), "nobody sees what was between the letters: {draft:?}");

    let blind = json!({ "project": project });
    let blind = stage.call(Procedure::interview_accept, blind).await.expect_err("nobody says what they looked at");
    assert_eq!(blind.code, ErrorCode::BadInput, "{}", blind.message);
    assert!(blind.message.contains("draft"), "it names what is missing: {}", blind.message);
    for seen in [&asked["draft"], &json!("")] {
        let unseen = json!({ "project": project, "draft": seen });
        let unseen = stage.call(Procedure::interview_accept, unseen).await.expect_err("it says something else by now");
        assert_eq!(unseen.code, ErrorCode::Conflict, "{}", unseen.message);
        assert!(unseen.message.contains("look at it again"), "{}", unseen.message);
    }
    assert!(!has_file(&stage.path("todo"), "prompts/app_spec.txt"), "what was refused wrote nothing");
    let still = stage.ok(Procedure::interview_get, json!({ "project": project })).await;
    assert_eq!((&still["interview"]["state"], &still["draft"]), (&json!("open"), &json!(draft)), "and ended nothing");
    let accepted = stage.ok(Procedure::interview_accept, json!({ "project": project, "draft": draft })).await;
    assert_eq!(accepted["interview"]["interview"]["state"], "accepted");
    let written = std::fs::read_to_string(stage.path("todo").join("prompts/app_spec.txt")).expect("it is written");
    assert_eq!(written, draft, "the draft as it was seen");
    let late = json!({ "project": project, "text": "One more thing." });
    let late = stage.call(Procedure::interview_send, late).await.expect_err("it is over");
    assert_eq!(late.code, ErrorCode::NotPossibleNow, "{}", late.message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_goes_on_where_it_was_after_the_program_was_started_anew() {
    let stage = Stage::new();
    let project = stage.project("todo").await;
    stage.ok(Procedure::interview_start, start(project)).await;
    let first = until(&stage, project, "the first answer", is_persons_turn).await;
    stage.api.runs().shut_down(Quit::StopNow).await;

    let again = stage.twin();
    let kept = again.ok(Procedure::interview_get, json!({ "project": project })).await;
    assert_eq!((&kept["remarks"], &kept["draft"]), (&first["remarks"], &first["draft"]), "nothing is lost");
    again.ok(Procedure::interview_send, json!({ "project": project, "text": "Only me." })).await;
    let asked = until(&again, project, "a question", |view| view["activity"] == "asking").await;
    assert_eq!(asked["question"][0]["label"], "Where shall the list be kept?", "the script goes on, so the CLI did");

    let stopped = again.ok(Procedure::interview_stop, json!({ "project": project })).await;
    assert_eq!(stopped["interview"]["state"], "open", "stopping an answer does not end the conversation");
    let still = until(&again, project, "rest", |view| view["activity"] == "idle").await;
    assert_eq!((&still["problem"], &still["question"]), (&Value::Null, &json!([])), "{still:#}");
    let ended = again.ok(Procedure::interview_end, json!({ "project": project })).await;
    assert_eq!(ended["interview"]["state"], "ended");
    let next = again.ok(Procedure::interview_start, start(project)).await;
    assert_eq!(next["remarks"].as_array().map(Vec::len), Some(1), "another one begins with nothing said");
    again.ok(Procedure::interview_end, json!({ "project": project })).await;
    again.api.runs().shut_down(Quit::StopNow).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_keeps_an_answer_away_is_told_with_what_to_do_and_the_words_are_kept() {
    let stage = Stage::new();
    let project = stage.project("todo").await;
    let scripts = [("auth-expired", "auth_expired"), ("rate-limited", "rate_limited")];
    for (scenario, code) in scripts {
        let mut begin = start(project);
        begin["rehearsal"] = json!(scenario);
        stage.ok(Procedure::interview_start, begin).await;
        let failed = until(&stage, project, "the problem", |view| view["problem"].is_object()).await;
        assert_eq!(failed["problem"]["code"], code, "{:#}", failed["problem"]);
        assert!(failed["problem"]["fix"].as_str().is_some_and(|fix| fix.len() > 10), "and what to do");
        assert_eq!(failed["remarks"].as_array().map(Vec::len), Some(1), "the CLI's excuses are no remark: {failed:#}");
        assert_eq!(failed["activity"], "idle", "the person may try again");
        stage.ok(Procedure::interview_end, json!({ "project": project })).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_agent_of_an_interview_reads_the_project_and_changes_nothing() {
    let stage = Stage::new();
    let project = stage.project("todo").await;
    std::fs::write(stage.path("todo").join("notes.txt"), "the colour is teal").expect("a file");
    let mut begin = start(project);
    begin["rehearsal"] = json!("oversteps");
    let unknown = stage.call(Procedure::interview_start, begin).await.expect_err("only scenarios that come along");
    assert_eq!(unknown.code, ErrorCode::BadInput, "{}", unknown.message);
    let mut begin = start(project);
    begin["rehearsal"] = json!("questionable");
    stage.ok(Procedure::interview_start, begin).await;
    let seen = until(&stage, project, "its report", is_persons_turn).await;
    let said = seen["remarks"].to_string();
    assert!(said.contains("the colour is teal"), "reading is what it is for: {said}");
    for tool in ["Write", "Bash"] {
        assert!(said.contains(&format!("No such tool available: {tool}")), "{tool} does not exist for it: {said}");
    }
    assert!(!has_file(&stage.path("todo"), "written.txt"), "nothing was written");
    stage.ok(Procedure::interview_end, json!({ "project": project })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_interview_may_cost_ends_it_until_a_person_allows_more() {
    let stage = Stage::new();
    let project = stage.project("todo").await;
    let mut begin = start(project);
    begin["budget_usd"] = json!(0.000_001);
    stage.ok(Procedure::interview_start, begin).await;
    let spent = until(&stage, project, "the end of the money", |view| view["problem"].is_object()).await;
    let fix = spent["problem"]["fix"].as_str().expect("a way out");
    assert!(fix.contains("Allow more"), "it says what to do: {spent:#}");
    let cost = |view: &Value| view["interview"]["cost_usd"].as_f64().expect("a cost");
    assert!(cost(&spent) > 0.000_001, "what it took is told: {spent:#}");
    let more = json!({ "project": project, "text": "Only me." });
    let refusal = stage.call(Procedure::interview_send, more.clone()).await.expect_err("nothing is left");
    assert_eq!(refusal.code, ErrorCode::NotPossibleNow, "{}", refusal.message);
    assert!(refusal.message.contains("allow more"), "it says what to do: {}", refusal.message);
    let still = stage.ok(Procedure::interview_get, json!({ "project": project })).await;
    assert_eq!(still["interview"]["state"], "open", "the draft is not lost: {still:#}");
    assert_eq!(still["remarks"], spent["remarks"], "what was refused was not said");
    let mut allowed = more;
    allowed["budget_usd"] = json!(5.0);
    stage.ok(Procedure::interview_send, allowed).await;
    let answered = until(&stage, project, "an answer", is_persons_turn).await;
    assert!(cost(&answered) > cost(&spent), "it goes on where it was cut off, and costs add up: {answered:#}");
    stage.ok(Procedure::interview_end, json!({ "project": project })).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_while_an_answer_is_being_stopped_is_answered_all_the_same() {
    let stage = Stage::new();
    let project = stage.project("todo").await;
    stage.ok(Procedure::interview_start, start(project)).await;
    stage.ok(Procedure::interview_stop, json!({ "project": project })).await;
    stage.ok(Procedure::interview_send, json!({ "project": project, "text": "I mean: many things." })).await;
    let answered = until(&stage, project, "an answer", is_persons_turn).await;
    let said = answered["remarks"].as_array().expect("remarks");
    assert_eq!(said[1]["text"], "I mean: many things.", "both were kept: {answered:#}");
    assert_eq!(answered["problem"], Value::Null, "{answered:#}");
    stage.ok(Procedure::interview_end, json!({ "project": project })).await;
}

/// Programs that run in a directory.
#[cfg(target_os = "linux")]
fn programs_in(dir: &std::path::Path) -> usize {
    let entries = std::fs::read_dir("/proc").expect("the processes").flatten();
    entries.filter(|entry| std::fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd == dir)).count()
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_nobody_answers_leaves_and_the_conversation_goes_on_with_another() {
    let stage = Stage::new();
    stage.project("todo").await;
    let dir = stage.path("todo").canonicalize().expect("the project's directory");
    let open = stage.api.app().open_directory(&dir).expect("the project");
    let patience = Patience { kept: Duration::from_millis(400), look: Duration::from_millis(50) };
    let interviews = Interviews::with_patience(stage.api.runs().clone(), Arc::new(Tools), patience);
    let chosen = Chosen { spec: "main".into(), model: None, budget_usd: 5.0, rehearsal: Some("interview".into()) };
    interviews.start(&open, chosen, "I forget things.").expect("it begins");
    let seen = async |what: &str, is_so: &dyn Fn(&View) -> bool| {
        let began = Instant::now();
        loop {
            let view = interviews.get(&open).expect("it can be looked at").expect("there is one");
            if is_so(&view) {
                return view;
            }
            assert!(began.elapsed() < PATIENCE, "{what} did not come about: {view:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let is_there = |_: &View| programs_in(&dir) > 0;
    seen("a process", &is_there).await;
    let answered = seen("an answer", &|view| view.activity == Activity::Idle && view.remarks.len() > 1).await;
    assert_eq!(answered.problem, None, "it was answered");
    let left = seen("the departure", &|_| programs_in(&dir) == 0).await;
    assert_eq!((left.problem, left.activity), (None, Activity::Idle), "nobody is told of it: nothing is the matter");
    interviews.send(&open, "Only me.", None).expect("the conversation is open");
    let asked = seen("a question", &|view| view.activity == Activity::Asking).await;
    assert_eq!(asked.question[0].label, "Where shall the list be kept?", "another process goes on where the first was");
    interviews.end(&open).expect("it ends");
    seen("the end", &|_| programs_in(&dir) == 0).await;
}
