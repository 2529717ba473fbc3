//! The product as one object: the data directory, the registry of projects, and the events.

use crate::{bounds::Bounds, bus::Bus, clock::Clock, error::EngineError, home::Home, redact};
use harness_domain::{
    event::Event,
    feature::{Actor, Feature, StatusChange},
    id::RunId,
    project::{Project, ProjectSettings},
};
use harness_store::{AppStore, Cause, ProjectStore, StoreError};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Everything the use cases share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Where the product keeps its state.
    pub home: Home,
    /// The registry of projects and the settings.
    pub store: AppStore,
    /// What happens, in order.
    pub bus: Bus,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where projects may live.
    pub bounds: Bounds,
}

/// One project with its database. Cheap to clone.
#[derive(Clone)]
pub struct OpenProject {
    /// What the registry says.
    pub project: Project,
    /// Its database.
    pub store: ProjectStore,
    /// What the person chose for it.
    pub settings: ProjectSettings,
    /// The product it is opened in.
    pub app: App,
}

impl App {
    /// Opens the data directory; migrates its database when it is of an older version.
    pub fn open(home: Home, clock: Arc<dyn Clock>) -> Result<Self, EngineError> {
        let store = AppStore::open(home.root())?;
        Ok(Self { home, store, bus: Bus::new(clock.clone()), clock, bounds: Bounds::of_this_machine() })
    }

    /// Opens the project in `dir`, registering it under its directory's name the first time.
    ///
    /// Fails with [`EngineError::ProjectMissing`] when there is no such directory, and with
    /// [`EngineError::NotAProjectsPlace`] when none may be there.
    pub fn open_directory(&self, dir: &Path) -> Result<OpenProject, EngineError> {
        let missing =
            |source: std::io::Error| EngineError::ProjectMissing { path: dir.into(), detail: source.to_string() };
        let path = dir.canonicalize().map_err(missing)?;
        if !path.is_dir() {
            return Err(missing(std::io::ErrorKind::NotADirectory.into()));
        }
        if path.starts_with(self.home.root()) || self.home.root().starts_with(&path) {
            return Err(EngineError::Refused(format!(
                "{} and the data directory {} may not lie inside one another: an agent could change its own records",
                path.display(),
                self.home.root().display()
            )));
        }
        self.bounds.check(&path)?;
        let now = self.clock.now_ms();
        let project = loop {
            if let Some(known) = self.store.project_by_path(&path)? {
                self.store.project_touch(known.id, now)?;
                break known;
            }
            match self.store.project_add(&self.free_name(&path)?, &path, now) {
                // Another process registered it, or took the name, between the question and the answer.
                Err(StoreError::PathTaken { .. } | StoreError::NameTaken { .. }) => {}
                added => break added?,
            }
        };
        self.open_project(project)
    }

    /// Opens the registered project that `dir` is or lies in; where there is none, registers `dir` itself.
    ///
    /// Fails as [`App::open_directory`] does.
    pub fn open_around(&self, dir: &Path) -> Result<OpenProject, EngineError> {
        if let Ok(path) = dir.canonicalize() {
            for above in path.ancestors() {
                if self.store.project_by_path(above)?.is_some() {
                    return self.open_directory(above);
                }
            }
        }
        self.open_directory(dir)
    }

    /// Opens the registered project of that name, or the one that the directory is or lies in. Registers nothing.
    ///
    /// Fails with [`EngineError::NotAProject`] when it is a directory that belongs to none, as [`App::open_directory`]
    /// does when it could never become one, and with
    /// [`EngineError::NoSuchProject`] when it is nothing known at all.
    pub fn open_known(&self, name_or_dir: &str) -> Result<OpenProject, EngineError> {
        let dir = Path::new(name_or_dir);
        if !dir.is_dir() {
            return self.open_named(name_or_dir);
        }
        if let Ok(path) = dir.canonicalize() {
            for above in path.ancestors() {
                if let Some(project) = self.store.project_by_path(above)? {
                    return self.open_project(project);
                }
            }
        }
        Err(self.bounds.no_project(name_or_dir))
    }

    /// Opens a registered project by its name, or by any path to its directory.
    pub fn open_named(&self, name_or_dir: &str) -> Result<OpenProject, EngineError> {
        if let Some(project) = self.store.project_by_name(name_or_dir)? {
            return self.open_project(project);
        }
        let by_path = match Path::new(name_or_dir).canonicalize() {
            Ok(path) => self.store.project_by_path(&path)?,
            Err(_) => None,
        };
        self.open_project(by_path.ok_or_else(|| EngineError::NoSuchProject { name: name_or_dir.into() })?)
    }

    /// Opens a project that the registry named.
    pub fn open_registered(&self, project: Project) -> Result<OpenProject, EngineError> {
        self.open_project(project)
    }

    fn open_project(&self, project: Project) -> Result<OpenProject, EngineError> {
        // It may have been registered before there was a bound, or its directory been replaced by a link since.
        match project.path.canonicalize() {
            Ok(real) => self.bounds.check(&real)?,
            // Its records can be looked at all the same, and whoever needs the directory says that it is missing.
            Err(_) => self.bounds.check(&project.path)?,
        }
        for dir in [self.home.project(project.id), self.home.private_home(project.id)] {
            std::fs::create_dir_all(&dir).map_err(|source| EngineError::File {
                path: dir.clone(),
                action: "written",
                source,
            })?;
        }
        let store = ProjectStore::open(&self.home.project_database(project.id))?;
        let settings = self.store.project_settings(project.id)?;
        let project = OpenProject { project, store, settings, app: self.clone() };
        // Before anything reads or changes it: files, branch and cards may be of two different moments.
        crate::checkpoint::settle(&project)?;
        Ok(project)
    }

