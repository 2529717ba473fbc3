//! What waits for a person's word, and how they give it.

mod form;

pub use form::{Choice, Part, parts};
pub(crate) use form::{answered_tool, fill, parts_of, question_of_tool};

use crate::{EngineError, OpenProject, policy, redact};
use harness_agent::process;
use harness_domain::{
    event::Event,
    feature::Actor,
    id::{RequestId, RunId},
    legible::legible,
    request::{Decision, Request, RequestKind, Scope, Word},
};
use harness_sandbox::policy::{Entry, EntryList};
use harness_store::StoreError;
use serde_json::Value;

/// How many requests are told in a few words.
const TOLD: usize = 10;
/// How much of one request is told in a few words.
const TOLD_CHARS: usize = 120;

/// What a request is about, in full, as the agent wrote it: show it with [`legible`] only.
pub fn subject(request: &Request) -> String {
    match &request.call {
        Some(call) => call.subject.clone(),
        None => form::words(request.fields_json.as_deref().unwrap_or_default()),
    }
}

/// Gives a person's word on a call. A word for always is written to the project's policy file first.
///
/// Fails with `Refused` when the call cannot stand in a policy file, and as
/// [`ProjectStore::approval_answer`](harness_store::ProjectStore::approval_answer) does.
pub fn decide(project: &OpenProject, id: RequestId, word: &Word) -> Result<Request, EngineError> {
    let request = project.store.request(id)?;
    if word.scope == Scope::Always && request.is_open() {
        let entry = policy_entry(project, &request, word.decision).map_err(EngineError::Refused)?;
        let list = match word.decision {
            Decision::Approved => EntryList::Allow,
            Decision::Denied => EntryList::Deny,
        };
        policy::always(project, list, &entry)?;
    }
    let cause = project.cause(Actor::Person, request.run, "a person decided");
    let answered = project.store.approval_answer(id, word, run_under_way(project)?, &cause)?;
    tell(project, &answered)?;
    Ok(answered)
}

/// Stores a person's answer to a question: an answer for each of its [`parts`], or one in their own words when
/// `is_free`.
///
/// Fails with `Refused` when an answer does not fit, and as
/// [`ProjectStore::question_answer`](harness_store::ProjectStore::question_answer) does.
pub fn answer(project: &OpenProject, id: RequestId, answers: &[String], is_free: bool) -> Result<Request, EngineError> {
    let request = project.store.request(id)?;
    if request.kind != RequestKind::Question {
        return Err(StoreError::NotAsked { request: id, kind: request.kind }.into());
    }
    let answer = match answers {
        [only] if is_free => Value::String(only.clone()),
        _ => fill(&parts(&request), answers).map_err(EngineError::Refused)?,
    };
    redact::refuse_secret("the answer", &answer.to_string())?;
    let cause = project.cause(Actor::Person, request.run, "answered");
    let answered = project.store.question_answer(id, &answer.to_string(), &cause)?;
    tell(project, &answered)?;
    Ok(answered)
}

/// The line that a word for always adds to the project's policy file.
///
/// Fails with a sentence when there is none that means this call: then the word can reach as far as the run.
pub fn policy_entry(project: &OpenProject, request: &Request, decision: Decision) -> Result<String, String> {
    let verb = match decision {
        Decision::Approved => "approve",
        Decision::Denied => "deny",
    };
    let instead = format!("{verb} it with --run, or write a line of your own (`harness policy path`)");
    let call = request.call.as_ref().ok_or_else(|| format!("request {} is no call", request.id))?;
    let is_one_command = call.tool == "Bash" && !call.subject.starts_with('{');
    if !is_one_command {
        return Err(format!("only single commands can stand in the policy file: {instead}"));
    }
    if call.subject.contains('*') {
        return Err(format!("`*` means more in the policy file than in this command: {instead}"));
    }
    let is_path = call.subject.split_whitespace().next().is_some_and(|first| first.contains('/'));
    if is_path && std::path::Path::new(&call.cwd) != project.dir() {
        return Err(format!("the program's path is not from the project's directory on: {instead}"));
    }
    let entry = Entry::parse(&call.subject).map_err(|why| format!("{why}; {instead}"))?;
    Ok(entry.as_str().to_owned())
}

/// The requests that want an answer, a line each, with how to give it. Safe to show.
pub fn told(open: &[Request]) -> Vec<String> {
    let mut lines: Vec<String> = open
        .iter()
        .take(TOLD)
        .map(|request| {
            let about = request.feature.map(|feature| format!(" (#{feature})")).unwrap_or_default();
            let subject = cut(&legible(&subject(request)));
            match request.kind {
                RequestKind::Approval => format!("approval {}{about}: {subject}", request.id),
                RequestKind::Question => format!("question {}{about}: {subject}", request.id),
            }
        })
        .collect();
    if open.len() > TOLD {
        lines.push(format!("and {} more: `harness waiting` shows all", open.len() - TOLD));
    }
    lines
}

/// The commands that answer a request, as a person would type them anywhere.
pub fn how_to_answer(project: &OpenProject, request: &Request) -> Vec<String> {
    let (id, name) = (request.id, shell_words::quote(&project.project.name).into_owned());
    match request.kind {
        RequestKind::Question => vec![format!("harness questions answer {id} ANSWER --project {name}")],
        RequestKind::Approval => vec![
            format!("harness approvals approve {id} --project {name}    (--run or --always reach further)"),
            format!("harness approvals deny {id} --reason TEXT --project {name}    (--run or --always reach further)"),
        ],
    }
}

/// The run that a living host conducts in this project now.
fn run_under_way(project: &OpenProject) -> Result<Option<RunId>, EngineError> {
    let unfinished = project.store.runs_unfinished()?;
    Ok(unfinished.iter().rfind(|run| process::is_alive(run.host)).map(|run| run.run.id))
}

/// Tells the world of an answer, and of the card that it brought back.
fn tell(project: &OpenProject, answered: &Request) -> Result<(), EngineError> {
    // A call that waits for it tells so itself, in the process it waits in.
    if answered.deadline_ms.is_none() {
        project.publish(Event::RequestSettled {
            request: answered.id,
            kind: answered.kind,
            feature: answered.feature,
            state: answered.state,
            word: answered.word.clone(),
        });
    }
    if let Some(id) = answered.feature {
        let card = project.store.feature(id)?;
        if card.lease.is_none() {
            project.publish_status(&card, "a person answered");
        }
    }
    Ok(())
}

fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(TOLD_CHARS) {
        Some((end, _)) => format!("{}… (`harness waiting` shows all of it)", &line[..end]),
        None => line,
    }
}
