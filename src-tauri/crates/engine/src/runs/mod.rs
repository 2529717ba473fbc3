//! Runs inside this process: started as tracked tasks, watched, steered, and ended in order when the program ends.
//!
//! One process at a time may run agents in a data directory; this one may run several projects side by side, and each
//! project once. Runs of another process are seen, and can be asked to pause or stop.

mod elsewhere;
mod live;
mod outlook;
mod resume;
mod words;

pub use elsewhere::Watching;
pub(crate) use live::context_of as live_context;
pub use live::{LastTool, Live, context_window};
pub use outlook::{Outlook, SessionOutlook};

use crate::{
    App, EngineError, OpenProject,
    instance::Instance,
    session::{self, RunControl, RunOptions, ToolServer},
};
use elsewhere::Elsewhere;
use harness_domain::id::{ProjectId, RunId};
use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio::sync::oneshot;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How long a run may take to end after it was stopped, before nobody waits for it any more.
const STOP_PATIENCE: Duration = Duration::from_secs(60);

/// Every run of this process. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct Runs {
    inner: Arc<Inner>,
}

struct Inner {
    app: App,
    tasks: TaskTracker,
    state: Mutex<State>,
    elsewhere: Elsewhere,
}

#[derive(Default)]
struct State {
    /// The data directory's lock, shared by all runs and given back after the last.
    instance: Weak<Instance>,
    hosted: HashMap<ProjectId, Hosted>,
    /// Projects in which none may start now.
    reserved: HashSet<ProjectId>,
    is_closing: bool,
    /// Whether runs are recorded for a later host to go on with.
    keeps_records: bool,
    /// Fires when the program ends.
    closing: CancellationToken,
}

struct Hosted {
    control: RunControl,
    /// None until it is stored.
    run: Option<RunId>,
    live: Live,
    /// Fires when it is over.
    over: CancellationToken,
}

/// How runs end when the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quit {
    /// Each finishes its session.
    FinishSessions,
    /// Each session is interrupted and its work saved.
    StopNow,
}

/// The proof that no run is under way in a project and none can start, while it is held.
pub struct Alone {
    instance: Arc<Instance>,
    runs: Runs,
    project: ProjectId,
}

impl Alone {
    /// The lock on the data directory.
    pub fn instance(&self) -> &Instance {
        &self.instance
    }
}

impl Drop for Alone {
    fn drop(&mut self) {
        self.runs.state().reserved.remove(&self.project);
    }
}

impl Runs {
    /// No runs yet.
    pub fn new(app: App) -> Self {
        let elsewhere = Elsewhere::new(app.clone());
        Self { inner: Arc::new(Inner { app, tasks: TaskTracker::new(), state: Mutex::default(), elsewhere }) }
    }

    /// Starts a run and returns once it is stored. It goes on until it ends, whether or not anybody looks.
    ///
    /// Fails with `Refused` when one is under way in this project, or the program is ending; with `HeldByAnother` when
    /// another process runs agents in this data directory; and as [`session::conduct`] does before it has begun.
    pub async fn start(
        &self,
        project: OpenProject,
        options: RunOptions,
        tools: Arc<dyn ToolServer>,
    ) -> Result<RunId, EngineError> {
        self.start_again(project, options, tools, 0).await
    }

