//! What happened, as small facts in the past tense. Screens and programs derive the rest.

use crate::{
    checkpoint::CheckpointKind,
    evidence::SandboxLevel,
    failure::{Outcome, RunEnd},
    feature::{Kind, Status},
    id::{CheckpointId, EvidenceId, FeatureId, InterviewId, ProjectId, RequestId, RunId, SessionId},
    lifecycle::State,
    loops::{LoopKind, LoopStep},
    request::{RequestKind, RequestState, Word},
    run::{Mode, Role, Usage},
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// One event with its place in the order of all events of this host.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Envelope {
    /// Consecutive within `epoch`, from 1.
    #[specta(type = f64)]
    pub seq: u64,
    /// Changes with every start of the host; numbers of different epochs cannot be compared.
    pub epoch: String,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub at_ms: i64,
    /// The project it concerns; [`ProjectId::ALL`] (0) when it is no single one.
    pub project: ProjectId,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// Something that happened in a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A run began.
    RunStarted {
        /// Its number.
        run: RunId,
        /// What it is for.
        mode: Mode,
        /// Whether heavy checks are left out.
        is_quick: bool,
        /// The scenario's name when a scripted model answers.
        rehearsal: Option<String>,
        /// The walls around its sessions and checks.
        sandbox: SandboxLevel,
    },
    /// The run's life cycle moved.
    RunStateChanged {
        /// The run.
        run: RunId,
        /// The state it left.
        from: State,
        /// The state it entered.
        to: State,
        /// The card concerned, if any.
        feature: Option<FeatureId>,
    },
    /// The run waits for a time to come.
    RunWaiting {
        /// The run.
        run: RunId,
        /// UTC, in milliseconds since 1970.
        #[specta(type = f64)]
        until_ms: i64,
        /// A stable word: `rate_limited` or `backing_off`.
        reason: String,
    },
    /// The run ended.
    RunEnded {
        /// The run.
        run: RunId,
        /// Why.
        end: RunEnd,
    },
    /// A session of the CLI began.
    SessionStarted {
        /// Its run.
        run: RunId,
        /// Its id.
        session: SessionId,
        /// What it was told to be.
        role: Role,
        /// From 1, within the run.
        number: u32,
        /// The model asked for, if not the CLI's default.
        model: Option<String>,
    },
    /// A session ended.
    SessionEnded {
        /// Its id.
        session: SessionId,
        /// How.
        outcome: Outcome,
        /// The card it worked on.
        feature: Option<FeatureId>,
        /// Turns of the model.
        turns: u32,
        /// US dollars, as the CLI reports it.
        cost_usd: f64,
    },
    /// The agent used a tool.
    ToolUsed {
        /// The session.
        session: SessionId,
        /// The tool's name.
        tool: String,
        /// At most 200 characters of what it was used on.
        subject: String,
    },
    /// A call of a tool was refused before it ran.
    ToolRefused {
        /// The session.
        session: SessionId,
        /// The tool's name.
        tool: String,
        /// The rule it broke, such as `path.outside`.
        rule: String,
        /// What the agent was told.
        reason: String,
    },
    /// The agent wrote something to the reader.
    AgentSaid {
        /// The session.
        session: SessionId,
        /// The text, at most 2,000 characters; the transcript has all of it.
        text: String,
    },
    /// Cards were created.
    FeaturesCreated {
        /// Their ids.
        features: Vec<FeatureId>,
    },
    /// A card's status changed.
    FeatureChanged {
        /// The card.
        feature: FeatureId,
        /// Its title.
        name: String,
        /// What sort of work it is.
        kind: Kind,
        /// The status it entered.
        status: Status,
        /// Why, in words.
        reason: String,
    },
    /// Cards changed in another way: edited, reordered, linked or removed.
    FeaturesEdited {
        /// Their ids.
        features: Vec<FeatureId>,
    },
    /// The host began to run one check.
    CheckStarted {
        /// The card it speaks for.
        feature: FeatureId,
        /// As a person would type it.
        command: String,
    },
    /// One check ended.
    CheckEnded {
        /// The card it speaks for.
        feature: FeatureId,
        /// As a person would type it.
        command: String,
        /// Whether it succeeded.
        is_ok: bool,
        /// Wall time in milliseconds.
        duration_ms: u32,
    },
    /// Evidence was stored.
    EvidenceStored {
        /// The card it speaks for.
        feature: FeatureId,
        /// Its number.
        evidence: EvidenceId,
        /// Whether every check succeeded.
        is_passing: bool,
        /// What a person should look at.
        warnings: Vec<String>,
    },
    /// The host committed.
    Committed {
        /// The card, when it was for one.
        feature: Option<FeatureId>,
        /// The commit's id.
        commit: String,
        /// Its first line.
        subject: String,
    },
    /// The project's files and cards were saved.
    CheckpointCreated {
        /// Its number.
        checkpoint: CheckpointId,
        /// As people know it.
        name: String,
        /// Why it was made.
        kind: CheckpointKind,
        /// The card it was made for, if any.
        feature: Option<FeatureId>,
        /// Files that could not be saved, or must not be.
        left_out: u32,
    },
    /// The project's files and cards were put back.
    CheckpointRestored {
        /// What they are as now.
        checkpoint: CheckpointId,
        /// How they were before.
        undo_with: CheckpointId,
    },
    /// Checkpoints were removed, by a person or because there were too many.
    CheckpointsRemoved {
        /// Their numbers.
        checkpoints: Vec<CheckpointId>,
    },
    /// Something waits for a person's word.
    RequestOpened {
        /// Its number.
        request: RequestId,
        /// Whether a call is to be approved or a question answered.
        kind: RequestKind,
        /// The card concerned, if any.
        feature: Option<FeatureId>,
        /// Who asks.
        session: SessionId,
        /// The tool to be called, when it is about a call.
        tool: Option<String>,
        /// The call or the question in full, as the agent wrote it: show it with `legible` only.
        subject: String,
        /// Why a person is asked.
        reason: String,
        /// Until when the agent waits; none when it does not. UTC, in milliseconds since 1970.
        #[specta(type = Option<f64>)]
        deadline_ms: Option<i64>,
    },
    /// A request no longer waits: it was answered, withdrawn, or nobody answered in time.
    RequestSettled {
        /// Its number.
        request: RequestId,
        /// Whether a call was to be approved or a question answered.
        kind: RequestKind,
        /// The card concerned, if any.
        feature: Option<FeatureId>,
        /// Where it stands now.
        state: RequestState,
        /// The person's word, when it was about a call and there is one.
        word: Option<Word>,
    },
    /// An agent was found to go round in circles, to stand still or to burn tokens.
    LoopDetected {
        /// The session.
        session: SessionId,
        /// In which way.
        kind: LoopKind,
        /// What the host did about it.
        step: LoopStep,
        /// One sentence.
        description: String,
    },
    /// How much is done.
    ProgressChanged {
        /// Cards that pass.
        passing: u32,
        /// All cards.
        total: u32,
    },
    /// Something a person should know, in words, that stopped nothing.
    Noticed {
        /// A stable word, such as `changes_set_aside`.
        topic: String,
        /// The sentence.
        message: String,
    },
    /// A session's transcript has more rows. Told at most ten times a second.
    TranscriptGrew {
        /// The session.
        session: SessionId,
        /// Its rows so far.
        rows: u32,
    },
    /// A session went on. Told at most twice a second.
    SessionProgressed {
        /// The session.
        session: SessionId,
        /// Turns of the model so far.
        turns: u32,
        /// Tokens so far.
        usage: Usage,
        /// Tokens the model had before it when it last answered.
        #[specta(type = Option<f64>)]
        context_tokens: Option<u64>,
        /// The model that answers.
        model: Option<String>,
    },
    /// A run of this process was told to pause (`pause`) or to stop (`stop`), or another one can start now (`over`).
    RunSteered {
        /// Which of them.
        word: String,
    },
    /// Projects were registered, renamed or forgotten.
    ProjectsChanged {},
    /// The person chose something else, for a project or for all.
    SettingsChanged {},
    /// Users, devices or tokens were added, changed or taken away.
    AccountsChanged {},
    /// Specifications or prompts changed.
    SpecsChanged {},
    /// A checkpoint was pinned, or is no longer.
    CheckpointPinned {
        /// Its number.
        checkpoint: CheckpointId,
        /// Whether it stays.
        is_pinned: bool,
    },
    /// Something was said in an interview, or its draft changed.
    InterviewChanged {
        /// Its number.
        interview: InterviewId,
    },
    /// Another process changed the project's records; what it changed is not known.
    ChangedElsewhere {},
}
