//! Features, bugs and fixes: the cards of the board.

use crate::{
    id::{FeatureId, RunId, SessionId},
    layer::Layer,
};
use serde::{Deserialize, Serialize};
use specta::Type;

/// What sort of work a card stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something the specification asks for.
    Feature,
    /// A person's report that something is wrong. Solved by its fixes, never by itself.
    Bug,
    /// Work that mends its parent: a bug, or a feature that stopped passing.
    Fix,
    /// A change of appearance that a person asked for.
    Redesign,
}

/// Where a card stands. A card is in exactly one of these.
///
/// Features, fixes and redesigns use `Pending … Blocked`; bugs use `Open … Resolved`
/// and share `NeedsInput` and `Blocked`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waiting for its turn.
    Pending,
    /// Claimed by a session under a lease.
    InProgress,
    /// The host ran the checks and they passed; the evidence is stored.
    Passing,
    /// Passed once, then a later check failed. Its fixes bring it back.
    Failing,
    /// An agent asked a question that only a person can answer.
    NeedsInput,
    /// Parked after too many failed attempts; the diagnosis is on the card.
    Blocked,
    /// A bug nobody has looked at yet.
    Open,
    /// A bug an agent is reproducing, under a lease.
    Analyzing,
    /// A bug whose fixes exist and do not all pass yet.
    Fixing,
    /// A bug whose fixes all pass.
    Resolved,
}

/// The one word a list or an exit code needs, the same for features and bugs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// `Pending`, `Failing` and `Open`.
    Pending,
    /// `InProgress`, `Analyzing` and `Fixing`.
    InProgress,
    /// `Passing` and `Resolved`.
    Passing,
    /// A person has to answer first.
    NeedsInput,
    /// Parked.
    Blocked,
}

/// A claim of one session on one card. It ends by release, by expiry, or when its run is found dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Lease {
    /// The session that holds the card.
    pub session: SessionId,
    /// The run that session belongs to; none for an MCP client outside any run.
    pub run: Option<RunId>,
    /// UTC, in milliseconds since 1970. Renewed while the session lives.
    #[specta(type = f64)]
    pub expires_at_ms: i64,
}

/// A card as stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Feature {
    /// Its number within the project.
    pub id: FeatureId,
    /// What sort of work it is.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// Free text from the specification; the layer is derived from it unless given.
    pub category: String,
    /// A short title.
    pub name: String,
    /// What is to be built, or what is wrong.
    pub description: String,
    /// Acceptance steps, in order.
    pub steps: Vec<String>,
    /// Lower goes first within a layer.
    pub priority: i32,
    /// A person moved it to the front of the queue.
    pub is_pinned: bool,
    /// The architectural layer, which orders features before priority does.
    pub layer: Layer,
    /// Name of the specification it came from (`main` for `app_spec.txt`).
    pub source_spec: String,
    /// The bug or failing feature that this one mends.
    pub parent: Option<FeatureId>,
    /// Cards that must pass first. Ascending, without duplicates.
    pub dependencies: Vec<FeatureId>,
    /// Sessions that worked on it and ended without passing, since it was last made pending by a person.
    pub attempts: u32,
    /// The model a person chose for it, if not the run's.
    pub model: Option<String>,
    /// Commands that must succeed before it may pass, besides the project's own checks.
    pub checks: Vec<String>,
    /// Who works on it now.
    pub lease: Option<Lease>,
    /// Why it last failed, was parked, or waits: the diagnosis shown on the card.
    pub note: Option<String>,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub created_at_ms: i64,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub updated_at_ms: i64,
}

/// What is needed to create a card. Everything else follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct NewFeature {
    /// What sort of work it is.
    pub kind: Kind,
    /// Free text; decides the layer unless `layer` is given.
    pub category: String,
    /// A short title. Not empty.
    pub name: String,
    /// What is to be built, or what is wrong.
    pub description: String,
    /// Acceptance steps, in order.
    pub steps: Vec<String>,
    /// Appended after the last one when absent; bugs start at 0.
    pub priority: Option<i32>,
    /// Overrides the layer that the category implies.
    pub layer: Option<Layer>,
    /// Name of the specification it came from.
    pub source_spec: String,
    /// The bug or failing feature that this one mends.
    pub parent: Option<FeatureId>,
    /// Cards that must pass first.
    pub dependencies: Vec<FeatureId>,
    /// The model to use for it.
    pub model: Option<String>,
    /// Commands that must succeed before it may pass.
    pub checks: Vec<String>,
}

