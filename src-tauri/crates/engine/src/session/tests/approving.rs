//! A person's word in the middle of a session, from a store that other processes write to.

use super::super::approval::{Answer, Approvals};
use crate::{requests, stage::Stage, toolbox::Toolbox};
use harness_agent::{PermissionAnswer, PermissionAsk, ToolCall};
use harness_domain::{
    event::Event,
    feature::{Actor, Status},
    id::{FeatureId, RequestId, RunId},
    lifecycle::State,
    request::{Decision, RequestState, Scope, Word},
    run::Role,
};
use harness_sandbox::Verdict;
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};
use tokio_util::sync::CancellationToken;

/// Longer than any test takes.
const PATIENT: Option<Duration> = Some(Duration::from_secs(3600));

struct Session {
    run: RunId,
    card: FeatureId,
    toolbox: Toolbox,
    approvals: Approvals,
}

fn session(stage: &Stage, patience: Option<Duration>) -> Session {
    let card = stage.feature("Add");
    let run = stage.run();
    again(stage, run, card, patience)
}

/// A session of `run` that holds the card.
fn again(stage: &Stage, run: RunId, card: FeatureId, patience: Option<Duration>) -> Session {
    let toolbox = stage.session(run, Role::Coding);
    toolbox.next().expect("a card");
    let approvals = Approvals::new(stage.project.clone(), run, toolbox.clone(), patience);
    Session { run, card, toolbox, approvals }
}

fn bash(command: &str) -> ToolCall {
    call("Bash", json!({ "command": command, "description": "does things", "timeout": 5_000 }))
}

fn call(tool: &str, input: Value) -> ToolCall {
    ToolCall { tool: tool.into(), input, tool_use_id: "t".into(), cwd: None, permission_mode: None, agent_id: None }
}

fn verdict() -> Verdict {
    Verdict::ask("command.unknown", "`terraform` is not on the list.")
}

async fn ask(session: &Session, command: &str) -> Answer {
    session.approvals.ask(&bash(command), &verdict(), &BTreeSet::new(), &CancellationToken::new()).await
}

fn message(answer: Answer) -> String {
    match answer {
        Answer::Denied { message } => message,
        Answer::Approved => panic!("nobody approved this"),
    }
}

fn word(decision: Decision, scope: Scope) -> Word {
    Word { decision, scope, remark: None }
}

/// Decides about a request as soon as it is there.
async fn decides(stage: &Stage, id: u32, word: Word) {
    while stage.project.store.request(RequestId(id)).is_err() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    requests::decide(&stage.project, RequestId(id), &word).expect("it is open");
}

fn state(stage: &Stage, id: u32) -> RequestState {
    stage.project.store.request(RequestId(id)).expect("it was asked").state
}

fn run_state(stage: &Stage, session: &Session) -> State {
    stage.project.store.run(session.run).expect("a run").state
}

fn states(stage: &mut Stage) -> Vec<State> {
    let to = |event| match event {
        Event::RunStateChanged { to, .. } => Some(to),
        _ => None,
    };
    stage.told().into_iter().filter_map(to).collect()
}

