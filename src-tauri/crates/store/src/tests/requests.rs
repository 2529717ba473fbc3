//! What waits for a person's word.

use super::*;
use crate::{Asked, Asker, StoreError, migrate};
use harness_domain::{
    feature::Status,
    id::RequestId,
    request::{AskedCall, Decision, Request, RequestKind, RequestState, Scope, Word},
};
use rusqlite::Connection;

fn session(name: &str) -> SessionId {
    SessionId(name.into())
}

fn asker(name: &str, run: RunId, feature: FeatureId) -> Asker {
    Asker { session: session(name), run: Some(run), feature: Some(feature), deadline_ms: None, at_ms: NOW }
}

fn call(command: &str) -> AskedCall {
    AskedCall {
        tool: "Bash".into(),
        subject: command.into(),
        input_json: serde_json::json!({ "command": command }).to_string(),
        cwd: "/project".into(),
        rule: "command.unknown".into(),
        reason: "it is not on the list".into(),
    }
}

fn word(decision: Decision, scope: Scope) -> Word {
    Word { decision, scope, remark: None }
}

fn opened(asked: Asked) -> Request {
    match asked {
        Asked::Opened(request) => request,
        other => panic!("a new request was expected: {other:?}"),
    }
}

#[test]
fn a_question_parks_its_card_until_it_is_answered() {
    let board = board();
    let id = board.feature_named("a");
    board.claim(id, &claim("s"), &host()).unwrap();
    let session = session("s");
    let asked = Cause { reason: "Which colour?".into(), ..host() };
    let first = board.question_ask(id, &session, r#"{"fields":["colour"]}"#, &asked).unwrap().id;
    let second = board.question_ask(id, &session, r#"{"fields":["size"]}"#, &asked).unwrap().id;
    let card = board.store.feature(id).unwrap();
    assert_eq!((card.status, card.lease, card.note.as_deref()), (Status::NeedsInput, None, Some("Which colour?")));
    assert_eq!(board.requests_open().unwrap().iter().map(|q| q.id).collect::<Vec<_>>(), [first, second]);
    board.question_answer(first, r#"{"colour":"red"}"#, &person()).unwrap();
    assert_eq!(board.status(id), Status::NeedsInput, "one question is still open");
    board.question_answer(second, r#""large""#, &person()).unwrap();
    assert_eq!(board.status(id), Status::Pending);
    let answers: Vec<_> = board.requests_of(id).unwrap().into_iter().map(|q| q.answer_json.unwrap()).collect();
    assert_eq!(answers, [r#"{"colour":"red"}"#, r#""large""#], "the next session can read the answers");
    let again = board.question_answer(first, "1", &person()).unwrap_err();
    assert_eq!(again, StoreError::AlreadyAnswered(first));
    let unknown = board.question_answer(RequestId(99), "1", &person()).unwrap_err();
    assert_eq!(unknown, StoreError::NoSuchRequest(RequestId(99)));
    let broken = board.question_ask(id, &session, "{", &asked).unwrap_err();
    assert!(matches!(broken, StoreError::NotJson { .. }), "{broken}");
}

#[test]
fn a_question_about_a_card_that_a_person_took_up_again_is_withdrawn() {
    let board = board();
    let id = board.feature_named("a");
    let question = board.question_ask(id, &session("s"), "{}", &host()).unwrap().id;
    board.retry(id, &person()).unwrap();
    assert_eq!(board.requests_open().unwrap(), []);
    let late = board.question_answer(question, "1", &person()).unwrap_err();
    assert_eq!(late, StoreError::RequestWithdrawn(question), "the person is told that it has no effect");
    assert_eq!(board.status(id), Status::Pending, "and the queue is not disturbed");
}

#[test]
fn a_card_that_is_removed_takes_its_requests_with_it() {
    let board = board();
    let id = board.feature_named("a");
    board.question_ask(id, &session("s"), "{}", &host()).unwrap();
    board.remove(id, &person()).unwrap();
    assert_eq!(board.requests_open().unwrap(), []);
}

#[test]
fn a_word_for_once_covers_that_very_call_on_that_card_and_is_used_up() {
    let board = board();
    let (run, card, other) = (board.run(), board.feature_named("a"), board.feature_named("b"));
    let asking = asker("s", run, card);
    let request = opened(board.approval_ask(&asking, &call("deploy")).unwrap());
    assert_eq!((request.kind, request.state), (RequestKind::Approval, RequestState::Pending));
    assert!(
        matches!(board.approval_ask(&asking, &call("deploy")).unwrap(), Asked::Waits(same) if same.id == request.id)
    );
    let approved = word(Decision::Approved, Scope::Once);
    board.approval_answer(request.id, &approved, Some(run), &person()).unwrap();

    let elsewhere = AskedCall { cwd: "/project/sub".into(), ..call("deploy") };
    let forged = AskedCall { input_json: r#"{"command":"deploy; rm -rf x"}"#.into(), ..call("deploy") };
    for different in [call("deploy "), elsewhere, forged, AskedCall { tool: "Write".into(), ..call("deploy") }] {
        let asked = board.approval_ask(&asking, &different).unwrap();
        assert!(matches!(asked, Asked::Opened(_)), "this was never approved: {different:?}");
    }
    let asked = board.approval_ask(&asker("s", run, other), &call("deploy")).unwrap();
    assert!(matches!(asked, Asked::Opened(_)), "nor for another card: {asked:?}");

    let later = asker("t", board.run(), card);
    assert_eq!(board.approval_ask(&later, &call("deploy")).unwrap(), Asked::Decided(approved), "in whatever run");
    assert!(matches!(board.approval_ask(&later, &call("deploy")).unwrap(), Asked::Opened(_)), "but once");
}

#[test]
fn a_word_for_the_run_covers_every_such_call_in_it_and_none_after_it() {
    let board = board();
    let (run, card, other) = (board.run(), board.feature_named("a"), board.feature_named("b"));
    let request = opened(board.approval_ask(&asker("s", run, card), &call("deploy")).unwrap());
    let approved = word(Decision::Approved, Scope::Run);
    board.approval_answer(request.id, &approved, Some(run), &person()).unwrap();
    for feature in [card, card, other] {
        let asked = board.approval_ask(&asker("s", run, feature), &call("deploy")).unwrap();
        assert_eq!(asked, Asked::Decided(approved.clone()));
    }
    let next = board.run();
    let asked = board.approval_ask(&asker("s", next, card), &call("deploy")).unwrap();
    assert!(matches!(asked, Asked::Opened(_)), "the next run is another one: {asked:?}");
}

#[test]
fn a_word_for_the_run_that_is_given_between_two_runs_holds_in_the_next_one_alone() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    let request = opened(board.approval_ask(&asker("s", run, card), &call("deploy")).unwrap());
    let denied = Word { remark: Some("never on Fridays".into()), ..word(Decision::Denied, Scope::Run) };
    board.approval_answer(request.id, &denied, None, &person()).unwrap();
    let next = board.run();
    let asked = board.approval_ask(&asker("s", next, card), &call("deploy")).unwrap();
    assert_eq!(asked, Asked::Decided(denied), "with what the person said");
    let asked = board.approval_ask(&asker("s", board.run(), card), &call("deploy")).unwrap();
    assert!(matches!(asked, Asked::Opened(_)), "{asked:?}");
}

#[test]
fn a_denial_goes_before_an_approval_of_the_same_call() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    for (decision, scope) in [(Decision::Approved, Scope::Run), (Decision::Denied, Scope::Run)] {
        // On different cards, since the same call on one card is asked about once.
        let feature = if decision == Decision::Approved { card } else { board.feature_named("b") };
        let asking = asker("s", board.run(), feature);
        let request = opened(board.approval_ask(&asking, &call("deploy")).unwrap());
        board.approval_answer(request.id, &word(decision, scope), Some(run), &person()).unwrap();
    }
    let asked = board.approval_ask(&asker("s", run, card), &call("deploy")).unwrap();
    assert_eq!(asked, Asked::Decided(word(Decision::Denied, Scope::Run)));
}

#[test]
fn a_session_that_was_kept_waiting_parks_its_card_and_the_answer_brings_it_back() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    board.claim(card, &claim("s"), &host()).unwrap();
    assert_eq!(board.park_for_requests(&session("s"), card, &host()).unwrap(), None, "nothing was asked");
    let request = opened(board.approval_ask(&asker("s", run, card), &call("deploy")).unwrap());
    assert_eq!(board.status(card), Status::InProgress, "the agent may go on with something else");
    let cause = Cause { reason: "waits for an approval".into(), ..host() };
    assert_eq!(board.park_for_requests(&session("s"), card, &cause).unwrap(), Some(Status::NeedsInput));
    let parked = board.store.feature(card).unwrap();
    assert_eq!((parked.attempts, parked.lease, parked.note.as_deref()), (0, None, Some("waits for an approval")));
    board.approval_answer(request.id, &word(Decision::Approved, Scope::Once), None, &person()).unwrap();
    assert_eq!(board.status(card), Status::Pending);
}

#[test]
fn an_answer_that_comes_before_the_session_ends_charges_nobody_either() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    board.claim(card, &claim("s"), &host()).unwrap();
    let request = opened(board.approval_ask(&asker("s", run, card), &call("deploy")).unwrap());
    board.approval_answer(request.id, &word(Decision::Approved, Scope::Once), Some(run), &person()).unwrap();
    assert_eq!(board.park_for_requests(&session("s"), card, &host()).unwrap(), Some(Status::Pending));
    let asked = board.approval_ask(&asker("t", run, card), &call("deploy")).unwrap();
    assert!(matches!(asked, Asked::Decided(_)), "the next session makes use of it: {asked:?}");
    board.claim(card, &claim("t"), &host()).unwrap();
    assert_eq!(board.park_for_requests(&session("t"), card, &host()).unwrap(), None, "and is charged as any other");
}

#[test]
fn a_request_expires_at_its_deadline_and_a_late_word_counts_for_the_next_try() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    board.claim(card, &claim("s"), &host()).unwrap();
    let asking = Asker { deadline_ms: Some(LATER), ..asker("s", run, card) };
    let request = opened(board.approval_ask(&asking, &call("deploy")).unwrap());
    assert_eq!(board.request_expire(request.id, LATER - 1).unwrap().state, RequestState::Pending, "not too early");
    assert_eq!(board.request_expire(request.id, LATER).unwrap().state, RequestState::Expired);
    assert_eq!(board.requests_open().unwrap().len(), 1, "it can still be answered");
    assert_eq!(board.park_for_requests(&session("s"), card, &host()).unwrap(), Some(Status::NeedsInput));
    board.approval_answer(request.id, &word(Decision::Approved, Scope::Once), None, &person()).unwrap();
    assert_eq!(board.status(card), Status::Pending);
    assert_eq!(board.request_expire(request.id, LATER).unwrap().state, RequestState::Answered, "a word stays");
}

#[test]
fn what_is_withdrawn_wants_no_answer_any_more() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    board.claim(card, &claim("s"), &host()).unwrap();
    let request = opened(board.approval_ask(&asker("s", run, card), &call("deploy")).unwrap());
    assert!(board.request_withdraw(request.id).unwrap());
    assert!(!board.request_withdraw(request.id).unwrap(), "only once");
    assert_eq!(board.requests_open().unwrap(), []);
    assert_eq!(board.park_for_requests(&session("s"), card, &host()).unwrap(), None, "nobody is waited for");
    let late = board.approval_answer(request.id, &word(Decision::Approved, Scope::Run), None, &person()).unwrap_err();
    assert_eq!(late, StoreError::RequestWithdrawn(request.id));
    assert!(matches!(board.approval_ask(&asker("s", run, card), &call("deploy")).unwrap(), Asked::Opened(_)));
}

#[test]
fn a_card_that_passes_leaves_no_open_request_and_no_unused_word() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    let unused = opened(board.approval_ask(&asker("s", run, card), &call("deploy")).unwrap());
    board.approval_answer(unused.id, &word(Decision::Approved, Scope::Once), Some(run), &person()).unwrap();
    let open = opened(board.approval_ask(&asker("s", run, card), &call("publish")).unwrap());
    board.pass(card);
    assert_eq!(board.request(open.id).unwrap().state, RequestState::Withdrawn);
    let asked = board.approval_ask(&asker("t", run, card), &call("deploy")).unwrap();
    assert!(matches!(asked, Asked::Opened(_)), "a word for a card that is done is void: {asked:?}");
}

