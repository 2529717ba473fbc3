//! What agents said and did, as typed rows.

use super::{Count, Json, Ms};
use harness_domain::{
    failure::Outcome,
    id::{FeatureId, ProjectId, RunId, SessionId},
    loops::{LoopKind, LoopStep},
    run::{Role, Usage},
    transcript::Sort,
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

/// Some rows of a run, or of one session.
#[derive(Debug, Clone, Deserialize, Type)]
pub struct FilterTranscript {
    /// The project.
    pub project: ProjectId,
    /// The run.
    pub run: RunId,
    /// Rows of any of these sorts; of all when there is none.
    #[serde(default)]
    #[specta(optional)]
    pub sorts: Vec<Sort>,
    /// Only calls of this tool.
    #[serde(default)]
    #[specta(optional)]
    pub tool: Option<String>,
    /// Only calls that name this file, as they name it or by the end of its path.
    #[serde(default)]
    #[specta(optional)]
    pub file: Option<String>,
    /// The first row, by its place among those found, from 0.
    #[serde(default)]
    #[specta(optional)]
    pub from: Option<Count>,
    /// The window is to be around this row, or around the first one found after it; then `from` does not count.
    #[serde(default)]
    #[specta(optional)]
    pub near: Option<TranscriptSpot>,
    /// How many at most; 200 at the most, and 0 for the counts alone.
    pub limit: u32,
}

/// A row of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TranscriptSpot {
    /// Its session.
    pub session: SessionId,
    /// Its place there, from 0.
    pub ordinal: Count,
}

/// Rows that a filter found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct FilteredTranscript {
    /// Rows found in all.
    pub total: Count,
    /// The place of the first of `entries` among those found, from 0.
    pub from: Count,
    /// The place of `near`, or of the first row found after it; otherwise that of the first row asked for.
    pub index: Count,
    /// Rows that were looked at, from the run's first one on. Asking again looks at more.
    pub sorted: Count,
    /// Rows of the run.
    pub rows: Count,
    /// The rows.
    pub entries: Vec<FilteredEntry>,
    /// Rows beside them that were not found but have the other half of a call or an answer among them.
    pub beside: Vec<FilteredEntry>,
}

/// A row with the session it is of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct FilteredEntry {
    /// The session.
    pub session: SessionId,
    /// The row.
    pub entry: TranscriptEntry,
}

/// What rows of a run can be asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct TranscriptFacets {
    /// Rows that were looked at. Asking again looks at more.
    pub sorted: Count,
    /// Rows of the run.
    pub rows: Count,
    /// Every sort with its rows.
    pub sorts: Vec<SortCount>,
    /// The tools that are called most, most first; 100 at most.
    pub tools: Vec<NameCount>,
    /// The files that are named most, most first; 100 at most.
    pub files: Vec<NameCount>,
}

/// How many rows are of a sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct SortCount {
    /// The sort.
    pub sort: Sort,
    /// Its rows.
    pub rows: Count,
}

/// How many rows name something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct NameCount {
    /// What they name.
    pub name: String,
    /// The rows.
    pub rows: Count,
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