impl NewFeature {
    /// A feature with a name and nothing else; the caller fills in what it knows.
    pub fn named(name: impl Into<String>) -> Self {
        Self {
            kind: Kind::Feature,
            category: "functional".into(),
            name: name.into(),
            description: String::new(),
            steps: Vec::new(),
            priority: None,
            layer: None,
            source_spec: "main".into(),
            parent: None,
            dependencies: Vec::new(),
            model: None,
            checks: Vec::new(),
        }
    }
}

impl Status {
    /// Every status, in the order a board shows them.
    pub const ALL: [Status; 10] = [
        Status::Open,
        Status::Analyzing,
        Status::Fixing,
        Status::Pending,
        Status::InProgress,
        Status::Failing,
        Status::NeedsInput,
        Status::Blocked,
        Status::Passing,
        Status::Resolved,
    ];

    /// The word stored in the database and shown in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Pending => "pending",
            Status::InProgress => "in_progress",
            Status::Passing => "passing",
            Status::Failing => "failing",
            Status::NeedsInput => "needs_input",
            Status::Blocked => "blocked",
            Status::Open => "open",
            Status::Analyzing => "analyzing",
            Status::Fixing => "fixing",
            Status::Resolved => "resolved",
        }
    }

    /// The inverse of [`Status::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// The status a new card of this kind starts in.
    pub fn initial(kind: Kind) -> Self {
        if kind == Kind::Bug { Status::Open } else { Status::Pending }
    }

    /// The status without the difference between features and bugs.
    pub fn progress(self) -> Progress {
        match self {
            Status::Pending | Status::Failing | Status::Open => Progress::Pending,
            Status::InProgress | Status::Analyzing | Status::Fixing => Progress::InProgress,
            Status::Passing | Status::Resolved => Progress::Passing,
            Status::NeedsInput => Progress::NeedsInput,
            Status::Blocked => Progress::Blocked,
        }
    }

    /// Whether nothing more has to be done for the card.
    pub fn is_done(self) -> bool {
        self.progress() == Progress::Passing
    }

    /// Whether a card of `kind` may go from this status to `to`. Staying put is not a change and not lawful.
    pub fn may_become(self, kind: Kind, to: Status) -> bool {
        use Status::*;
        if kind == Kind::Bug {
            matches!(
                (self, to),
                (Open, Analyzing | Fixing | NeedsInput | Blocked)
                    | (Analyzing, Open | Fixing | NeedsInput | Blocked)
                    | (Fixing, Resolved | Open | NeedsInput | Blocked)
                    | (Resolved, Open | Fixing)
                    | (NeedsInput | Blocked, Open | Fixing)
            )
        } else {
            matches!(
                (self, to),
                (Pending, InProgress | NeedsInput | Blocked)
                    | (InProgress, Passing | Pending | Failing | NeedsInput | Blocked)
                    | (Passing, Failing | Pending)
                    | (Failing, InProgress | Passing | Pending | NeedsInput | Blocked)
                    | (NeedsInput | Blocked, Pending)
            )
        }
    }
}

impl Kind {
    /// The word stored in the database and shown in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Feature => "feature",
            Kind::Bug => "bug",
            Kind::Fix => "fix",
            Kind::Redesign => "redesign",
        }
    }

    /// The inverse of [`Kind::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        [Kind::Feature, Kind::Bug, Kind::Fix, Kind::Redesign].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// Who changed something, for the audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A person at the command line or in the user interface.
    Person,
    /// An agent's session, through a tool.
    Agent(SessionId),
    /// The host itself: recovery, automatic resolution, the evidence gate.
    Host,
}

impl Actor {
    /// `person`, `host`, or the session's id.
    pub fn as_str(&self) -> &str {
        match self {
            Actor::Person => "person",
            Actor::Agent(session) => &session.0,
            Actor::Host => "host",
        }
    }
}

