//! A project with a real repository and a real database, for the tests of this crate. The clock stands still.

use crate::{
    App, OpenProject,
    bus::{Delivery, Subscription},
    clock::FixedClock,
    git::{self, Prepare, Uncommitted},
    home::Home,
    toolbox::{Scope, Toolbox},
    verify::{LOCK_WAIT, Verifier},
};
use harness_domain::{
    event::Event,
    evidence::{Check, CheckKind, SandboxLevel},
    feature::{Actor, Feature, Kind, NewFeature, Status},
    id::{FeatureId, RunId, SessionId},
    lifecycle::State,
    run::{Mode, ProcessIdentity, Role},
    split::Draft,
};
use harness_store::{NewRun, NewSession};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// 2026-01-02T03:04:05Z.
pub const START_MS: i64 = 1_767_323_045_000;

/// A process that is not there, nor ever was: numbers end far below.
const NOBODY: ProcessIdentity = ProcessIdentity { pid: 2_000_000_000, started: 1 };

pub struct Stage {
    pub clock: Arc<FixedClock>,
    pub project: OpenProject,
    events: Subscription,
    home: TempDir,
    dir: TempDir,
}

impl Stage {
    /// A project with one commit, whose only check is that the file `built` exists.
    pub fn new() -> Self {
        let home = tempfile::tempdir().expect("a data directory");
        let dir = tempfile::Builder::new().prefix("a prøject ").tempdir().expect("a project");
        std::fs::write(dir.path().join("README.md"), "A project.\n").expect("a file");
        let how = Prepare {
            run: RunId(1),
            uncommitted: Uncommitted::Include,
            keep: &[],
            max_file_bytes: git::MAX_FILE_BYTES,
            lock_wait: LOCK_WAIT,
            at_ms: START_MS,
        };
        git::prepare(dir.path(), &how).expect("a repository");
        let clock = Arc::new(FixedClock::at(START_MS));
        let mut project = open(home.path(), dir.path(), clock.clone());
        project.settings.checks =
            vec![Check { kind: CheckKind::Test, command: "test -f built".into(), origin: "configured".into() }];
        let events = project.app.bus.subscribe(None);
        Self { clock, project, events, home, dir }
    }

    /// What a new process finds: everything that is only in memory is gone.
    pub fn reopened(self) -> Self {
        let Self { clock, project, home, dir, .. } = self;
        let settings = project.settings.clone();
        drop(project);
        let mut project = open(home.path(), dir.path(), clock.clone());
        project.settings = settings;
        let events = project.app.bus.subscribe(None);
        Self { clock, project, events, home, dir }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.project.dir().join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file is written");
    }

    pub fn head(&self) -> String {
        git::head(self.project.dir()).expect("a repository").expect("a commit")
    }

    /// Whether the tree is as committed.
    pub fn is_clean(&self) -> bool {
        let head = self.head();
        git::diff_summary(self.project.dir(), Some(&head)).expect("a repository").files == 0
    }

    pub fn add(&self, kind: Kind, name: &str, needs: &[FeatureId], parent: Option<FeatureId>) -> FeatureId {
        let feature = NewFeature {
            kind,
            category: "api".into(),
            steps: vec!["Look.".into()],
            dependencies: needs.to_vec(),
            parent,
            ..NewFeature::named(name)
        };
        let draft = Draft { feature, depends_on_index: Vec::new() };
        let cause = self.project.cause(Actor::Person, None, "added");
        self.project.store.feature_create(vec![draft], &cause).expect("it is created")[0].id
    }

    pub fn feature(&self, name: &str) -> FeatureId {
        self.add(Kind::Feature, name, &[], None)
    }

    pub fn card(&self, id: FeatureId) -> Feature {
        self.project.store.feature(id).expect("the card exists")
    }

    pub fn status(&self, id: FeatureId) -> Status {
        self.card(id).status
    }

    /// A run of a host that is not there any more, gone as far as coding.
    pub fn run(&self) -> RunId {
        let new =
            NewRun { mode: Mode::Auto, is_quick: false, rehearsal: None, sandbox: SandboxLevel::Full, host: NOBODY };
        let run = self.project.store.run_start(new, START_MS).expect("a run starts").id;
        for state in [State::Planning, State::Coding] {
            self.project.store.run_transition(run, state, None, "as a test", START_MS).expect("a lawful change");
        }
        run
    }

    /// The tools of a new session of `run`.
    pub fn session(&self, run: RunId, role: Role) -> Toolbox {
        let id = SessionId(uuid::Uuid::new_v4().to_string());
        let new = NewSession { id: id.clone(), run, role, feature: None };
        self.project.store.session_start(new, START_MS).expect("a session starts");
        self.toolbox(Scope { session: id, run: Some(run), role: Some(role), is_quick: false })
    }

    /// The tools of a client outside any run.
    pub fn client(&self) -> Toolbox {
        let session = SessionId(uuid::Uuid::new_v4().to_string());
        self.toolbox(Scope { session, run: None, role: None, is_quick: false })
    }

    fn toolbox(&self, scope: Scope) -> Toolbox {
        let verifier = Verifier::new(self.project.clone());
        Toolbox::new(self.project.clone(), scope, verifier, CancellationToken::new())
    }

    /// What was told since the last call.
    pub fn told(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.events.try_next())
            .map(|delivery| match delivery {
                Delivery::Event(envelope) => envelope.event,
                Delivery::Missed { .. } => panic!("a test tells little"),
            })
            .collect()
    }

    /// The sentences that were told to a person under `topic` since the last call.
    pub fn notices(&mut self, topic: &str) -> Vec<String> {
        let is_it = |event| match event {
            Event::Noticed { topic: told, message } if told == topic => Some(message),
            _ => None,
        };
        self.told().into_iter().filter_map(is_it).collect()
    }
}

fn open(home: &Path, dir: &Path, clock: Arc<FixedClock>) -> OpenProject {
    let app = App::open(Home::at(home).expect("a data directory"), clock).expect("an application");
    app.open_directory(dir).expect("a project")
}
