//! The project's git repository: what was there is kept, what the agent made is committed, nothing is ever lost.
//!
//! Everything here works through libgit2 and starts no program: hooks, clean and smudge filters, text conversions,
//! signing programs, credential programs and file-system monitors named in a repository's configuration are never run,
//! because an agent can write that configuration. What follows from it: commits are not signed, and files that need a
//! filter program (Git LFS, git-crypt) are left as they are and reported, since storing their raw content would spoil them.
//!
//! The functions are synchronous and may read every file of the project: call them on a thread that may block.
//! Times are UTC in milliseconds since 1970, object ids are 40 hexadecimal digits, paths are relative to the project with
//! forward slashes; a name that is not UTF-8 is handled exactly and shown with replacement characters.

mod aside;
mod commit;
mod committed;
mod diff;
mod error;
mod files;
mod handle;
mod looker;
mod message;
mod moment;
mod obeyed;
mod path;
mod pipes;
mod prepare;
mod repository;
mod restore;
pub mod review;
mod secret;
mod snapshot;
mod stage;
mod status;
mod swap;
mod test_changes;
mod test_marks;
mod tree;
pub(crate) mod vault;

#[cfg(test)]
mod tests;

pub use aside::{Aside, waiting_asides};
pub use commit::{CommitRequest, Committed, LeftOut, MAX_FILE_BYTES, WhyLeftOut, commit_all, commit_checked};
pub use committed::{
    CommittedSecret, LeakedSecret, Tips, committed_secrets, secrets_since, secrets_since_commit, tips,
};
pub use diff::{CommitLine, DiffSummary, commits_for, commits_since, diff_summary};
pub use error::GitError;
pub use moment::{Moment, Since, moment};
pub use obeyed::{Obeyed, obeyed};
pub use pipes::refuse_pipes;
pub use prepare::{Prepare, Prepared, Uncommitted, init, prepare};
pub(crate) use repository::wait_until;
pub use repository::{head, identity, is_clean};
pub use restore::{Restored, restore_aside};
pub use snapshot::{Discarded, Snapshot, discard_to_head, snapshot};
pub use test_changes::{NewlySkipped, TestChanges, WeakenedTest, test_changes};
pub use vault::{FileChange, How};
