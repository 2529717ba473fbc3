//! What waits for a person's word.

use crate::{
    Api, ApiError,
    shape::run::{AnswerRequest, DecideRequest, ListRequests, QuestionChoice, QuestionPart, RequestView},
};
use harness_domain::{
    legible::legible,
    request::{Decision, Request, RequestKind, Word},
};
use harness_engine::{OpenProject, redact, requests};
use std::collections::HashMap;

/// How many requests of the past are shown.
const MOST_SETTLED: usize = 500;

pub fn request_list(api: &Api, list: ListRequests) -> Result<Vec<RequestView>, ApiError> {
    let project = api.project(list.project)?;
    let mut found = match list.is_open {
        Some(true) | None => project.store.requests_open()?,
        Some(false) => project.store.requests_settled(MOST_SETTLED)?,
    };
    found.sort_unstable_by_key(|request| std::cmp::Reverse(request.id));
    let cards: Vec<_> = found.iter().filter_map(|request| request.feature).collect();
    let names: HashMap<_, _> =
        project.store.board(Some(&cards))?.into_iter().map(|card| (card.id, card.name)).collect();
    let view = |request: Request| {
        let name = request.feature.and_then(|feature| names.get(&feature).cloned());
        view(&project, request, name)
    };
    Ok(found.into_iter().map(view).collect())
}

fn view(project: &OpenProject, request: Request, feature_name: Option<String>) -> RequestView {
    let (always_entry, always_problem) = match request.kind {
        RequestKind::Question => (None, None),
        RequestKind::Approval => match requests::policy_entry(project, &request, Decision::Approved) {
            Ok(entry) => (Some(entry), None),
            Err(why) => (None, Some(why)),
        },
    };
    let parts = match request.kind {
        RequestKind::Question => requests::parts(&request).into_iter().map(part).collect(),
        RequestKind::Approval => Vec::new(),
    };
    let subject = legible(&requests::subject(&request)).to_string();
    RequestView { subject, feature_name, parts, always_entry, always_problem, request }
}

pub(super) fn part(part: requests::Part) -> QuestionPart {
    let choice = |choice: requests::Choice| QuestionChoice { label: choice.label, description: choice.description };
    QuestionPart {
        id: part.id,
        label: part.label,
        options: part.options.into_iter().map(choice).collect(),
        may_differ: part.may_differ,
        is_many: part.is_many,
        is_optional: part.is_optional,
        is_boolean: part.is_boolean,
    }
}

pub fn request_decide(api: &Api, decide: DecideRequest) -> Result<Request, ApiError> {
    let project = api.project(decide.project)?;
    let remark = decide.remark.map(|remark| remark.trim().to_owned()).filter(|remark| !remark.is_empty());
    if let Some(remark) = &remark {
        redact::refuse_secret("the remark", remark)?;
    }
    let word = Word { decision: decide.decision, scope: decide.scope, remark };
    Ok(requests::decide(&project, decide.request, &word)?)
}

pub fn request_answer(api: &Api, answer: AnswerRequest) -> Result<Request, ApiError> {
    let project = api.project(answer.project)?;
    Ok(requests::answer(&project, answer.request, &answer.answers, answer.is_free)?)
}
