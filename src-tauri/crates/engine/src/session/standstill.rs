//! Keeps a project's agents still while the host works on its files and its repository.
//!
//! The host looks whether a path is safe, and uses it a moment later; whatever an agent left running could change it in
//! between. So nothing of a session runs meanwhile, the CLI included. It is a matter of milliseconds, and nothing that
//! an agent waits for: the CLI is waiting for the host's answer.

use crate::{EngineError, OpenProject, git, verify};
use harness_agent::process::{self, Frozen, NotFrozen};
use harness_domain::run::ProcessIdentity;
use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
    time::Duration,
};
use uuid::Uuid;

/// How long to wait for another process that keeps the same agents still.
const PATIENCE: Duration = Duration::from_secs(30);

/// While this is held, no process of the project's sessions runs. They go on when the last holder drops it.
#[derive(Debug)]
pub(crate) struct Standstill {
    frozen: Mutex<Vec<Frozen>>,
    /// Let go after the processes go on: two hosts that stop the same ones must not wake each other's.
    _lock: Option<File>,
}

impl Standstill {
    /// Fails when something of the sessions has run all the same: it had the kernel wake it.
    pub fn prove(&self) -> Result<(), NotFrozen> {
        let frozen = self.frozen.lock().unwrap_or_else(PoisonError::into_inner);
        let left = frozen.iter().filter(|frozen| !frozen.is_unbroken()).count();
        if left == 0 { Ok(()) } else { Err(NotFrozen { left }) }
    }
}

/// Stops everything that sessions of `project` run, or joins in when that is so already. Costs nothing when no session
/// lives. Blocks: usually for some milliseconds.
///
/// Fails with `NotStill` when it cannot be had, and with `Refused` when another process takes too long.
pub(crate) fn stand_still(project: &OpenProject) -> Result<Arc<Standstill>, EngineError> {
    let living = living(project)?;
    if living.is_empty() {
        return Ok(Arc::new(Standstill { frozen: Mutex::default(), _lock: None }));
    }
    let path = project.app.home.project(project.project.id).join("standstill.lock");
    let place = place(&path);
    let mut held = place.lock().unwrap_or_else(PoisonError::into_inner);
    let standstill = match held.upgrade() {
        Some(standstill) => standstill,
        None => Arc::new(Standstill { frozen: Mutex::default(), _lock: Some(lock(&path)?) }),
    };
    for (process, session) in living {
        // What stands already is stopped by nobody twice, so that it goes on with the last one that holds it.
        let frozen = process::freeze(process, session)?;
        standstill.frozen.lock().unwrap_or_else(PoisonError::into_inner).push(frozen);
    }
    *held = Arc::downgrade(&standstill);
    Ok(standstill)
}

/// Does `work`, which blocks, on a thread that may, while everything of the project's sessions stands still.
pub(crate) async fn while_still<T: Send + 'static>(
    project: &OpenProject,
    work: impl FnOnce() -> Result<T, EngineError> + Send + 'static,
) -> Result<T, EngineError> {
    let project = project.clone();
    verify::blocking(move || {
        Ok((|| {
            let standstill = stand_still(&project)?;
            let done = work()?;
            standstill.prove()?;
            Ok(done)
        })())
    })
    .await?
}

/// The processes of sessions that have not ended.
fn living(project: &OpenProject) -> Result<Vec<(ProcessIdentity, Uuid)>, EngineError> {
    let mut living = Vec::new();
    for unfinished in project.store.runs_unfinished()? {
        let sessions = project.store.sessions_of(unfinished.run.id)?;
        living.extend(sessions.into_iter().filter(|session| session.outcome.is_none()).filter_map(|session| {
            let process = session.process.filter(|process| process::is_alive(*process))?;
            Some((process, Uuid::parse_str(&session.id.0).ok()?))
        }));
    }
    Ok(living)
}

/// What this process holds at `path`.
fn place(path: &Path) -> Arc<Mutex<Weak<Standstill>>> {
    type Places = Mutex<HashMap<PathBuf, Arc<Mutex<Weak<Standstill>>>>>;
    static PLACES: OnceLock<Places> = OnceLock::new();
    let mut places = PLACES.get_or_init(Places::default).lock().unwrap_or_else(PoisonError::into_inner);
    places.entry(path.to_owned()).or_default().clone()
}

fn lock(path: &Path) -> Result<File, EngineError> {
    let failed = |source| EngineError::File { path: path.to_owned(), action: "locked", source };
    let file = File::options().create(true).truncate(false).write(true).open(path).map_err(failed)?;
    if !git::wait_until(PATIENCE, || file.try_lock().is_ok()) {
        return Err(EngineError::Refused(
            "another process keeps this project's agents still; try again when it is done".into(),
        ));
    }
    Ok(file)
}
