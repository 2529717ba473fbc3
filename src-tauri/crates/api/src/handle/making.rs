//! Making projects, taking over older ones, and taking them away.

use super::{
    demo::MARK,
    projects::{absolute, forget, opened, refuse_running},
};
use crate::{Api, ApiError, procedures::Nothing, shape::project::*};
use harness_domain::{event::Event, feature::Actor};
use harness_engine::{EngineError, OpenProject, projects};
use harness_rehearsal::Scenario;
use harness_store::import::read_foreign;
use std::{fs, path::Path};

/// The scenario that the demonstration plays.
const SCENARIO: &str = "demo";
/// Where an older system left its cards.
const OLDER: &str = "features.db";
/// Directories of one list.
const MOST_ENTRIES: usize = 2_000;

pub fn project_create(api: &Api, new: NewProject) -> Result<ProjectSummary, ApiError> {
    let template = match new.template {
        Template::Empty => projects::Template::Empty,
        Template::WebPage => projects::Template::WebPage,
        Template::CommandLine => projects::Template::CommandLine,
        Template::HttpService => projects::Template::HttpService,
    };
    let parent = absolute(&new.parent_dir)?;
    let open = projects::create(api.app(), parent, &new.name, template, new.spec_text.as_deref())?;
    opened(api, &open)
}

pub fn project_demo(api: &Api, new: NewDemo) -> Result<ProjectSummary, ApiError> {
    let parent = new.parent_dir.as_deref().map(absolute).transpose()?;
    let scenario = Scenario::load(SCENARIO).map_err(EngineError::from)?;
    let open = projects::demo(api.app(), parent, scenario.spec())?;
    open.store.set_note(MARK, Some(SCENARIO))?;
    opened(api, &open)
}

pub fn project_import(api: &Api, at: AtPath) -> Result<ImportedProject, ApiError> {
    let path = absolute(&at.path)?;
    let real = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let was_known = api.app().store.project_by_path(&real)?.is_some();
    let open = api.app().open_directory(path)?;
    let imported = take_over(api, &open);
    if imported.is_err()
        && !was_known
        // Nothing is left of it: a project without its cards would look as if it had come over.
        && let Err(error) = forget(api, open.project.id)
    {
        tracing::warn!(project = %open.project.name, message = %error.message, "it stays registered, without its cards");
    }
    imported
}

fn take_over(api: &Api, open: &OpenProject) -> Result<ImportedProject, ApiError> {
    let file = open.dir().join(OLDER);
    let (mut features, mut remarks) = (0, Vec::new());
    let is_there = fs::symlink_metadata(&file).is_ok_and(|meta| meta.is_file());
    if is_there && open.store.counts()?.total == 0 {
        let cause = open.cause(Actor::Person, None, format!("imported from {OLDER}"));
        let done = open.store.import(read_foreign(&file)?, &cause)?;
        features = u32::try_from(done.features).unwrap_or(u32::MAX);
        remarks = done.warnings;
        open.publish(Event::FeaturesCreated { features: open.store.features()?.iter().map(|card| card.id).collect() });
        open.publish_progress()?;
    } else if is_there {
        remarks.push(format!("The project has cards already, so those in {OLDER} were left alone."));
    }
    Ok(ImportedProject { project: opened(api, open)?, features, remarks })
}

pub fn project_delete(api: &Api, delete: DeleteProject) -> Result<Nothing, ApiError> {
    let known = api.app().store.project(delete.project)?;
    if delete.confirm_name != known.name {
        return Err(ApiError::bad_input(format!(
            "confirm_name: type the project's name, {:?}, to delete it",
            known.name
        )));
    }
    let open = api.project(delete.project)?;
    refuse_running(api, &open)?;
    {
        // No run may begin while its directory goes.
        let _alone = api.runs().alone(&open, "deleting a project")?;
        projects::to_trash(&open)?;
    }
    forget(api, delete.project)
}

pub fn directory_list(api: &Api, list: ListDirectory) -> Result<DirectoryList, ApiError> {
    let bounds = &api.app().bounds;
    let wanted = match &list.path {
        Some(path) => absolute(path)?.to_owned(),
        None => bounds.start().ok_or_else(|| ApiError::bad_input("path: no home directory is known; say where"))?,
    };
    let failed = |source| EngineError::File { path: wanted.clone(), action: "read", source };
    let real = wanted.canonicalize().map_err(failed)?;
    if !bounds.may_look_into(&real) {
        let message = format!("{} is no place where projects may be", real.display());
        return Err(ApiError::new(crate::ErrorCode::Refused, message));
    }
    let mut entries = Vec::new();
    for entry in fs::read_dir(&real).map_err(failed)?.filter_map(Result::ok) {
        // Through links, which may lead to directories; where to is judged when it is looked into.
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || !entry.path().is_dir() || entries.len() == MOST_ENTRIES {
            continue;
        }
        entries.push(directory(api, &entry.path(), name)?);
    }
    entries.sort_by_key(|entry| entry.name.to_lowercase());
    let parent = real.parent().filter(|parent| bounds.may_look_into(parent));
    Ok(DirectoryList {
        parent: parent.map(|parent| parent.display().to_string()),
        may_be_project: bounds.check(&real).is_ok(),
        path: real.display().to_string(),
        entries,
    })
}

fn directory(api: &Api, path: &Path, name: String) -> Result<DirectoryEntry, ApiError> {
    Ok(DirectoryEntry {
        name,
        is_project: api.app().store.project_by_path(path)?.is_some(),
        is_repository: path.join(".git").exists(),
        path: path.display().to_string(),
    })
}
