//! Typed ids, so that a feature's number can never be passed where a run's is meant.

use serde::{Deserialize, Serialize};
use specta::Type;
use std::fmt;

macro_rules! numeric_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

numeric_id!(
    /// A feature, bug, fix or redesign within one project. Never reused, and kept by an import.
    FeatureId
);
numeric_id!(
    /// A project in this data directory's registry.
    ProjectId
);
numeric_id!(
    /// One run of the loop over one project: from start to stop, over any number of sessions.
    RunId
);
numeric_id!(
    /// One proof that a feature's checks were run by the host.
    EvidenceId
);
numeric_id!(
    /// One thing that waits for a person's word: an approval or an answer.
    RequestId
);
numeric_id!(
    /// One saved state of a project's tree and database.
    CheckpointId
);
numeric_id!(
    /// A person who can sign in. Never reused.
    UserId
);
numeric_id!(
    /// A signed-in browser or program with a session of its own. Never reused.
    DeviceId
);
numeric_id!(
    /// A key for a script. Never reused.
    TokenId
);
numeric_id!(
    /// One interview in which a specification is worked out.
    InterviewId
);

impl ProjectId {
    /// No single project: all of them, or the product itself. Never given out.
    pub const ALL: ProjectId = ProjectId(0);
}

/// One session of the Claude CLI: a UUID that the host chooses and the CLI is started with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Type)]
#[serde(transparent)]
pub struct SessionId(pub String);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