#[tokio::test]
async fn a_call_waits_for_the_word_and_the_run_with_it() {
    let mut stage = Stage::new();
    let session = session(&stage, PATIENT);
    let (answer, ()) =
        tokio::join!(ask(&session, "terraform plan"), decides(&stage, 1, word(Decision::Approved, Scope::Once)));
    assert_eq!(answer, Answer::Approved);
    assert_eq!(states(&mut stage), [State::WaitingApproval, State::Coding], "and then goes on where it was");
    let stored = stage.project.store.request(RequestId(1)).expect("it was asked");
    assert_eq!((stored.state, stored.used_at_ms.is_some()), (RequestState::Answered, true));
    let asked = stored.call.expect("a call");
    assert_eq!(asked.subject, "terraform plan");
    assert_eq!(asked.input_json, r#"{"command":"terraform plan"}"#, "its name and its patience change nothing");
}

#[tokio::test]
async fn a_denial_reaches_the_agent_with_what_the_person_said() {
    let stage = Stage::new();
    let session = session(&stage, PATIENT);
    let no = Word { remark: Some("use the staging account".into()), ..word(Decision::Denied, Scope::Once) };
    let (answer, ()) = tokio::join!(ask(&session, "terraform plan"), decides(&stage, 1, no));
    assert!(message(answer).contains("use the staging account"));
}

#[tokio::test]
async fn two_calls_alike_do_not_share_a_word_for_once() {
    let stage = Stage::new();
    let session = session(&stage, PATIENT);
    let (first, second, (), ()) = tokio::join!(
        ask(&session, "terraform plan"),
        ask(&session, "terraform plan"),
        decides(&stage, 1, word(Decision::Approved, Scope::Once)),
        decides(&stage, 2, word(Decision::Denied, Scope::Once)),
    );
    let mut approved = [first, second].into_iter().filter(|answer| *answer == Answer::Approved);
    assert!(approved.next().is_some() && approved.next().is_none(), "one was approved, so one may run");
}

#[tokio::test]
async fn a_word_for_the_run_is_not_asked_for_again() {
    let stage = Stage::new();
    let session = session(&stage, None);
    message(ask(&session, "terraform plan").await);
    let yes = word(Decision::Approved, Scope::Run);
    requests::decide(&stage.project, RequestId(1), &yes).expect("it is open");
    // The run of these tests is not alive, so the word is for the next one.
    assert!(message(ask(&session, "terraform plan").await).contains("request 2"));
    stage.project.store.release_session(&session.toolbox.scope().session, &cause(&stage)).expect("the card is free");
    let next = again(&stage, stage.run(), session.card, None);
    for _ in 0..3 {
        assert_eq!(ask(&next, "terraform plan").await, Answer::Approved);
    }
    assert!(message(ask(&next, "terraform apply").await).contains("request 3"), "it was about that command alone");
}

fn cause(stage: &Stage) -> harness_store::Cause {
    stage.project.cause(Actor::Host, None, "for a test")
}

#[tokio::test]
async fn nobody_answers_in_time_and_the_call_is_refused() {
    let mut stage = Stage::new();
    let session = session(&stage, Some(Duration::from_secs(60)));
    let waits = ask(&session, "terraform plan");
    let passes = async {
        while state_if_any(&stage, 1).is_none() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        stage.clock.advance(Duration::from_secs(60));
    };
    let (answer, ()) = tokio::join!(waits, passes);
    assert!(message(answer).contains("Nobody answered"));
    assert_eq!(state(&stage, 1), RequestState::Expired);
    assert_eq!(run_state(&stage, &session), State::Coding);
    let settled = stage.told().into_iter().any(|event| {
        matches!(event, Event::RequestSettled { request: RequestId(1), state: RequestState::Expired, .. })
    });
    assert!(settled, "a screen takes it off its list");
}

fn state_if_any(stage: &Stage, id: u32) -> Option<RequestState> {
    Some(stage.project.store.request(RequestId(id)).ok()?.state)
}

#[tokio::test]
async fn a_call_that_is_called_off_is_withdrawn() {
    let stage = Stage::new();
    let session = session(&stage, PATIENT);
    let cancelled = CancellationToken::new();
    let waits =
        async { session.approvals.ask(&bash("terraform plan"), &verdict(), &BTreeSet::new(), &cancelled).await };
    let calls_off = async {
        while run_state(&stage, &session) != State::WaitingApproval {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancelled.cancel();
    };
    let (answer, ()) = tokio::join!(waits, calls_off);
    assert!(message(answer).contains("called off"));
    assert_eq!((state(&stage, 1), run_state(&stage, &session)), (RequestState::Withdrawn, State::Coding));
}

#[tokio::test]
async fn a_call_whose_session_is_gone_is_withdrawn() {
    let stage = Stage::new();
    let session = session(&stage, PATIENT);
    let given_up = tokio::time::timeout(Duration::from_millis(50), ask(&session, "terraform plan")).await;
    assert!(given_up.is_err(), "it waits, until its future is dropped");
    assert_eq!((state(&stage, 1), run_state(&stage, &session)), (RequestState::Withdrawn, State::Coding));
}

#[tokio::test]
async fn where_nobody_watches_the_call_is_refused_at_once_and_kept() {
    let mut stage = Stage::new();
    let session = session(&stage, None);
    let refusal = message(ask(&session, "terraform plan").await);
    assert!(refusal.contains("command.unknown") && refusal.contains("request 1"), "{refusal}");
    message(ask(&session, "terraform plan").await);
    assert_eq!(stage.project.store.requests_open().expect("requests").len(), 1, "the same call is asked about once");
    let opened = stage.told().into_iter().filter(|event| matches!(event, Event::RequestOpened { .. })).count();
    assert_eq!((opened, run_state(&stage, &session)), (1, State::Coding));
}

#[tokio::test]
async fn after_its_card_a_session_asks_nobody_anything() {
    let stage = Stage::new();
    let session = session(&stage, PATIENT);
    session.toolbox.clear_in_progress(session.card).expect("given back");
    assert!(message(ask(&session, "terraform plan").await).contains("done its card"));
    assert!(stage.project.store.requests_open().expect("requests").is_empty());
}

#[tokio::test]
async fn what_nobody_can_read_to_its_end_is_not_put_before_a_person() {
    let stage = Stage::new();
    let session = session(&stage, None);
    let refusal = message(ask(&session, &format!("terraform plan #{}", "x".repeat(8_000))).await);
    assert!(refusal.contains("8000 characters"), "{refusal}");
    assert!(stage.project.store.requests_open().expect("requests").is_empty());
}

#[tokio::test]
async fn a_word_covers_everything_of_a_call_that_has_an_effect() {
    let stage = Stage::new();
    let session = session(&stage, None);
    let token = CancellationToken::new();
    let calls = [
        call("Bash", json!({ "command": "terraform plan" })),
        call("Bash", json!({ "command": "terraform plan", "dangerouslyDisableSandbox": true })),
        call("Write", json!({ "file_path": "/x", "content": "a" })),
        call("Write", json!({ "file_path": "/x", "content": "b" })),
        ToolCall { cwd: Some("/elsewhere".into()), ..bash("terraform plan") },
    ];
    for call in &calls {
        message(session.approvals.ask(call, &verdict(), &BTreeSet::new(), &token).await);
    }
    let open = stage.project.store.requests_open().expect("requests");
    assert_eq!(open.len(), calls.len(), "each is another call");
    assert!(requests::subject(&open[1]).contains("dangerouslyDisableSandbox"), "and a person sees why");
    let other_order = call("Write", json!({ "content": "a", "file_path": "/x" }));
    message(session.approvals.ask(&other_order, &verdict(), &BTreeSet::new(), &token).await);
    assert_eq!(stage.project.store.requests_open().expect("requests").len(), calls.len(), "order means nothing");
}

#[tokio::test]
async fn a_word_covers_the_script_as_it_was_when_the_person_was_asked() {
    let stage = Stage::new();
    let dir = stage.project.dir().to_owned();
    let script = dir.join("deploy.sh");
    let write = |text: &str| std::fs::write(&script, text).expect("a script");
    write("echo harmless\n");
    let session = session(&stage, PATIENT);
    let (call, verdict, token) = (bash("./deploy.sh"), verdict(), CancellationToken::new());
    let runs = BTreeSet::from([script.clone(), "/bin/sh".into()]);
    let once = || word(Decision::Approved, Scope::Once);

    let asks = session.approvals.ask(&call, &verdict, &runs, &token);
    let (answer, ()) = tokio::join!(asks, decides(&stage, 1, once()));
    assert_eq!(answer, Answer::Approved, "nothing has changed");
    let asked = stage.project.store.request(RequestId(1)).expect("a request").call.expect("about a call");
    assert!(asked.reason.contains("covers deploy.sh as it is now"), "the person reads what it covers: {asked:?}");

    // While the person reads, the script becomes another one.
    let changes = async {
        while stage.project.store.request(RequestId(2)).is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        write("curl evil.example\n");
        requests::decide(&stage.project, RequestId(2), &once()).expect("it is open");
        decides(&stage, 3, word(Decision::Denied, Scope::Once)).await;
    };
    let asks = session.approvals.ask(&call, &verdict, &runs, &token);
    let (answer, ()) = tokio::join!(asks, changes);
    assert!(message(answer).contains("denied"), "what they said yes to is not what would run");

    // What cannot be looked at cannot be agreed to.
    std::fs::remove_file(&script).expect("it is there");
    std::fs::create_dir(&script).expect("a directory");
    let refusal = message(session.approvals.ask(&call, &verdict, &runs, &token).await);
    assert!(refusal.contains("deploy.sh"), "{refusal}");
}

#[tokio::test]
async fn a_word_for_always_is_written_to_the_policy_file_when_it_can_stand_there() {
    let stage = Stage::new();
    let session = session(&stage, None);
    let always = word(Decision::Approved, Scope::Always);
    for (number, command) in (1..).zip(["terraform plan; rm x", "terraform *", "echo 'a b'", "a\nb"]) {
        message(ask(&session, command).await);
        let refusal =
            requests::decide(&stage.project, RequestId(number), &always).expect_err("it means more than it says");
        assert!(refusal.to_string().contains("--run"), "{command}: {refusal}");
        assert_eq!(state(&stage, number), RequestState::Pending, "and nothing was decided");
    }
    message(ask(&session, "terraform plan").await);
    requests::decide(&stage.project, RequestId(5), &always).expect("it is one plain command");
    let policy = std::fs::read_to_string(stage.project.app.home.project_policy(stage.project.project.id))
        .expect("it was written");
    assert!(policy.contains("- terraform plan\n"), "{policy}");
}

#[tokio::test]
async fn a_no_for_always_is_written_to_the_policy_file_when_it_can_stand_there() {
    let stage = Stage::new();
    let session = session(&stage, None);
    let never = word(Decision::Denied, Scope::Always);
    message(ask(&session, "terraform destroy; ls").await);
    let refusal = requests::decide(&stage.project, RequestId(1), &never).expect_err("it is more than one command");
    assert!(refusal.to_string().contains("deny it with --run"), "what can be done instead: {refusal}");
    assert_eq!(state(&stage, 1), RequestState::Pending, "and nothing was decided");
    message(ask(&session, "terraform destroy").await);
    requests::decide(&stage.project, RequestId(2), &never).expect("it is one plain command");
    let workspace = harness_sandbox::Workspace::new(stage.project.dir(), None).expect("a workspace");
    let around =
        harness_sandbox::policy::Surroundings { workspace: &workspace, cwd: stage.project.dir(), is_walled: true };
    let policy = crate::policy::load(&stage.project).expect("it is whole");
    let judge = |line: &str| policy.judge(line, &around).decision;
    assert_eq!(
        judge("terraform destroy -auto-approve"),
        harness_sandbox::Decision::Deny,
        "no later session may run it"
    );
    assert_eq!(judge("terraform plan"), harness_sandbox::Decision::Ask, "other calls are asked about as before");
}

#[tokio::test]
async fn a_question_is_answered_in_the_form_of_the_tool() {
    let stage = Stage::new();
    let session = session(&stage, PATIENT);
    let input = json!({ "questions": [{ "question": "Which colour?", "header": "Colour", "multiSelect": false,
        "options": [{ "label": "Red", "description": "warm" }, { "label": "Blue", "description": "cold" }] }] });
    let asked = question(input.clone());
    let token = CancellationToken::new();
    let answers = async {
        while stage.project.store.request(RequestId(1)).is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        requests::answer(&stage.project, RequestId(1), &["2".into()], false).expect("an option");
    };
    let (answer, ()) = tokio::join!(session.approvals.question(&asked, &token), answers);
    let PermissionAnswer::Allow { input: Some(answered) } = answer else { panic!("it was answered: {answer:?}") };
    assert_eq!(answered["answers"], json!({ "Which colour?": "Blue" }));
    assert_eq!(answered["questions"], input["questions"]);
}

fn question(input: Value) -> PermissionAsk {
    PermissionAsk {
        tool: "AskUserQuestion".into(),
        input,
        tool_use_id: None,
        suggestions: Value::Null,
        reason_type: None,
        reason: None,
        blocked_path: None,
    }
}

#[tokio::test]
async fn where_nobody_watches_a_question_is_kept_and_its_answer_brings_the_card_back() {
    let stage = Stage::new();
    let session = session(&stage, None);
    let asked = question(json!({ "questions": [{ "question": "Which?", "options": [] }] }));
    let answer = session.approvals.question(&asked, &CancellationToken::new()).await;
    let PermissionAnswer::Deny { message, interrupt: false } = answer else { panic!("nobody is there: {answer:?}") };
    assert!(message.contains("request 1"), "{message}");
    let id = session.toolbox.scope().session.clone();
    let parked = stage.project.store.park_for_requests(&id, session.card, &cause(&stage)).expect("a card");
    assert_eq!(parked, Some(Status::NeedsInput));
    requests::answer(&stage.project, RequestId(1), &["this".into()], false).expect("an answer");
    assert_eq!(stage.status(session.card), Status::Pending);
}
