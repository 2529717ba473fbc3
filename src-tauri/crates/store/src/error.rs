//! Why the store refused or failed.

use harness_domain::{
    dependencies::CyclePath,
    feature::Status,
    id::{
        CheckpointId, DeviceId, EvidenceId, FeatureId, InterviewId, ProjectId, RequestId, RunId, SessionId, TokenId,
        UserId,
    },
    lifecycle::UnlawfulTransition,
    limits::TooMuch,
    request::RequestKind,
};
use std::path::PathBuf;

/// The result of every call of this crate.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why the store refused or failed. A refused write changed nothing.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum StoreError {
    /// Another process kept the database locked for longer than [`crate::Options::busy_timeout`].
    #[error("{} is in use by another process: close the other instance, or try again", file.display())]
    Locked {
        /// The database.
        file: PathBuf,
    },
    /// The file, or the directory it is in, may not be written.
    #[error("{} cannot be written: make the file and its directory writable for your user", file.display())]
    ReadOnly {
        /// The database.
        file: PathBuf,
    },
    /// There is no room for the write; what was stored before is intact.
    #[error("there is no room to write {}: free some disk space, then try again", file.display())]
    DiskFull {
        /// The database.
        file: PathBuf,
    },
    /// The file is not a database, or it is damaged.
    #[error("{} is damaged or not a database ({detail}): restore it from a checkpoint or move it away", file.display())]
    Corrupt {
        /// The database.
        file: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// A newer version of the product wrote this file.
    #[error("{} was written by a newer version (schema {found}; this one knows {supported}): update the product", file.display())]
    NewerDatabase {
        /// The database.
        file: PathBuf,
        /// Schema number in the file.
        found: u32,
        /// Highest schema number this binary knows.
        supported: u32,
    },
    /// The file could not be opened or created at all.
    #[error("{} cannot be opened: {detail}", file.display())]
    CannotOpen {
        /// The database.
        file: PathBuf,
        /// What the operating system or SQLite said.
        detail: String,
    },
    /// SQLite failed in a way that none of the other variants names.
    #[error("{}: {detail}", file.display())]
    Sqlite {
        /// The database.
        file: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// A stored value makes no sense to this binary, such as a status it does not know.
    #[error("the database holds {value:?} where {expected} is expected")]
    BadValue {
        /// What is expected there.
        expected: &'static str,
        /// What is there.
        value: String,
    },

    /// No such card.
    #[error("there is no feature #{0}")]
    NoSuchFeature(FeatureId),
    /// No such run.
    #[error("there is no run {0}")]
    NoSuchRun(RunId),
    /// No such session.
    #[error("there is no session {0}")]
    NoSuchSession(SessionId),
    /// No such evidence.
    #[error("there is no evidence {0}")]
    NoSuchEvidence(EvidenceId),
    /// No such request.
    #[error("there is no request {0}")]
    NoSuchRequest(RequestId),
    /// No such checkpoint.
    #[error("there is no checkpoint {0}")]
    NoSuchCheckpoint(CheckpointId),
    /// No such removal: it was taken back already, or is too old.
    #[error("removal {0} cannot be taken back any more: it was taken back already, or is too long ago")]
    NoSuchRemoval(u32),
    /// No such interview.
    #[error("there is no interview {0}")]
    NoSuchInterview(InterviewId),
    /// Another interview goes on.
    #[error("an interview goes on in this project already: go on with it, or end it first")]
    InterviewOpen(InterviewId),
    /// The interview is over.
    #[error("interview {0} is over: begin another one")]
    InterviewOver(InterviewId),
    /// No such picture.
    #[error("there is no picture {0}")]
    NoSuchImage(u32),
    /// There is no room for another picture.
    #[error(
        "#{feature} has no room for another picture: a card has at most {on_a_card}, a project {} MiB in all; remove some first",
        bytes / 1024 / 1024
    )]
    TooManyImages {
        /// The card.
        feature: FeatureId,
        /// Pictures that a card may have.
        on_a_card: u32,
        /// Bytes that a project may have.
        bytes: u64,
    },
    /// No such project.
    #[error("there is no project {0}")]
    NoSuchProject(ProjectId),

    /// A card of a batch has no name.
    #[error("feature number {} of the list has no name: give it one", index + 1)]
    EmptyName {
        /// Its place in the batch, from 0.
        index: usize,
    },
    /// A card of a batch holds more than one may.
    #[error("feature number {} of the list cannot be used: {why}", index + 1)]
    TooMuch {
        /// Its place in the batch, from 0.
        index: usize,
        /// What is too much of it, and what to do.
        why: TooMuch,
    },
    /// A card depends on one that does not exist.
    #[error("{name:?} depends on #{dependency}, which does not exist")]
    UnknownDependency {
        /// The card that asked for it.
        name: String,
        /// What does not exist.
        dependency: FeatureId,
    },
    /// A card of a batch depends on a place beyond the end of the batch.
    #[error("{name:?} depends on number {index} of the list (counted from 0), which has only {len} entries")]
    UnknownIndex {
        /// The card that asked for it.
        name: String,
        /// The place it named.
        index: usize,
        /// Entries in the batch.
        len: usize,
    },
    /// A card names a parent that does not exist.
    #[error("{name:?} names #{parent} as its parent, which does not exist")]
    UnknownParent {
        /// The card that asked for it.
        name: String,
        /// What does not exist.
        parent: FeatureId,
    },
    /// Only fixes have parents.
    #[error(
        "{name:?} has #{parent} as its parent, but only a fix may have one: make it a fix, or leave the parent out"
    )]
    ParentOfNonFix {
        /// The card that asked for it.
        name: String,
        /// The parent it named.
        parent: FeatureId,
    },
    /// A card depends on itself.
    #[error("{name:?} cannot depend on itself")]
    SelfDependency {
        /// The card that asked for it.
        name: String,
    },
    /// The dependencies would close a circle. A bug or failing feature waits for its own fixes, so the circle may lead
    /// through a parent.
    #[error("{} cannot depend on {}: that would close the circle {path}", name(names, 0), name(names, 1))]
    Cycle {
        /// The card whose dependency closes it.
        feature: FeatureId,
        /// The dependency that closes it.
        dependency: FeatureId,
        /// The circle, by number.
        path: CyclePath,
        /// The same circle by name, for callers who do not know the numbers yet.
        names: Vec<String>,
    },

    /// Two cards that priority does not order.
    #[error(
        "#{feature} and #{beside} are not ordered by priority: bugs go before fixes, fixes before features, lower \
         layers before higher ones, and pinned cards before all. Change the layer, or pin it"
    )]
    OtherRank {
        /// The card that was to move.
        feature: FeatureId,
        /// The card it was to stand beside.
        beside: FeatureId,
    },

    /// Another session holds the card.
    #[error("#{feature} is already claimed by session {by}")]
    AlreadyClaimed {
        /// The card.
        feature: FeatureId,
        /// Who holds it.
        by: SessionId,
    },
    /// The session holds another card already; a session works on one at a time.
    #[error("session {session} already works on #{feature}: finish or release that one first")]
    HoldsAnother {
        /// The session.
        session: SessionId,
        /// What it holds.
        feature: FeatureId,
    },
    /// The card waits for others.
    #[error("#{feature} is not ready: it waits for {}", list(unmet))]
    NotReady {
        /// The card.
        feature: FeatureId,
        /// Dependencies that do not pass yet, or its own unfinished fixes.
        unmet: Vec<FeatureId>,
    },
    /// The card passes already.
    #[error("#{feature} already passes")]
    AlreadyPassing {
        /// The card.
        feature: FeatureId,
    },
    /// The card is parked, waits for a person, or (a bug) is being fixed.
    #[error("#{feature} cannot be claimed while it is {}", status.as_str())]
    NotClaimable {
        /// The card.
        feature: FeatureId,
        /// Where it stands.
        status: Status,
    },
    /// The status may not follow the present one.
    #[error("#{feature} cannot go from {} to {}", from.as_str(), to.as_str())]
    Unlawful {
        /// The card.
        feature: FeatureId,
        /// Where it stands.
        from: Status,
        /// What was asked for.
        to: Status,
    },
    /// Only a card that passes can stop passing.
    #[error("#{feature} does not pass (it is {}), so it cannot stop passing; what is wrong with the product is a bug: `harness bugs report`", status.as_str())]
    NotPassing {
        /// The card.
        feature: FeatureId,
        /// Where it stands.
        status: Status,
    },
    /// `in_progress` and `analyzing` are entered by a claim, which says who works on the card.
    #[error("#{feature} becomes {} by being claimed, not by setting its status", to.as_str())]
    NeedsClaim {
        /// The card.
        feature: FeatureId,
        /// What was asked for.
        to: Status,
    },
    /// `passing` and `resolved` are entered by proof: evidence, or fixes that pass.
    #[error("#{feature} becomes {} by proof, not by setting its status", to.as_str())]
    NeedsProof {
        /// The card.
        feature: FeatureId,
        /// What was asked for.
        to: Status,
    },
    /// The evidence does not exist, belongs to another card, or did not pass.
    #[error("evidence {evidence} does not show that #{feature} passes")]
    EvidenceRefused {
        /// The card.
        feature: FeatureId,
        /// The evidence that was offered.
        evidence: EvidenceId,
    },
    /// A bug cannot be resolved while some of its fixes do not pass.
    #[error("bug #{bug} still has fixes that do not pass: {}", list(open))]
    FixesOpen {
        /// The bug.
        bug: FeatureId,
        /// Its fixes that do not pass.
        open: Vec<FeatureId>,
    },
    /// A bug without fixes cannot be resolved.
    #[error("bug #{bug} has no fixes: create at least one with this bug as its parent")]
    NoFixes {
        /// The bug.
        bug: FeatureId,
    },
    /// A call that is about bugs was given something else.
    #[error("#{0} is not a bug")]
    NotABug(FeatureId),
    /// The run may not enter that state now.
    #[error(transparent)]
    UnlawfulRun(#[from] UnlawfulTransition),
    /// The run has ended already.
    #[error("run {0} has ended")]
    RunEnded(RunId),
    /// A session with that id exists.
    #[error("there is a session {0} already: every session needs an id of its own")]
    SessionExists(SessionId),
    /// The request was answered before.
    #[error("request {0} has been answered already")]
    AlreadyAnswered(RequestId),
    /// What the request was about is over.
    #[error("request {0} was withdrawn: what it was about is over, so there is nothing to answer")]
    RequestWithdrawn(RequestId),
    /// A question cannot be approved, nor a call be answered in words.
    #[error("request {request} is {}", what(*kind))]
    NotAsked {
        /// The request.
        request: RequestId,
        /// What it is.
        kind: RequestKind,
    },
    /// The text is not JSON.
    #[error("{what} is not valid JSON: {detail}")]
    NotJson {
        /// Which argument.
        what: &'static str,
        /// What the parser said.
        detail: String,
    },

    /// A project without a name.
    #[error("a project needs a name: give it one")]
    NoProjectName,
    /// Another project has that name.
    #[error("a project named {name:?} exists already: choose another name")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// The directory is registered already.
    #[error("{} is already registered as project {name:?}", path.display())]
    PathTaken {
        /// The directory.
        path: PathBuf,
        /// The project that has it.
        name: String,
    },
    /// The path cannot be stored or shown as text.
    #[error("{} is not valid Unicode: rename the directory", path.display())]
    PathNotText {
        /// The directory.
        path: PathBuf,
    },

    /// No such user.
    #[error("there is no user {0}")]
    NoSuchUser(UserId),
    /// No such device: it was signed out, or its time is over.
    #[error("device {0} is not signed in")]
    NoSuchDevice(DeviceId),
    /// No such token.
    #[error("there is no token {0}")]
    NoSuchToken(TokenId),
    /// Another user has that name.
    #[error("there is a user named {name:?} already: choose another name")]
    UserTaken {
        /// The name.
        name: String,
    },
    /// Nobody would be left who may let others in.
    #[error("this is the last admin: make another user an admin first")]
    LastAdmin,

    /// The ids of an import are in use here.
    #[error("these feature ids exist already: {}: import into a project without features", list(ids))]
    IdsTaken {
        /// The ids that are taken or repeated.
        ids: Vec<FeatureId>,
    },
    /// The file is a database, but not one of an older system.
    #[error("{} cannot be imported: {detail}", file.display())]
    NotImportable {
        /// The file.
        file: PathBuf,
        /// What is missing or wrong.
        detail: String,
    },
}

fn what(kind: RequestKind) -> &'static str {
    match kind {
        RequestKind::Approval => "about a call: approve or deny it with `harness approvals`",
        RequestKind::Question => "a question: answer it with `harness questions answer`",
    }
}

fn name(names: &[String], place: usize) -> String {
    format!("{:?}", names.get(place).or(names.first()).map_or("a card", String::as_str))
}

/// At most twenty ids, so that a message stays readable at 10,000 features.
fn list(ids: &[FeatureId]) -> String {
    const SHOWN: usize = 20;
    let mut words: Vec<String> = ids.iter().take(SHOWN).map(|id| format!("#{id}")).collect();
    if ids.len() > SHOWN {
        words.push(format!("and {} more", ids.len() - SHOWN));
    }
    words.join(", ")
}
