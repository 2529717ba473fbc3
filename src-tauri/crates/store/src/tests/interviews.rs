use super::*;
use crate::{NewInterview, StoreError};
use harness_domain::{
    id::{InterviewId, SessionId},
    interview::{InterviewState, Speaker},
};

fn new() -> NewInterview {
    NewInterview { spec: "main".into(), rehearsal: None, model: None, budget_usd: 2.0, draft: "{}".into() }
}

#[test]
fn an_interview_keeps_what_was_said_and_only_one_goes_on() {
    let board = board();
    let id = board.interview_start(new(), NOW).unwrap().interview.id;
    assert_eq!(board.interview_start(new(), NOW).unwrap_err(), StoreError::InterviewOpen(id), "one at a time");
    board.remark_add(id, Speaker::Person, "A to-do list.", NOW).unwrap();
    board.remark_add(id, Speaker::Agent, "For whom?", NOW + 1).unwrap();
    board.interview_draft(id, r#"{"parts":[]}"#).unwrap();
    board.interview_session(id, Some(&SessionId("s".into()))).unwrap();
    board.interview_cost(id, 0.5).unwrap();
    board.interview_cost(id, 0.25).unwrap();
    let found = board.interview_latest().unwrap().expect("it is there");
    assert_eq!((found.draft.as_str(), found.session), (r#"{"parts":[]}"#, Some(SessionId("s".into()))));
    assert_eq!(found.interview.cost_usd, 0.5, "what was spent does not become less");
    let said = board.remarks(id).unwrap();
    assert_eq!(said.iter().map(|remark| remark.speaker).collect::<Vec<_>>(), [Speaker::Person, Speaker::Agent]);
}

#[test]
fn an_interview_that_is_over_takes_nothing_more_and_another_one_may_begin() {
    let board = board();
    let id = board.interview_start(new(), NOW).unwrap().interview.id;
    let ended = board.interview_end(id, InterviewState::Ended, NOW + 5).unwrap();
    assert_eq!((ended.interview.state, ended.interview.ended_at_ms), (InterviewState::Ended, Some(NOW + 5)));
    assert_eq!(board.remark_add(id, Speaker::Agent, "late", NOW).unwrap_err(), StoreError::InterviewOver(id));
    assert_eq!(board.interview_end(id, InterviewState::Accepted, NOW).unwrap_err(), StoreError::InterviewOver(id));
    assert_eq!(board.interview(InterviewId(9)).unwrap_err(), StoreError::NoSuchInterview(InterviewId(9)));
    let next = board.interview_start(new(), NOW).unwrap().interview.id;
    assert_eq!(
        board.interview_latest().unwrap().map(|found| found.interview.id),
        Some(next),
        "the open one goes first"
    );
    let bad = NewInterview { draft: "{".into(), ..new() };
    board.interview_end(next, InterviewState::Accepted, NOW).unwrap();
    assert!(matches!(board.interview_start(bad, NOW), Err(StoreError::NotJson { .. })));
}