    /// The same, of a run that was resumed `tries` times in a row.
    async fn start_again(
        &self,
        project: OpenProject,
        options: RunOptions,
        tools: Arc<dyn ToolServer>,
        tries: u32,
    ) -> Result<RunId, EngineError> {
        let id = project.project.id;
        let draft = self.state().keeps_records.then(|| resume::Draft::new(&options, tries));
        let control = RunControl::default();
        let over = CancellationToken::new();
        let instance = self.enter(&project, &control, &over)?;
        let (began, is_begun) = oneshot::channel();
        let runs = self.clone();
        self.inner.tasks.spawn(async move {
            let _leaving = Leaving { runs: runs.clone(), project: id, over, _instance: instance };
            let mut began = Some(began);
            let steered = control.clone();
            let tell = |run| {
                // A person may have stopped it before it began.
                if let Some(draft) = draft.filter(|_| !steered.is_persons()) {
                    draft.keep(&project, run);
                }
                runs.state().hosted.entry(id).and_modify(|hosted| hosted.run = Some(run));
                if let Some(began) = began.take() {
                    // Whoever started it may have gone away; the run goes on.
                    let _ = began.send(Ok(run));
                }
            };
            let result = session::conduct_telling(&project, options, tools, control, tell).await;
            match (result, began) {
                (Err(error), Some(began)) => drop(began.send(Err(error))),
                (Err(error), None) => project.notice("run_failed", format!("The run could not be concluded: {error}")),
                (Ok(report), _) if resume::is_cut_off(&report.end, &steered) => {}
                (Ok(_), _) => resume::forget(&project),
            }
        });
        match is_begun.await {
            Ok(begun) => begun,
            Err(_) => Err(EngineError::Refused("the run ended before it began; see the log".into())),
        }
    }

    /// Takes the project's place among the runs, and the data directory's lock.
    fn enter(
        &self,
        project: &OpenProject,
        control: &RunControl,
        over: &CancellationToken,
    ) -> Result<Arc<Instance>, EngineError> {
        let (id, name) = (project.project.id, &project.project.name);
        let mut state = self.state();
        if state.is_closing {
            return Err(EngineError::Refused("the program is about to end, so no run is started".into()));
        }
        if state.hosted.contains_key(&id) {
            return Err(EngineError::Refused(format!("a run is under way in {name} already")));
        }
        if state.reserved.contains(&id) {
            return Err(EngineError::Refused(format!(
                "{name} is being put back to a checkpoint; start when that is done"
            )));
        }
        let instance = self.take(&mut state, &format!("run {}", project.dir().display()))?;
        let live = Live::new(project);
        state.hosted.insert(id, Hosted { control: control.clone(), run: None, live, over: over.clone() });
        Ok(instance)
    }

    fn take(&self, state: &mut State, activity: &str) -> Result<Arc<Instance>, EngineError> {
        if let Some(held) = state.instance.upgrade() {
            return Ok(held);
        }
        let taken = Arc::new(Instance::take(&self.inner.app.home, activity, self.inner.app.clock.as_ref())?);
        state.instance = Arc::downgrade(&taken);
        Ok(taken)
    }

    /// Takes the data directory for an agent that is no run, with what fires when the program ends.
    ///
    /// Fails with `Refused` when it is ending, and with `HeldByAnother` when another process runs agents.
    pub(crate) fn beside(&self, activity: &str) -> Result<(Arc<Instance>, CancellationToken), EngineError> {
        let mut state = self.state();
        if state.is_closing {
            return Err(EngineError::Refused("the program is about to end, so nothing is started".into()));
        }
        Ok((self.take(&mut state, activity)?, state.closing.clone()))
    }

    /// A task that the end of the program waits for.
    pub(crate) fn track(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.inner.tasks.spawn(task);
    }

    /// Keeps runs out of a project while something else changes all of it.
    ///
    /// Fails with `Refused` when a run is under way in it, and with `HeldByAnother` when another process has one.
    pub fn alone(&self, project: &OpenProject, activity: &str) -> Result<Alone, EngineError> {
        let id = project.project.id;
        let mut state = self.state();
        if state.hosted.contains_key(&id) {
            let name = &project.project.name;
            return Err(EngineError::Refused(format!(
                "a run is under way in {name}: wait for its end, or stop it first"
            )));
        }
        if !state.reserved.insert(id) {
            return Err(EngineError::Refused("the project is being put back to a checkpoint already".into()));
        }
        match self.take(&mut state, activity) {
            Ok(instance) => Ok(Alone { instance, runs: self.clone(), project: id }),
            Err(error) => {
                state.reserved.remove(&id);
                Err(error)
            }
        }
    }

