//! Runs, and what waits for a person.

use super::{Count, Ms, Usd};
use harness_domain::{
    id::{FeatureId, ProjectId, RequestId, RunId, SessionId},
    lifecycle::State,
    request::{Decision, Request, Scope},
    run::{Mode, Role, Run, Session, Usage},
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// A run to start.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct StartRun {
    /// The project.
    pub project: ProjectId,
    /// What it is for: to work until every card passes, unless said.
    #[serde(default = "until_done")]
    #[specta(optional)]
    pub mode: Mode,
    /// The model; none leaves the choice to the project's settings, then to the person's, then to the CLI.
    #[serde(default)]
    #[specta(optional)]
    pub model: Option<String>,
    /// Leave out the heavy checks.
    #[serde(default)]
    #[specta(optional)]
    pub is_quick: bool,
    /// Money to spend at most, in US dollars; none leaves it to the project's settings, then to the person's.
    #[serde(default)]
    #[specta(optional, type = Option<specta_typescript::Number>)]
    pub budget_usd: Option<f64>,
    /// Sessions to start at most.
    #[serde(default)]
    #[specta(optional)]
    pub max_sessions: Option<u32>,
    /// Let a scripted model answer: a scenario's name as `rehearsal_list` gives them.
    #[serde(default)]
    #[specta(optional)]
    pub rehearsal: Option<String>,
    /// How many minutes a call waits for a person's word; none when nobody watches: then it is refused at once.
    #[serde(default)]
    #[specta(optional)]
    pub attended_minutes: Option<u32>,
}

fn until_done() -> Mode {
    Mode::Auto
}

/// The run that was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct StartedRun {
    /// Its number.
    pub run: RunId,
}

/// A scenario that can be rehearsed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RehearsalBrief {
    /// Its name.
    pub name: String,
    /// What it shows.
    pub title: String,
}

/// Where a project's run stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RunStatus {
    /// The run that goes on, or else the last one; none before the first.
    pub run: Option<Run>,
    /// Whether it goes on.
    pub is_running: bool,
    /// Whether a run can be started now.
    pub can_start: bool,
    /// Whether it can be told to end after its session.
    pub can_pause: bool,
    /// Whether it can be told to end now.
    pub can_stop: bool,
    /// What it is doing, in a sentence.
    pub words: String,
    /// What happens next, in a sentence; empty when nothing does.
    pub next: String,
    /// Until when it waits, when it waits for a time.
    pub until_ms: Option<Ms>,
    /// The session that goes on.
    pub session: Option<LiveSession>,
    /// The process that has it, when it is not this one.
    pub elsewhere: Option<Elsewhere>,
    /// How long the rest will take at the pace so far, in milliseconds; none when there is nothing to go by.
    pub estimate_ms: Option<Ms>,
    /// US dollars so far.
    pub cost_usd: Usd,
}

/// Another process that has a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Elsewhere {
    /// As the operating system numbers it.
    pub pid: u32,
}

/// A session that goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct LiveSession {
    /// Its id.
    pub id: SessionId,
    /// What it was told to be.
    pub role: Role,
    /// From 1, within the run.
    pub number: u32,
    /// The card it works on, if any yet.
    pub feature: Option<FeatureId>,
    /// The model that answers, as far as it is known.
    pub model: Option<String>,
    /// When it began.
    pub started_at_ms: Ms,
    /// Turns of the model.
    pub turns: u32,
    /// US dollars, as far as the CLI has said.
    pub cost_usd: Usd,
    /// Tokens so far.
    pub usage: Usage,
    /// Tokens the model had before it when it last answered.
    pub context_tokens: Option<Count>,
    /// Tokens it can have.
    pub context_window: Option<Count>,
    /// What it last wrote.
    pub last_text: Option<String>,
    /// What it last did.
    pub last_tool: Option<LastTool>,
    /// Rows of its transcript so far.
    pub rows: Count,
}

/// A call of a tool in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct LastTool {
    /// The tool's name.
    pub tool: String,
    /// What it was used on.
    pub subject: String,
    /// When.
    pub at_ms: Ms,
}

/// Which runs.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
pub struct ListRuns {
    /// The project.
    pub project: ProjectId,
    /// How many at most; 100 unless said.
    #[serde(default)]
    #[specta(optional)]
    pub limit: Option<u32>,
}

/// Which run.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
pub struct OfRun {
    /// The project.
    pub project: ProjectId,
    /// The run.
    pub run: RunId,
}

/// A run with all that is known of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RunDetail {
    /// The run.
    pub run: Run,
    /// Its sessions, oldest first.
    pub sessions: Vec<Session>,
    /// How its life cycle moved, oldest first.
    pub transitions: Vec<RunMove>,
}

/// One move of a run's life cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct RunMove {
    /// The state it left.
    pub from: State,
    /// The state it entered.
    pub to: State,
    /// The card concerned, if any.
    pub feature: Option<FeatureId>,
    /// In words.
    pub reason: String,
    /// When.
    pub at_ms: Ms,
}

/// Which requests.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
pub struct ListRequests {
    /// The project.
    pub project: ProjectId,
    /// Only those that want an answer (the usual), or only those that do not.
    #[serde(default)]
    #[specta(optional)]
    pub is_open: Option<bool>,
}

/// A request with what a person needs to answer it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct RequestView {
    /// As stored.
    pub request: Request,
    /// The call or the question in full, with characters that could deceive the eye spelt out.
    pub subject: String,
    /// The title of the card it is about.
    pub feature_name: Option<String>,
    /// The parts of a question, each wanting one answer; none for an approval.
    pub parts: Vec<QuestionPart>,
    /// The line that a word for always would add to the project's policy file; none when it cannot reach that far.
    pub always_entry: Option<String>,
    /// Why a word for always is not possible, when it is not.
    pub always_problem: Option<String>,
}

/// One thing that a question wants to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct QuestionPart {
    /// Its name in the answer; empty when the answer is nothing but this part.
    pub id: String,
    /// What a person reads.
    pub label: String,
    /// What may be chosen; none for free text.
    pub options: Vec<QuestionChoice>,
    /// Whether something that is not among the options may be answered.
    pub may_differ: bool,
    /// Whether several options may be chosen: then the answer is their labels with commas between.
    pub is_many: bool,
    /// Whether an answer may be left out.
    pub is_optional: bool,
    /// Whether the answer is yes or no.
    pub is_boolean: bool,
}

/// One option of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct QuestionChoice {
    /// What is chosen.
    pub label: String,
    /// What it means.
    pub description: Option<String>,
}

/// A person's word on a call.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct DecideRequest {
    /// The project.
    pub project: ProjectId,
    /// The request.
    pub request: RequestId,
    /// Yes or no.
    pub decision: Decision,
    /// How far it reaches.
    pub scope: Scope,
    /// What the agent is told besides.
    #[serde(default)]
    #[specta(optional)]
    pub remark: Option<String>,
}

/// A person's answer to a question.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct AnswerRequest {
    /// The project.
    pub project: ProjectId,
    /// The request.
    pub request: RequestId,
    /// One for each part, in order; or a single one in the person's own words when `is_free`.
    pub answers: Vec<String>,
    /// Whether it is in the person's own words.
    #[serde(default)]
    #[specta(optional)]
    pub is_free: bool,
}
