//! Who may come in from another device: users, their devices, tokens for scripts, pairing, and the first user's link.
//!
//! Every rule is here; what a request carries and how it is carried is the server's business.

mod hashing;
mod invitations;
mod secret;
mod sessions;
mod tokens;
mod users;

#[cfg(test)]
mod tests;

pub use invitations::{PAIRING_LIFE, SETUP_LIFE};
pub use secret::Issued;
pub use sessions::{Comer, Renewed, SESSION_LIFE, SignedIn};
pub use tokens::TokenWish;
pub use users::name_key;

use crate::{App, bus::Bus, clock::Clock, error::EngineError};
use harness_domain::{event::Event, id::ProjectId};
use harness_store::AppStore;
use hashing::Hashing;
use std::sync::Arc;
use thiserror::Error;

/// The accounts of one data directory. Cheap to clone; clones share the limit on hashing.
#[derive(Clone)]
pub struct Accounts {
    store: AppStore,
    bus: Bus,
    clock: Arc<dyn Clock>,
    hashing: Hashing,
}

/// Why somebody was not let in, or not made.
#[derive(Debug, Error)]
pub enum AccountError {
    /// The name cannot be a user's.
    #[error("{0}: choose another one")]
    BadName(&'static str),
    /// The password is too weak.
    #[error("{0}: choose another one, such as four words that have nothing to do with each other")]
    WeakPassword(String),
    /// Name and password do not belong together; which of them is wrong is not told.
    #[error("the name or the password is wrong")]
    WrongLogin,
    /// The present password was not given.
    #[error("that is not the present password")]
    WrongPassword,
    /// There are users, so there is no first one to make.
    #[error("there is a user already: sign in, or let an admin add you")]
    AlreadySetUp,
    /// The link was used, is too old, or never was one.
    #[error(
        "this link does not work any more: it works once, for 30 minutes. Start `harness serve` again for another one, or use `harness user add`"
    )]
    DeadLink,
    /// The code was used, is too old, or never was one.
    #[error("this code does not work (any more): it works once, for five minutes. Ask for another one")]
    DeadCode,
    /// The session is over.
    #[error("you are signed out: sign in again")]
    SignedOut,
    /// One cannot remove oneself.
    #[error("you cannot remove yourself: let another admin do it")]
    Yourself,
    /// A hash of the older system that is none.
    #[error("what is stored for {name:?} is no bcrypt hash that can be taken over: add the user anew")]
    NotImportable {
        /// Whose.
        name: String,
    },
    /// A token's time is out of the question.
    #[error("a token works for 1 to 3650 days, or without end when no number is given")]
    BadDays,
    /// A token for some projects that may do everything.
    #[error("a token for some projects only can be viewer or operator: an admin decides about all of them")]
    ScopedAdmin,
    /// Too many sign in at once.
    #[error("too many people sign in at this moment: try again in a few seconds")]
    TooManySignIns,
    /// The hashing itself failed.
    #[error("the password could not be hashed: {0}")]
    Hashing(String),
}

impl Accounts {
    /// The accounts in the data directory of `app`.
    pub fn of(app: &App) -> Self {
        Self { store: app.store.clone(), bus: app.bus.clone(), clock: app.clock.clone(), hashing: Hashing::new() }
    }

    /// How many password hashes were computed so far: the work that sign-ins cause.
    pub fn hashes_computed(&self) -> u64 {
        self.hashing.done()
    }

    fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    /// Tells whoever shows accounts, and whoever holds a connection open for somebody who may be out now.
    fn changed(&self) {
        self.bus.publish(ProjectId::ALL, Event::AccountsChanged {});
    }
}

/// A result of this module.
pub(crate) type Result<T> = std::result::Result<T, EngineError>;

fn ms(duration: std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