    /// Lets the project's run end after its session, whichever process has it. One that was cut off, and is tried again by
    /// itself, is left to the person. Fails with `Refused` when there is none.
    pub fn pause(&self, project: &OpenProject) -> Result<(), EngineError> {
        self.steer(project, RunControl::pause, "pause")
    }

    /// Ends the project's run now, whichever process has it. One that was cut off, and is tried again by itself, is left to
    /// the person. Fails with `Refused` when there is none.
    pub fn stop(&self, project: &OpenProject) -> Result<(), EngineError> {
        self.steer(project, RunControl::stop, "stop")
    }

    fn steer(&self, project: &OpenProject, steer: fn(&RunControl), word: &str) -> Result<(), EngineError> {
        let ours = self.state().hosted.get(&project.project.id).map(|hosted| hosted.control.clone());
        if let Some(control) = ours {
            steer(&control);
            resume::forget(project);
            self.inner
                .app
                .bus
                .publish(project.project.id, harness_domain::event::Event::RunSteered { word: word.into() });
            return Ok(());
        }
        if outlook::elsewhere(project)?.is_some() {
            session::request(project, word)?;
        } else if self.is_interrupted(project)? {
            resume::forget(project);
        } else {
            return Err(EngineError::Refused(format!("no run is under way in {}", project.project.name)));
        }
        self.inner.app.bus.publish(project.project.id, harness_domain::event::Event::RunSteered { word: word.into() });
        Ok(())
    }

    /// Stops the project's run of this process and waits for its end, at most a minute. Nothing happens when there is
    /// none.
    pub async fn stop_and_wait(&self, project: &OpenProject) {
        let hosted =
            self.state().hosted.get(&project.project.id).map(|hosted| (hosted.control.clone(), hosted.over.clone()));
        if let Some((control, over)) = hosted {
            control.stop();
            resume::forget(project);
            // Whoever needs the project's rest asks for it next, and is told when the run still goes on.
            let _ = tokio::time::timeout(STOP_PATIENCE, over.cancelled()).await;
        }
    }

    /// The projects whose runs go on in this process, also those that were only just asked for.
    pub fn projects(&self) -> Vec<ProjectId> {
        let mut projects: Vec<ProjectId> = self.state().hosted.keys().copied().collect();
        projects.sort_unstable();
        projects
    }

    /// How many runs go on in this process.
    pub fn count(&self) -> usize {
        self.state().hosted.len()
    }

    /// Ends all runs in order and starts none any more. Returns when the last one has ended; asking again for
    /// [`Quit::StopNow`] meanwhile ends them at once.
    pub async fn shut_down(&self, quit: Quit) {
        let controls: Vec<RunControl> = {
            let mut state = self.state();
            state.is_closing = true;
            state.closing.cancel();
            state.hosted.values().map(|hosted| hosted.control.clone()).collect()
        };
        for control in controls {
            match quit {
                Quit::FinishSessions => control.pause_with_host(),
                Quit::StopNow => control.stop_with_host(),
            }
        }
        self.inner.elsewhere.close();
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
    }

    /// Takes a shutdown back that still waits for sessions to finish: runs may start again. What was paused stays so.
    pub fn stay(&self) {
        self.inner.tasks.reopen();
        let mut state = self.state();
        state.is_closing = false;
        state.closing = CancellationToken::new();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Whole after every statement, so a panic elsewhere cannot have left it half-changed.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Leaves the runs whatever happens to the task, a panic included.
struct Leaving {
    runs: Runs,
    project: ProjectId,
    over: CancellationToken,
    _instance: Arc<Instance>,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.runs.state().hosted.remove(&self.project);
        self.over.cancel();
        // Screens that heard of the run's end just before this asked too early whether another one can start.
        self.runs.inner.app.bus.publish(self.project, harness_domain::event::Event::RunSteered { word: "over".into() });
    }
}
