//! Notices what other processes change, so that a screen is live also for a run in a terminal.

use super::Runs;
use crate::{App, OpenProject};
use harness_domain::{event::Event, id::ProjectId};
use harness_store::{AppStore, ProjectStore};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How often the databases are asked; each answer is a number that SQLite has in memory.
const EVERY: Duration = Duration::from_secs(1);

/// Somebody looks. While it is held, changes of other processes become events.
pub struct Watching {
    _alive: Arc<()>,
}

pub(super) struct Elsewhere {
    app: App,
    known: Arc<Mutex<Known>>,
    closing: CancellationToken,
}

#[derive(Default)]
struct Known {
    watchers: Weak<()>,
    projects: HashMap<ProjectId, ProjectStore>,
}

impl Runs {
    /// Watches the databases for as long as the answer is held. Must be called within a tokio runtime.
    pub fn watch(&self) -> Watching {
        self.inner.elsewhere.watch(&self.inner.tasks)
    }

    /// Adds a project to those that are watched.
    pub fn know(&self, project: &OpenProject) {
        self.inner.elsewhere.known().projects.insert(project.project.id, project.store.clone());
    }

    /// Takes a project from those that are watched.
    pub fn forget(&self, project: ProjectId) {
        self.inner.elsewhere.known().projects.remove(&project);
    }
}

impl Elsewhere {
    pub fn new(app: App) -> Self {
        Self { app, known: Arc::default(), closing: CancellationToken::new() }
    }

    pub fn close(&self) {
        self.closing.cancel();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self, tasks: &TaskTracker) -> Watching {
        let mut known = self.known();
        if let Some(alive) = known.watchers.upgrade() {
            return Watching { _alive: alive };
        }
        let alive = Arc::new(());
        known.watchers = Arc::downgrade(&alive);
        let watchers = known.watchers.clone();
        drop(known);
        let (app, all, closing) = (self.app.clone(), self.known.clone(), self.closing.clone());
        tasks.spawn(closing.run_until_cancelled_owned(look(app, all, watchers)));
        Watching { _alive: alive }
    }
}

/// Looks until nobody watches any more.
async fn look(app: App, known: Arc<Mutex<Known>>, watchers: Weak<()>) {
    let mut marks = Marks::default();
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    while watchers.strong_count() > 0 {
        tick.tick().await;
        let stores: Vec<(ProjectId, ProjectStore)> = {
            let known = known.lock().unwrap_or_else(PoisonError::into_inner);
            known.projects.iter().map(|(id, store)| (*id, store.clone())).collect()
        };
        let asking = app.clone();
        let asked = tokio::task::spawn_blocking(move || {
            let changed = marks.changed(&asking.store, &stores);
            (marks, changed)
        });
        let Ok((kept, changed)) = asked.await else { return };
        marks = kept;
        for project in changed {
            if project == ProjectId::ALL {
                // One database has both; which of them changed there is not known.
                app.bus.publish(project, Event::ProjectsChanged {});
                app.bus.publish(project, Event::AccountsChanged {});
            } else {
                app.bus.publish(project, Event::ChangedElsewhere {});
            }
        }
    }
}

/// What each database answered last.
#[derive(Default)]
struct Marks(HashMap<ProjectId, i64>);

impl Marks {
    fn changed(&mut self, app: &AppStore, stores: &[(ProjectId, ProjectStore)]) -> Vec<ProjectId> {
        let mut changed = Vec::new();
        let mut compare = |id: ProjectId, mark: Option<i64>| {
            // A database that cannot be asked just now is asked again in a second.
            let Some(mark) = mark else { return };
            if self.0.insert(id, mark).is_some_and(|before| before != mark) {
                changed.push(id);
            }
        };
        compare(ProjectId::ALL, app.foreign_mark().ok());
        for (id, store) in stores {
            compare(*id, store.foreign_mark().ok());
        }
        changed
    }
}
