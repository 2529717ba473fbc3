//! Who may come in from another device. Every secret is handed in and kept as a hash.

mod device;
mod invitation;
mod token;
mod user;

pub use device::{NewDevice, Opened, RefreshTerms, Rotation};
pub use invitation::{Invitation, Purpose};
pub use token::NewToken;
pub use user::{NewUser, Password, Scheme, UserEdit};

use crate::{database::Step, row::word};
use harness_domain::account::UserRole;
use rusqlite::Row;

/// What is kept of a secret: its SHA-256.
pub type SecretHash = [u8; 32];

/// A role in a row.
fn role(row: &Row<'_>, column: &str) -> Step<UserRole> {
    word(row, column, "a role", UserRole::parse)
}
