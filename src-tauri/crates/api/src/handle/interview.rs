//! Interviews: a specification worked out in a chat.

use super::{requests::part, runs, settings::app_settings_read, spec};
use crate::{
    Api, ApiError,
    procedures::Nothing,
    shape::{Ms, interview::*, project::OfProject},
};
use harness_domain::spec::Spec;
use harness_engine::interview::{Activity, Chosen, View};

/// What an interview may cost unless the person says otherwise, in US dollars.
const USUAL_USD: f64 = 5.0;
/// More than anyone means.
const MOST_USD: f64 = 1_000.0;

pub fn interview_get(api: &Api, of: OfProject) -> Result<Option<InterviewView>, ApiError> {
    Ok(api.interviews().get(&api.project(of.project)?)?.map(view))
}

pub fn interview_start(api: &Api, start: StartInterview) -> Result<InterviewView, ApiError> {
    let project = api.project(start.project)?;
    let rehearsal = start.rehearsal.as_deref().map(runs::scenario).transpose()?;
    let model = match start.model.map(|model| model.trim().to_owned()).filter(|model| !model.is_empty()) {
        Some(model) => Some(model),
        // What the project chose goes first, and is looked at when the process starts.
        None if project.settings.model.is_some() => None,
        None => app_settings_read(api, Nothing {})?.default_model,
    };
    let chosen = Chosen {
        spec: start.spec,
        model,
        budget_usd: budget(start.budget_usd)?.unwrap_or(USUAL_USD),
        rehearsal: rehearsal.map(|scenario| scenario.name().to_owned()),
    };
    Ok(view(api.interviews().start(&project, chosen, &start.text)?))
}

pub fn interview_send(api: &Api, send: SendInterview) -> Result<InterviewView, ApiError> {
    let project = api.project(send.project)?;
    let budget_usd = budget(send.budget_usd)?;
    match (send.text, send.answers) {
        (Some(text), None) => Ok(view(api.interviews().send(&project, &text, budget_usd)?)),
        (None, Some(answers)) => Ok(view(api.interviews().answer(&project, &answers)?)),
        _ => Err(ApiError::bad_input("text, answers: give one of them")),
    }
}

pub fn interview_stop(api: &Api, of: OfProject) -> Result<InterviewView, ApiError> {
    Ok(view(api.interviews().stop(&api.project(of.project)?)?))
}

pub fn interview_accept(api: &Api, accept: AcceptInterview) -> Result<AcceptedInterview, ApiError> {
    let project = api.project(accept.project)?;
    let (interview, written) = api.interviews().accept(&project, &accept.draft)?;
    let told = spec::tell_run(api, &project, &written.name, "changed")?;
    Ok(AcceptedInterview { interview: view(interview), spec: spec::view(written), told })
}

pub fn interview_end(api: &Api, of: OfProject) -> Result<InterviewView, ApiError> {
    Ok(view(api.interviews().end(&api.project(of.project)?)?))
}

fn budget(usd: Option<f64>) -> Result<Option<f64>, ApiError> {
    match usd {
        Some(usd) if !(usd > 0.0 && usd <= MOST_USD) => {
            Err(ApiError::bad_input(format!("budget_usd: give an amount above 0 and up to {MOST_USD}")))
        }
        usd => Ok(usd),
    }
}

fn view(view: View) -> InterviewView {
    let (spec, problem) = Spec::look(&view.draft);
    InterviewView {
        check: spec::checked(&spec, problem.map(|problem| problem.to_string())),
        interview: view.interview,
        remarks: view.remarks,
        activity: match view.activity {
            Activity::Idle => InterviewActivity::Idle,
            Activity::Starting => InterviewActivity::Starting,
            Activity::Thinking => InterviewActivity::Thinking,
            Activity::Asking => InterviewActivity::Asking,
        },
        partial: view.partial,
        doing: view.doing,
        retrying: view.retrying.map(|retry| InterviewRetry { reason: retry.reason, attempt: retry.attempt }),
        question: view.question.into_iter().map(part).collect(),
        problem: view.problem.map(|problem| InterviewProblem {
            code: problem.code,
            message: problem.message,
            fix: problem.fix,
            until_ms: problem.until_ms.map(Ms),
        }),
        draft: view.draft,
    }
}
