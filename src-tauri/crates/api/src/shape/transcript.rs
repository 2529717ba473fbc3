//! What agents said and did, as typed rows.

use super::{Count, Json, Ms};
use harness_domain::{
    failure::Outcome,
    id::{FeatureId, ProjectId, RunId, SessionId},
    loops::{LoopKind, LoopStep},
    run::{Role, Usage},
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// One session within the rows of a run: a run's rows are its sessions' rows, one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct TranscriptPart {
    /// The session.
    pub session: SessionId,
    /// What it was told to be.
    pub role: Role,
    /// The card it worked on, if any.
    pub feature: Option<FeatureId>,
    /// From 1, within the run.
    pub number: u32,
    /// Rows so far.
    pub rows: Count,
    /// When it began.
    pub started_at_ms: Ms,
    /// When it ended; none while it goes on.
    pub ended_at_ms: Option<Ms>,
    /// How it ended; none while it goes on.
    pub outcome: Option<Outcome>,
}

/// Rows of one session.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct TranscriptWindow {
    /// The project.
    pub project: ProjectId,
    /// The session.
    pub session: SessionId,
    /// The first row, from 0.
    pub from: Count,
    /// How many at most; 1,000 at the most.
    pub limit: u32,
}

/// One row of a session's transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct TranscriptEntry {
    /// Its place within the session, from 0, without gaps.
    pub ordinal: Count,
    /// When.
    pub at_ms: Ms,
    /// What the host filed it under, such as `assistant` or `tool_refused`.
    pub kind: String,
    /// The agent within the agent whose row this is: the id of the call that started it.
    pub parent_call: Option<String>,
    /// What it says, block by block in order; at least one.
    pub body: Vec<TranscriptBody>,
}

/// One block of a row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TranscriptBody {
    /// The agent wrote to its reader, in Markdown.
    Text {
        /// The text.
        text: String,
    },
    /// The agent thought.
    Thinking {
        /// The text.
        text: String,
    },
    /// The agent called a tool. A screen draws an edit's differences from `input`.
    ToolCall {
        /// What its result refers to.
        id: String,
        /// The tool's name.
        name: String,
        /// What it was called with.
        input: Json,
    },
    /// What a tool answered.
    ToolResult {
        /// The call it answers.
        id: String,
        /// Whether it failed.
        is_error: bool,
        /// What it answered, as text.
        text: String,
        /// Whether the text is only its beginning.
        is_cut: bool,
    },
    /// What the session was told.
    Prompt {
        /// The text.
        text: String,
    },
    /// The CLI told of itself.
    System {
        /// A stable word, such as `init` or `compact_boundary`.
        subtype: String,
        /// In a sentence.
        text: String,
    },
    /// The session's last row: how it ended, as the CLI says.
    Result {
        /// A stable word, such as `success`.
        subtype: String,
        /// Whether it failed.
        is_error: bool,
        /// Its last words.
        text: String,
        /// Turns of the model.
        turns: u32,
        /// US dollars.
        cost_usd: super::Usd,
        /// Tokens.
        usage: Usage,
        /// How long it took, in milliseconds.
        duration_ms: Count,
    },
    /// The CLI asked the API again.
    Retry {
        /// From 1.
        attempt: u32,
        /// How often it tries at most.
        max_attempts: Option<u32>,
        /// How long it waits, in milliseconds.
        wait_ms: Option<Count>,
        /// Why, in a sentence.
        why: String,
    },
    /// The host refused a call before it ran.
    Refused {
        /// The tool's name.
        tool: String,
        /// What it was to be used on.
        subject: String,
        /// The rule it broke.
        rule: String,
        /// What the agent was told.
        reason: String,
    },
    /// The host found the agent going round in circles, standing still or burning tokens.
    Loop {
        /// In which way.
        loop_kind: LoopKind,
        /// What the host did about it.
        step: LoopStep,
        /// One sentence.
        text: String,
    },
    /// The host saved the project.
    Checkpoint {
        /// Its number.
        checkpoint: u32,
        /// As people know it.
        name: String,
    },
    /// Anything else, as the CLI sent it.
    Other {
        /// The whole row.
        json: Json,
    },
}

/// Words to find.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct SearchTranscript {
    /// The project.
    pub project: ProjectId,
    /// All of these words, in any order; the last one may be a beginning.
    pub query: String,
    /// Only in this session.
    #[serde(default)]
    #[specta(optional)]
    pub session: Option<SessionId>,
    /// Only in this run.
    #[serde(default)]
    #[specta(optional)]
    pub run: Option<RunId>,
    /// How many at most; 200 at the most.
    #[serde(default)]
    #[specta(optional)]
    pub limit: Option<u32>,
}

/// A row that has the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TranscriptHitView {
    /// The session.
    pub session: SessionId,
    /// Its run.
    pub run: RunId,
    /// The row's place within the session.
    pub ordinal: Count,
    /// The words with what stands around them; those found are between U+2068 and U+2069.
    pub excerpt: String,
}