/// One line of a card's audit trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct StatusChange {
    /// Which card.
    pub feature: FeatureId,
    /// The status before; none when the card was created.
    pub from: Option<Status>,
    /// The status after.
    pub to: Status,
    /// `person`, `host`, or a session's id.
    pub actor: String,
    /// In words.
    pub reason: String,
    /// The run it happened in, if any.
    pub run: Option<RunId>,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub at_ms: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Kind; 4] = [Kind::Feature, Kind::Bug, Kind::Fix, Kind::Redesign];

    /// Every lawful change of a bug, and of everything else, written out a second time.
    const BUG: &str = "open: analyzing fixing needs_input blocked
        analyzing: open fixing needs_input blocked
        fixing: resolved open needs_input blocked
        resolved: open fixing
        needs_input: open fixing
        blocked: open fixing";
    const OTHERS: &str = "pending: in_progress needs_input blocked
        in_progress: passing pending failing needs_input blocked
        passing: failing pending
        failing: in_progress passing pending needs_input blocked
        needs_input: pending
        blocked: pending";

    fn is_lawful(table: &str, from: Status, to: Status) -> bool {
        let mut rows = table.lines().filter_map(|line| line.trim().split_once(": "));
        rows.any(|(row, next)| row == from.as_str() && next.split(' ').any(|word| word == to.as_str()))
    }

    #[test]
    fn exactly_the_lawful_changes_of_status_are_allowed() {
        for kind in KINDS {
            let table = if kind == Kind::Bug { BUG } else { OTHERS };
            for from in Status::ALL {
                for to in Status::ALL {
                    let expected = is_lawful(table, from, to);
                    let told = format!("{} from {} to {}", kind.as_str(), from.as_str(), to.as_str());
                    assert_eq!(from.may_become(kind, to), expected, "{told}");
                }
            }
        }
    }

    #[test]
    fn no_card_can_get_stuck_and_none_leaves_the_statuses_of_its_kind() {
        for kind in KINDS {
            let mut reached = vec![Status::initial(kind)];
            let mut position = 0;
            while let Some(from) = reached.get(position).copied() {
                reached.extend(Status::ALL.into_iter().filter(|to| from.may_become(kind, *to)));
                let mut seen = std::collections::HashSet::new();
                reached.retain(|status| seen.insert(*status));
                position += 1;
            }
            assert_eq!(reached.len(), 6, "a {} has six statuses: {reached:?}", kind.as_str());
            for status in reached {
                let can_go_on = Status::ALL.into_iter().any(|to| status.may_become(kind, to));
                assert!(can_go_on, "a {} that is {} can still change", kind.as_str(), status.as_str());
            }
        }
    }

    #[test]
    fn a_bug_is_resolved_only_from_fixing_and_nothing_else_ever_is() {
        for from in Status::ALL {
            let may = from.may_become(Kind::Bug, Status::Resolved);
            assert_eq!(may, from == Status::Fixing, "from {}", from.as_str());
            assert!(!from.may_become(Kind::Feature, Status::Resolved) && !from.may_become(Kind::Bug, Status::Passing));
        }
    }

    #[test]
    fn every_status_and_kind_is_found_by_its_word_and_its_word_is_its_json() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(status));
            assert_eq!(serde_json::to_value(status).expect("a word"), status.as_str());
        }
        for kind in KINDS {
            assert_eq!(Kind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_value(kind).expect("a word"), kind.as_str());
        }
        assert_eq!((Status::parse("done"), Kind::parse("task")), (None, None));
    }

    #[test]
    fn only_passing_and_resolved_cards_are_done() {
        let done: Vec<Status> = Status::ALL.into_iter().filter(|status| status.is_done()).collect();
        assert_eq!(done, [Status::Passing, Status::Resolved]);
    }

    #[test]
    fn new_bugs_are_open_and_everything_else_is_pending() {
        for kind in KINDS {
            let expected = if kind == Kind::Bug { Status::Open } else { Status::Pending };
            assert_eq!(Status::initial(kind), expected, "a new {}", kind.as_str());
        }
    }

    #[test]
    fn the_audit_trail_names_a_session_by_its_id() {
        assert_eq!(Actor::Agent(SessionId("8f0c".into())).as_str(), "8f0c");
        assert_eq!((Actor::Person.as_str(), Actor::Host.as_str()), ("person", "host"));
    }
}
