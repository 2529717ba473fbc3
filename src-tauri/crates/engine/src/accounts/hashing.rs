//! Hashing passwords: slow on purpose, so never on a thread that serves others, and never many at once.

use super::AccountError;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use harness_store::account::{Password, Scheme};
use secrecy::{ExposeSecret, SecretString};
use std::sync::{
    Arc,
    atomic::{AtomicU64, AtomicUsize, Ordering},
};
use tokio::sync::Semaphore;

/// Hashes computed at the same time: each takes 19 MiB and a processor for a moment.
const AT_ONCE: usize = 2;
/// How many may wait for their turn; whoever comes then is told to come again.
const WAITING: usize = 32;
/// OWASP's parameters for Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// What an unknown user's password is compared with. Nobody has a password for these.
const NOBODY_ARGON2: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5J3Mgc2FsdCE$Hq0vNYk8mSgZ7Xb2cV5tRw1uJd9fLp3aEoKiGyT6xQs";
const NOBODY_BCRYPT: &str = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW";
/// The dearest imported hash that is computed: each step doubles the work.
const DEAREST_BCRYPT: u32 = 14;

/// Computes hashes, a few at a time. Cheap to clone; clones share the limit.
#[derive(Debug, Clone)]
pub(super) struct Hashing {
    turns: Arc<Semaphore>,
    asking: Arc<AtomicUsize>,
    done: Arc<AtomicU64>,
}

/// What a sign-in is checked against.
pub(super) struct Expected {
    /// None for a user that does not exist.
    pub password: Option<Password>,
    /// Whether anybody's hash is still the older system's: then everybody's sign-in costs one of those too, so that the
    /// time it takes says nothing about whether a user exists.
    pub has_imported: bool,
}

/// One fewer asks.
struct Asking(Arc<AtomicUsize>);

impl Drop for Asking {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Hashing {
    pub fn new() -> Self {
        Self { turns: Arc::new(Semaphore::new(AT_ONCE)), asking: Arc::default(), done: Arc::default() }
    }

    /// Hashes computed so far.
    pub fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }

    /// The hash of a new password.
    pub async fn hash(&self, password: SecretString) -> Result<Password, AccountError> {
        self.in_turn(move |done| {
            done.fetch_add(1, Ordering::Relaxed);
            let hash = argon2()?.hash_password(password.expose_secret().as_bytes());
            let hash = hash.map_err(|error| AccountError::Hashing(error.to_string()))?;
            Ok(Password { scheme: Scheme::Argon2id, hash: hash.to_string() })
        })
        .await
    }

    /// Whether it is that password. The same work is done whether or not there is such a user.
    pub async fn verify(&self, password: SecretString, expected: Expected) -> Result<bool, AccountError> {
        self.in_turn(move |done| {
            let (mut argon, mut bcrypt, is_known) = (NOBODY_ARGON2, NOBODY_BCRYPT, expected.password.is_some());
            let mut is_bcrypt = false;
            if let Some(known) = &expected.password {
                match known.scheme {
                    Scheme::Argon2id => argon = &known.hash,
                    Scheme::Bcrypt => (bcrypt, is_bcrypt) = (&known.hash, true),
                }
            }
            done.fetch_add(1, Ordering::Relaxed);
            let stored = PasswordHash::new(argon).map_err(|error| AccountError::Hashing(error.to_string()))?;
            let mut is_right = argon2()?.verify_password(password.expose_secret().as_bytes(), &stored).is_ok();
            if expected.has_imported || is_bcrypt {
                done.fetch_add(1, Ordering::Relaxed);
                // What cannot be read is nobody's password.
                let is_same = bcrypt::verify(password.expose_secret(), bcrypt).unwrap_or(false);
                is_right = if is_bcrypt { is_same } else { is_right };
            }
            Ok(is_right && is_known)
        })
        .await
    }

    /// Waits for a turn and computes on a thread that may be busy.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&AtomicU64) -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, AccountError> {
        let asking = Asking(self.asking.clone());
        if self.asking.fetch_add(1, Ordering::Relaxed) >= AT_ONCE + WAITING {
            return Err(AccountError::TooManySignIns);
        }
        let failed = |error: &dyn std::fmt::Display| AccountError::Hashing(error.to_string());
        let turn = self.turns.clone().acquire_owned().await.map_err(|error| failed(&error))?;
        let done = self.done.clone();
        let computed = tokio::task::spawn_blocking(move || {
            // Held until the work is over, also when nobody waits for it any more.
            let _held = (turn, asking);
            work(&done)
        });
        computed.await.map_err(|error| failed(&error))?
    }
}

