//! Runs: one agent session after another, until everything passes or something says stop.

mod approval;
pub mod bounds;
mod channel;
pub(crate) mod conduct;
mod facets;
#[cfg(unix)]
mod gate;
pub(crate) mod guard;
pub(crate) mod hold;
mod host;
pub(crate) mod kept;
pub(crate) mod launch;
mod one;
mod options;
mod outcome;
mod pace;
mod progress;
pub(crate) mod prompt;
#[cfg(unix)]
pub mod prove;
pub(crate) mod record;
mod recover;
mod run_loop;
mod shell;
pub(crate) mod standstill;
mod tree;
mod watch;

pub use bounds::Bounds;
pub(crate) use channel::SERVER_NAME;
pub use channel::{ToolChannel, ToolServer};
pub(crate) use conduct::{RESUME_RECORD, conduct_telling};
pub use conduct::{RunReport, conduct, request};
pub use facets::{facets_of, sort_rows};
pub(crate) use guard::Places;
pub use hold::admit_prompt;
pub(crate) use host::subject_of;
pub use options::{Before, Pace, RunControl, RunOptions};
pub use record::{CHECKPOINT_ROW, LOOP_ROW, REFUSAL_ROW};
pub(crate) use recover::HOST_ENDED;
pub use recover::{Recovered, recover};

use crate::{EngineError, OpenProject, redact};
use harness_domain::{
    event::Event,
    id::{FeatureId, RunId},
    lifecycle::State,
};

/// Moves a run to `state`, atomically with its trail, and tells the world. Staying put is no change.
pub(crate) fn enter_state(
    project: &OpenProject,
    run: RunId,
    state: State,
    feature: Option<FeatureId>,
    reason: &str,
) -> Result<(), EngineError> {
    let from = project.store.run(run)?.state;
    if from == state {
        return Ok(());
    }
    project.store.run_transition(run, state, feature, &redact::text(reason), project.app.clock.now_ms())?;
    project.publish(Event::RunStateChanged { run, from, to: state, feature });
    Ok(())
}

/// Does `work`, which may wait for the disk or for the database, on a thread that may.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(gone) => std::panic::resume_unwind(gone.into_panic()),
    }
}

/// What a commit of a rehearsal says besides: no model had a part in it.
pub(crate) fn rehearsal_trailer(
    project: &OpenProject,
    run: Option<RunId>,
) -> Result<Option<(String, String)>, EngineError> {
    let Some(run) = run else { return Ok(None) };
    Ok(project.store.run(run)?.rehearsal.map(|name| ("Rehearsal".into(), name)))
}

#[cfg(test)]
mod tests;
