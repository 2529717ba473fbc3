//! Why a checkpoint was made, and which ones are kept.

use crate::id::CheckpointId;
use serde::{Deserialize, Serialize};
use specta::Type;

/// Why a checkpoint was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum CheckpointKind {
    /// A person asked for it.
    Manual,
    /// A session was about to start.
    BeforeSession,
    /// A card was just proven to pass.
    AfterPass,
    /// A checkpoint was about to be restored; what `undo` goes back to.
    BeforeRestore,
}

impl CheckpointKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Manual, Self::BeforeSession, Self::AfterPass, Self::BeforeRestore];

    /// As it is stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::BeforeSession => "before_session",
            Self::AfterPass => "after_pass",
            Self::BeforeRestore => "before_restore",
        }
    }

    /// The kind that is stored as `text`.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// Whether the host made it by itself.
    pub const fn is_automatic(self) -> bool {
        !matches!(self, Self::Manual)
    }
}

/// How many checkpoints are kept, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// Checkpoints that are not pinned, at most.
    pub most: usize,
    /// Automatic checkpoints older than this go, in days; none keeps them whatever their age.
    pub days: Option<u32>,
}

impl Default for Retention {
    fn default() -> Self {
        Self { most: 20, days: Some(30) }
    }
}

/// What retention looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// The checkpoint. A larger number is a later one.
    pub id: CheckpointId,
    /// Why it was made.
    pub kind: CheckpointKind,
    /// Pinned ones never go by themselves, and are not counted.
    pub is_pinned: bool,
    /// UTC, in milliseconds since 1970.
    pub created_at_ms: i64,
}

/// The checkpoints that go: automatic ones that are too old, then the oldest automatic ones above the number, then the
/// oldest manual ones. The newest automatic one and the newest one to undo a restore with stay whatever their age.
pub fn outdated(checkpoints: &[Kept], rule: Retention, now_ms: i64) -> Vec<CheckpointId> {
    let mut loose: Vec<Kept> = checkpoints.iter().copied().filter(|kept| !kept.is_pinned).collect();
    loose.sort_by_key(|kept| kept.id);
    let newest = loose.iter().rposition(|kept| kept.kind.is_automatic()).map(|at| loose[at].id);
    let to_undo = loose.iter().rposition(|kept| kept.kind == CheckpointKind::BeforeRestore).map(|at| loose[at].id);
    let may_go = |kept: &Kept| Some(kept.id) != newest && Some(kept.id) != to_undo;
    let mut gone = Vec::new();
    if let Some(days) = rule.days {
        let oldest_ms = now_ms.saturating_sub(i64::from(days) * 24 * 60 * 60 * 1000);
        let is_old = |kept: &Kept| kept.kind.is_automatic() && kept.created_at_ms < oldest_ms && may_go(kept);
        gone.extend(loose.iter().filter(|kept| is_old(kept)).map(|kept| kept.id));
        loose.retain(|kept| !is_old(kept));
    }
    let excess = loose.len().saturating_sub(rule.most.max(2));
    let automatic = loose.iter().filter(|kept| kept.kind.is_automatic() && may_go(kept));
    let manual = loose.iter().filter(|kept| !kept.kind.is_automatic());
    gone.extend(automatic.chain(manual).take(excess).map(|kept| kept.id));
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: i64 = 24 * 60 * 60 * 1000;

    fn kept(id: u32, kind: CheckpointKind, day: i64) -> Kept {
        Kept { id: CheckpointId(id), kind, is_pinned: false, created_at_ms: day * DAY_MS }
    }

    fn ids(list: &[CheckpointId]) -> Vec<u32> {
        list.iter().map(|id| id.0).collect()
    }

    #[test]
    fn automatic_checkpoints_go_before_those_that_a_person_made() {
        let mut list: Vec<Kept> = (1..=5).map(|id| kept(id, CheckpointKind::Manual, 0)).collect();
        list.extend((6..=9).map(|id| kept(id, CheckpointKind::AfterPass, 0)));
        let gone = outdated(&list, Retention { most: 6, days: None }, 0);
        assert_eq!(ids(&gone), [6, 7, 8], "the oldest automatic ones, but not the newest of them");
        let gone = outdated(&list, Retention { most: 3, days: None }, 0);
        assert_eq!(ids(&gone), [6, 7, 8, 1, 2, 3], "then the oldest manual ones");
    }

    #[test]
    fn pinned_checkpoints_stay_and_do_not_use_up_the_number() {
        let mut list: Vec<Kept> = (1..=4).map(|id| kept(id, CheckpointKind::BeforeSession, 0)).collect();
        list[0].is_pinned = true;
        assert_eq!(ids(&outdated(&list, Retention { most: 3, days: None }, 0)), [] as [u32; 0]);
        assert_eq!(ids(&outdated(&list, Retention { most: 2, days: None }, 1000 * DAY_MS)), [2]);
    }

    #[test]
    fn old_automatic_checkpoints_go_but_never_the_last_one_nor_the_one_to_undo_with() {
        let list = [
            kept(1, CheckpointKind::Manual, 0),
            kept(2, CheckpointKind::BeforeSession, 0),
            kept(3, CheckpointKind::BeforeRestore, 0),
            kept(4, CheckpointKind::BeforeSession, 0),
            kept(5, CheckpointKind::AfterPass, 0),
        ];
        let gone = outdated(&list, Retention::default(), 100 * DAY_MS);
        assert_eq!(ids(&gone), [2, 4], "3 undoes the last restore, 5 is the newest, 1 is a person's");
    }
}