#[test]
fn a_request_outlives_the_host_that_waited_for_it() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    let asking = Asker { deadline_ms: Some(LATER), ..asker("s", run, card) };
    let request = opened(board.approval_ask(&asking, &call("deploy")).unwrap());
    let other = opened(board.approval_ask(&asker("t", board.run(), card), &call("publish")).unwrap());
    drop(board.opened_again());
    let left = board.requests_outlive(run).unwrap();
    assert_eq!(left.iter().map(|left| (left.id, left.deadline_ms)).collect::<Vec<_>>(), [(request.id, None)]);
    assert_eq!(board.requests_open().unwrap().iter().map(|open| open.id).collect::<Vec<_>>(), [request.id, other.id]);
}

#[test]
fn an_agent_cannot_bury_a_person_under_requests() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    let asking = asker("s", run, card);
    for number in 0..20 {
        opened(board.approval_ask(&asking, &call(&format!("deploy {number}"))).unwrap());
    }
    assert_eq!(board.approval_ask(&asking, &call("deploy 20")).unwrap(), Asked::TooMany(20));
    assert_eq!(board.question_put(&asking, "{}").unwrap(), None, "questions are counted too");
    assert!(matches!(board.approval_ask(&asking, &call("deploy 3")).unwrap(), Asked::Waits(_)), "known ones wait on");
}