    fn free_name(&self, path: &Path) -> Result<String, EngineError> {
        let wanted = path.file_name().map_or_else(|| "project".into(), |name| name.to_string_lossy().into_owned());
        let mut name = wanted.clone();
        let mut number = 2;
        while self.store.project_by_name(&name)?.is_some() {
            name = format!("{wanted}-{number}");
            number += 1;
        }
        Ok(name)
    }
}

impl OpenProject {
    /// The project's directory.
    pub fn dir(&self) -> &Path {
        &self.project.path
    }

    /// What its walled-in processes see as the person's home directory.
    pub fn private_home(&self) -> PathBuf {
        self.app.home.private_home(self.project.id)
    }

    /// The reason that goes into the audit trail of a change made now.
    pub fn cause(&self, actor: Actor, run: Option<RunId>, reason: impl Into<String>) -> Cause {
        // Reasons are an agent's words, or what a program printed.
        Cause { actor, reason: redact::owned(reason.into()), run, at_ms: self.app.clock.now_ms() }
    }

    /// Tells the world.
    pub fn publish(&self, event: Event) {
        self.app.bus.publish(self.project.id, event);
    }

    /// Tells the world that a card's status changed to one that is not done: how much is done stays the same.
    pub fn publish_status(&self, feature: &Feature, reason: impl Into<String>) {
        self.publish(Event::FeatureChanged {
            feature: feature.id,
            name: feature.name.clone(),
            kind: feature.kind,
            status: feature.status,
            reason: reason.into(),
        });
    }

    /// Tells the world of several changes of status.
    pub fn publish_changes(&self, changes: &[StatusChange]) -> Result<(), EngineError> {
        for change in changes {
            let feature = self.store.feature(change.feature)?;
            self.publish(Event::FeatureChanged {
                feature: feature.id,
                name: feature.name,
                kind: feature.kind,
                status: change.to,
                reason: change.reason.clone(),
            });
        }
        self.publish_progress()
    }

    /// Tells the world how much is done.
    pub fn publish_progress(&self) -> Result<(), EngineError> {
        let counts = self.store.counts()?;
        self.publish(Event::ProgressChanged { passing: counts.done, total: counts.total });
        Ok(())
    }

    /// Tells a person something that stopped nothing.
    pub fn notice(&self, topic: &str, message: impl Into<String>) {
        let message = message.into();
        tracing::info!(project = %self.project.name, topic, message);
        self.publish(Event::Noticed { topic: topic.into(), message });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::FixedClock;

    fn app(home: &tempfile::TempDir) -> App {
        App::open(Home::at(home.path()).expect("a data directory"), Arc::new(FixedClock::at(0)))
            .expect("an application")
    }

    #[cfg(unix)]
    #[test]
    fn a_project_is_the_same_by_every_path_that_leads_to_it() {
        let (home, place) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        let (dir, link) = (place.path().join("mein Projekt ✓"), place.path().join("link"));
        std::fs::create_dir_all(dir.join("src/deep")).expect("directories");
        std::os::unix::fs::symlink(&dir, &link).expect("a link");
        let app = app(&home);
        let id = app.open_directory(&dir).expect("a project").project.id;
        assert_eq!(app.open_directory(&link).expect("a project").project.id, id, "over a link");
        assert_eq!(app.open_named("mein Projekt ✓").expect("a project").project.id, id, "by its name");
        assert_eq!(app.open_named(&link.display().to_string()).expect("a project").project.id, id);
        assert_eq!(app.open_around(&dir.join("src/deep")).expect("a project").project.id, id, "from somewhere inside");
        assert_eq!(app.open_around(&link.join("src")).expect("a project").project.id, id);
        assert_eq!(app.store.project_list().expect("projects").len(), 1, "nothing was registered twice");
    }

    #[test]
    fn processes_that_open_projects_at_the_same_moment_register_each_once() {
        let (home, place) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        let dirs: Vec<PathBuf> = (0..5).map(|number| place.path().join(format!("{number}/todo"))).collect();
        dirs.iter().for_each(|dir| std::fs::create_dir_all(dir).expect("directories"));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                // With a database of its own, as another process has; the first ones also make it.
                scope.spawn(|| {
                    let app = app(&home);
                    dirs.iter().for_each(|dir| drop(app.open_directory(dir).expect("nobody is refused")));
                });
            }
        });
        assert_eq!(app(&home).store.project_list().expect("projects").len(), dirs.len(), "and none twice");
    }

    #[test]
    fn two_directories_of_one_name_are_told_apart_and_the_data_directory_is_no_project() {
        let (home, place) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
        let app = app(&home);
        for (parent, name) in [("a", "todo"), ("b", "todo-2"), ("c", "todo-3")] {
            let dir = place.path().join(parent).join("todo");
            std::fs::create_dir_all(&dir).expect("directories");
            assert_eq!(app.open_directory(&dir).expect("a project").project.name, name);
        }
        let inside = home.path().join("inside");
        std::fs::create_dir(&inside).expect("a directory");
        let around = home.path().parent().expect("it has a parent");
        for dir in [home.path(), &inside, around] {
            let refusal = app.open_directory(dir).err().map(|error| error.code());
            assert_eq!(refusal, Some("refused"), "an agent in {} could change its own records", dir.display());
        }
        let missing = app.open_directory(&place.path().join("missing")).err().map(|error| error.code());
        assert_eq!(missing, Some("project_missing"));
    }
}
