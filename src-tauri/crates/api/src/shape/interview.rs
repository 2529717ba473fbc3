//! Interviews: a specification worked out in a chat.

use super::{Ms, run::QuestionPart, spec::SpecCheck, spec::SpecView};
use harness_domain::{
    id::ProjectId,
    interview::{Interview, Remark},
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// An interview as a person sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct InterviewView {
    /// The interview.
    pub interview: Interview,
    /// What was said, oldest first.
    pub remarks: Vec<Remark>,
    /// What happens this moment.
    pub activity: InterviewActivity,
    /// What the agent has written of the text that it writes now; empty when it writes none.
    pub partial: String,
    /// What it does besides writing, such as `Read src/app.js`.
    pub doing: Option<String>,
    /// Why it takes longer: the API did not answer, and this try failed.
    pub retrying: Option<InterviewRetry>,
    /// What it asks and waits for, each part wanting one answer; empty when it waits for none.
    pub question: Vec<QuestionPart>,
    /// Why it does not go on, when it does not.
    pub problem: Option<InterviewProblem>,
    /// The draft's text; empty when nothing is in it.
    pub draft: String,
    /// How good the draft is.
    pub check: SpecCheck,
}

/// What happens in an interview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum InterviewActivity {
    /// Nothing: it is the person's turn.
    Idle,
    /// The CLI is being started.
    Starting,
    /// The agent thinks, reads or writes.
    Thinking,
    /// The agent asked something and waits for the answer.
    Asking,
}

/// A failed try of the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct InterviewRetry {
    /// The CLI's word for the reason: `rate_limit`, `overloaded`, …
    pub reason: String,
    /// Which try failed, from 1.
    pub attempt: u32,
}

/// Why an interview does not go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct InterviewProblem {
    /// A stable word, such as `auth_expired`, `rate_limited` or `budget_exhausted`.
    pub code: String,
    /// What is the matter, in a sentence.
    pub message: String,
    /// What to do, in a sentence.
    pub fix: String,
    /// When it is over by itself.
    pub until_ms: Option<Ms>,
}

/// An interview to begin.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct StartInterview {
    /// The project.
    pub project: ProjectId,
    /// The specification that it is about: `main`, or a name of its own. One that exists is what the draft begins with.
    pub spec: String,
    /// The person's first words.
    pub text: String,
    /// The model; none leaves the choice to the settings.
    #[serde(default)]
    #[specta(optional)]
    pub model: Option<String>,
    /// Money to spend at most, in US dollars; none is a little.
    #[serde(default)]
    #[specta(optional, type = Option<specta_typescript::Number>)]
    pub budget_usd: Option<f64>,
    /// A scenario's name: a scripted model answers, without an account.
    #[serde(default)]
    #[specta(optional)]
    pub rehearsal: Option<String>,
}

/// Something to say in an interview: words, or answers to what was asked.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct SendInterview {
    /// The project.
    pub project: ProjectId,
    /// Words. To a question that waits they are the answer.
    #[serde(default)]
    #[specta(optional)]
    pub text: Option<String>,
    /// One answer for each part of the question that waits, in order.
    #[serde(default)]
    #[specta(optional)]
    pub answers: Option<Vec<String>>,
    /// Changes what the interview may cost, in US dollars.
    #[serde(default)]
    #[specta(optional, type = Option<specta_typescript::Number>)]
    pub budget_usd: Option<f64>,
}

/// The draft that is to become the specification.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct AcceptInterview {
    /// The project.
    pub project: ProjectId,
    /// The draft as it was seen: nothing becomes the specification that nobody looked at, so another one is refused.
    pub draft: String,
}

/// An interview whose draft became the specification.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct AcceptedInterview {
    /// The interview, which is over.
    pub interview: InterviewView,
    /// The specification as it is now.
    pub spec: SpecView,
    /// What the run that is under way makes of it, as a sentence; none when no run is.
    pub told: Option<String>,
}