fn argon2() -> Result<Argon2<'static>, AccountError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None);
    let params = params.map_err(|error| AccountError::Hashing(error.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Reads a hash of the older system. None when it is no bcrypt hash, or one that takes too long to check.
pub(super) fn imported(hash: &str) -> Option<Password> {
    let parts: bcrypt::HashParts = hash.parse().ok()?;
    let is_fine = (4..=DEAREST_BCRYPT).contains(&parts.get_cost()) && hash.len() == 60;
    is_fine.then(|| Password { scheme: Scheme::Bcrypt, hash: hash.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(password: Option<&Password>, has_imported: bool) -> Expected {
        Expected { password: password.cloned(), has_imported }
    }

    #[tokio::test]
    async fn a_password_is_recognised_and_its_hash_says_with_what_it_was_made() {
        let hashing = Hashing::new();
        let kept = hashing.hash("korrekt Pferd Batterie".into()).await.expect("a hash");
        assert!(kept.hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "OWASP's parameters: {}", kept.hash);
        assert!(hashing.verify("korrekt Pferd Batterie".into(), expected(Some(&kept), false)).await.expect("checked"));
        assert!(!hashing.verify("korrekt Pferd batterie".into(), expected(Some(&kept), false)).await.expect("checked"));
        let again = hashing.hash("korrekt Pferd Batterie".into()).await.expect("a hash");
        assert_ne!(kept.hash, again.hash, "each has a salt of its own");
        assert!(!format!("{kept:?}").contains(&kept.hash), "a log that prints everything does not print it");
    }

    #[tokio::test]
    async fn an_unknown_user_costs_what_a_known_one_costs() {
        let hashing = Hashing::new();
        let (new, old) = (
            hashing.hash("korrekt Pferd Batterie".into()).await.expect("a hash"),
            imported(&bcrypt::hash("korrekt Pferd Batterie", 4).expect("a hash")).expect("an imported one"),
        );
        for has_imported in [false, true] {
            let mut costs = Vec::new();
            for known in [None, Some(&new), Some(&old)] {
                if known == Some(&old) && !has_imported {
                    continue;
                }
                let before = hashing.done();
                let is_right = hashing.verify("wrong".into(), expected(known, has_imported)).await.expect("checked");
                assert!(!is_right, "nobody's password is that");
                costs.push(hashing.done() - before);
            }
            costs.dedup();
            assert_eq!(costs.len(), 1, "as many hashes for anyone, imported ones about: {has_imported}");
        }
        // The dummies are real hashes: one that cannot be read would cost nothing.
        assert!(PasswordHash::new(NOBODY_ARGON2).is_ok() && imported(NOBODY_BCRYPT).is_some());
        assert!(
            argon2()
                .expect("parameters")
                .verify_password(b"", &PasswordHash::new(NOBODY_ARGON2).expect("a hash"))
                .is_err()
        );
    }

    #[test]
    fn a_hash_that_would_take_minutes_is_not_imported() {
        assert!(imported("$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW").is_some());
        for hash in ["$2b$31$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW", "admin", "", "$1$x$y"] {
            assert!(imported(hash).is_none(), "{hash} is refused");
        }
    }

    #[tokio::test]
    async fn whoever_comes_when_too_many_wait_is_told_so() {
        let hashing = Hashing::new();
        let held = hashing.turns.clone().acquire_many_owned(AT_ONCE as u32).await.expect("every turn");
        let mut waiting: Vec<_> =
            (0..AT_ONCE + WAITING).map(|_| Box::pin(hashing.hash("korrekt Pferd Batterie".into()))).collect();
        for wait in &mut waiting {
            assert!(futures::poll!(wait).is_pending(), "it has its place in the queue");
        }
        let refused = hashing.hash("korrekt Pferd Batterie".into()).await;
        assert!(matches!(refused, Err(AccountError::TooManySignIns)), "memory and time are bounded");
        drop((waiting, held));
        assert!(hashing.hash("korrekt Pferd Batterie".into()).await.is_ok(), "whoever left made room");
    }
}