#[test]
fn a_question_in_the_middle_of_a_session_leaves_its_card_there_and_is_asked_once() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    board.claim(card, &claim("s"), &host()).unwrap();
    let asking = asker("s", run, card);
    let question = board.question_put(&asking, r#"{"question":"Which?"}"#).unwrap().unwrap();
    let again = board.question_put(&asking, r#"{"question":"Which?"}"#).unwrap().unwrap();
    assert_eq!((question.id, board.status(card)), (again.id, Status::InProgress));
    board.question_answer(question.id, r#""this""#, &person()).unwrap();
    assert!(board.question_used(question.id, NOW).unwrap());
    assert!(!board.question_used(question.id, LATER).unwrap(), "it is told once");
    assert_eq!(board.park_for_requests(&session("s"), card, &host()).unwrap(), None, "nobody was kept waiting");
}

#[test]
fn a_question_is_not_approved_and_a_call_is_not_answered_in_words() {
    let board = board();
    let (run, card) = (board.run(), board.feature_named("a"));
    let approval = opened(board.approval_ask(&asker("s", run, card), &call("deploy")).unwrap());
    let question = board.question_put(&asker("s", run, card), "{}").unwrap().unwrap();
    let error = board.question_answer(approval.id, "1", &person()).unwrap_err();
    assert_eq!(error, StoreError::NotAsked { request: approval.id, kind: RequestKind::Approval });
    let yes = word(Decision::Approved, Scope::Once);
    let error = board.approval_answer(question.id, &yes, None, &person()).unwrap_err();
    assert_eq!(error, StoreError::NotAsked { request: question.id, kind: RequestKind::Question });
}

#[test]
fn questions_of_an_older_version_keep_their_numbers_and_what_became_of_them() {
    let mut connection = Connection::open_in_memory().unwrap();
    let file = std::path::Path::new("memory");
    migrate::Migrations(&migrate::PROJECT.0[..3]).apply(&mut connection, file).unwrap();
    for status in ["needs_input", "pending", "pending"] {
        let sql = "INSERT INTO feature (kind, status, priority, layer, created_at_ms, updated_at_ms, source_spec, \
                   category, name, description) VALUES ('feature', ?1, 1, 0, 1, 1, 'main', 'api', 'Card', '')";
        connection.execute(sql, [status]).unwrap();
    }
    let sql = "INSERT INTO question (id, feature_id, session, fields_json, asked_at_ms, answer_json, answered_at_ms) \
               VALUES (4, 1, 's', '{}', 5, NULL, NULL), (6, 2, 's', '{}', 5, '\"yes\"', 7), (9, 3, 's', '{}', 5, NULL, NULL)";
    connection.execute(sql, ()).unwrap();
    migrate::PROJECT.apply(&mut connection, file).unwrap();
    let sql = "SELECT group_concat(id || ' ' || feature_id || ' ' || state || ' ' || coalesce(answer_json, '-'), ', ') \
               FROM request";
    let rows: String = connection.query_row(sql, (), |row| row.get(0)).unwrap();
    assert_eq!(rows, "4 1 pending -, 6 2 answered \"yes\", 9 3 withdrawn -");
    connection
        .execute(
            "INSERT INTO request (kind, state, session, asked_at_ms, fields_json) \
                        VALUES ('question', 'pending', 's', 1, '{}')",
            (),
        )
        .unwrap();
    assert_eq!(connection.last_insert_rowid(), 10, "no number is given out twice");
}
