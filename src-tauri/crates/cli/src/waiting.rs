//! `harness waiting`, and how a request is shown: in full, with nothing in it that could mislead.

use crate::{
    args::{Format, ProjectArg},
    features::time,
    open,
    print::{say, say_json},
};
use harness_domain::{
    legible::{legible, unusual},
    request::{Request, RequestKind, RequestState},
};
use harness_engine::{OpenProject, requests};
use serde_json::{Value, json};

/// Lists everything that waits for a person.
pub fn list(project: &ProjectArg, format: Format) -> anyhow::Result<()> {
    show_open(&open::known(project)?, format, None)
}

/// Lists what waits, of one kind or of both.
pub fn show_open(project: &OpenProject, format: Format, kind: Option<RequestKind>) -> anyhow::Result<()> {
    let open = project.store.requests_open()?;
    let open: Vec<Request> = open.into_iter().filter(|one| kind.is_none_or(|kind| one.kind == kind)).collect();
    if format.json {
        return say_json(&open.iter().map(as_json).collect::<Vec<_>>());
    }
    if open.is_empty() {
        say(match kind {
            Some(RequestKind::Question) => "No question waits for an answer.",
            Some(RequestKind::Approval) => "No call waits for approval.",
            None => "Nothing waits for you.",
        });
    }
    for request in &open {
        lines(project, request).iter().for_each(|line| say(line));
        say("");
    }
    Ok(())
}

/// A request as programs read it: as stored, with the parts of a question beside it.
fn as_json(request: &Request) -> Value {
    let mut value = json!(request);
    if request.kind == RequestKind::Question {
        value["question"] = requests::subject(request).into();
        value["parts"] = json!(requests::parts(request));
    }
    value
}

/// A request in full, with how to answer it.
pub fn lines(project: &OpenProject, request: &Request) -> Vec<String> {
    let about = request.feature.map(|feature| format!("  #{feature}")).unwrap_or_default();
    let until = match (request.state, request.deadline_ms) {
        (RequestState::Pending, Some(deadline)) => format!("the agent waits until {}", time(deadline)),
        (RequestState::Expired, _) => "nobody answered in time; an answer counts for the next session".to_owned(),
        _ => "the agent went on without; an answer counts for the next session".to_owned(),
    };
    let kind = request.kind.as_str();
    let mut lines = vec![format!("{}  {kind}{about}  {}  {until}", request.id, time(request.asked_at_ms))];
    let subject = requests::subject(request);
    match &request.call {
        Some(call) => {
            lines.push(format!("   {} is to run, in {}:", legible(&call.tool), legible(&call.cwd)));
            lines.extend(quoted(&subject));
            lines.push(format!("   because: {} [{}]", legible(&call.reason).replace('\n', " "), legible(&call.rule)));
        }
        None => {
            lines.extend(quoted(&subject));
            lines.extend(options(request));
        }
    }
    lines.extend(requests::how_to_answer(project, request).iter().map(|command| format!("   {command}")));
    lines
}

/// An agent's text with a bar before each line, so that no line of it can pass for one of ours.
pub fn quoted(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = legible(text).lines().map(|line| format!("   | {line}")).collect();
    let odd = unusual(text);
    if !odd.is_empty() {
        let named = odd.iter().map(|c| format!("{} U+{:04X}", legible(&c.to_string()), u32::from(*c)));
        lines.push(format!("   not plain ASCII: {}", named.collect::<Vec<_>>().join(", ")));
    }
    lines
}

fn options(request: &Request) -> Vec<String> {
    let parts = requests::parts(request);
    let mut lines = Vec::new();
    for part in &parts {
        if !part.id.is_empty() {
            let more = match (part.is_many, part.is_optional) {
                (true, _) => "  (one or more, with commas)",
                (false, true) => "  (may be left empty: \"\")",
                (false, false) => "",
            };
            lines.push(format!("   - {}{more}", legible(&part.label).replace('\n', " ")));
        }
        for (number, option) in (1..).zip(&part.options) {
            let meaning = option.description.as_deref().map(|words| format!(": {}", legible(words).replace('\n', " ")));
            let label = legible(&option.label).replace('\n', " ");
            lines.push(format!("     {number}  {label}{}", meaning.unwrap_or_default()));
        }
    }
    lines
}
