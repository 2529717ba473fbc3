//! One host at a time may run agents in a data directory; a second one is told who does.

use crate::{clock::Clock, error::EngineError, home::Home};
use serde::{Deserialize, Serialize};
use std::{
    fs::{File, TryLockError},
    path::PathBuf,
};

/// Locked by whoever runs agents.
const LOCK: &str = "instance.lock";
/// Says for people who that is.
const WORDS: &str = "instance.json";

/// Held while this process runs agents. Released when dropped, and by the operating system when the process dies.
#[derive(Debug)]
pub struct Instance {
    /// Locked; the lock is the truth, the words beside it are for people.
    _lock: File,
    words: PathBuf,
}

/// Who holds a data directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// UTC, in milliseconds since 1970.
    pub since_ms: i64,
    /// What it was doing, such as `run /home/ada/todo`.
    pub activity: String,
}

impl Instance {
    /// Takes the data directory for this process.
    ///
    /// Fails with `EngineError::HeldByAnother` when another live process has it.
    pub fn take(home: &Home, activity: &str, clock: &dyn Clock) -> Result<Self, EngineError> {
        let words = home.root().join(WORDS);
        let failed =
            |source: std::io::Error| EngineError::Home { path: home.root().into(), detail: source.to_string() };
        let lock =
            File::options().create(true).truncate(false).write(true).open(home.root().join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(EngineError::HeldByAnother { home: home.root().into(), holder: words_of(home) });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        let holder = Holder { pid: std::process::id(), since_ms: clock.now_ms(), activity: activity.into() };
        std::fs::write(&words, serde_json::to_vec(&holder).unwrap_or_default()).map_err(failed)?;
        Ok(Self { _lock: lock, words })
    }
}

/// Who has the data directory now, if anybody does; `Some(None)` when they left no words. Makes nothing and takes nothing
/// that another process would miss.
///
/// Fails with `EngineError::Home` when the lock cannot be asked.
pub fn holder(home: &Home) -> Result<Option<Option<Holder>>, EngineError> {
    let failed = |source: std::io::Error| EngineError::Home { path: home.root().into(), detail: source.to_string() };
    let lock = match File::open(home.root().join(LOCK)) {
        Ok(lock) => lock,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    match lock.try_lock_shared() {
        Ok(()) => Ok(None),
        Err(TryLockError::WouldBlock) => Ok(Some(words_of(home))),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}

fn words_of(home: &Home) -> Option<Holder> {
    std::fs::read(home.root().join(WORDS)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok())
}

impl Drop for Instance {
    fn drop(&mut self) {
        // Only a hint for people: a stale one is harmless because the lock is asked first.
        let _ = std::fs::remove_file(&self.words);
    }
}
