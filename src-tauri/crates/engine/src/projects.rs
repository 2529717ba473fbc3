//! Making projects, and taking them away without losing them.

mod templates;

pub use templates::Template;

use crate::{App, EngineError, OpenProject, git, project_file, redact, specs};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where the demonstration is made when nobody says where, below the home directory.
const USUAL_PLACE: &str = "agent-projects";
/// The demonstration's directory.
const DEMO: &str = "todo-demo";

/// Makes the directory `name` in `parent` with a repository and what the template holds, and registers it.
///
/// Fails with `Refused` for a name that no directory may have, or when something is there already; with
/// `NotAProjectsPlace` when no project may be there. Nothing is left behind then.
pub fn create(
    app: &App,
    parent: &Path,
    name: &str,
    template: Template,
    spec: Option<&str>,
) -> Result<OpenProject, EngineError> {
    let name = name.trim();
    refuse_name(name)?;
    if let Some(spec) = spec {
        redact::refuse_secret("the specification", spec)?;
    }
    let missing =
        |source: std::io::Error| EngineError::ProjectMissing { path: parent.into(), detail: source.to_string() };
    let dir = parent.canonicalize().map_err(missing)?.join(name);
    app.bounds.check(&dir)?;
    let is_empty = match fs::read_dir(&dir) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(source) => return Err(EngineError::File { path: dir, action: "read", source }),
    };
    if !is_empty {
        let what = "is there already and not empty: choose another name, or open it instead";
        return Err(EngineError::Refused(format!("{} {what}", dir.display())));
    }
    let was_there = dir.is_dir();
    let made = fill(app, &dir, template, spec);
    if made.is_err() && !was_there {
        // Made a moment ago, by us, and of no use: best effort, the failure itself is what counts.
        let _ = fs::remove_dir_all(&dir);
    }
    made
}

fn fill(app: &App, dir: &Path, template: Template, spec: Option<&str>) -> Result<OpenProject, EngineError> {
    fs::create_dir_all(dir).map_err(|source| EngineError::File { path: dir.into(), action: "made", source })?;
    git::init(dir)?;
    for (file, text) in template.files() {
        project_file::make(dir, Path::new(file), text.as_bytes())?;
    }
    if let Some(spec) = spec.filter(|spec| !spec.trim().is_empty()) {
        specs::provide(dir, spec)?;
    }
    app.open_directory(dir)
}

fn refuse_name(name: &str) -> Result<(), EngineError> {
    let is_plain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ' ');
    let is_name = (1..=80).contains(&name.chars().count()) && name.chars().all(is_plain);
    if is_name && !name.starts_with(['.', '-']) && !name.ends_with('.') {
        return Ok(());
    }
    Err(EngineError::Refused(
        "a project's directory has a name of letters, digits, `-`, `_`, `.` and spaces, and begins with a letter or digit"
            .into(),
    ))
}

/// Makes the demonstration's directory with `spec`, under a name that is free.
///
/// Fails as [`create`] does.
pub fn demo(app: &App, parent: Option<&Path>, spec: Option<&str>) -> Result<OpenProject, EngineError> {
    let parent = match parent {
        Some(parent) => parent.to_owned(),
        None => usual_place(app)?,
    };
    let taken = |name: &str| parent.join(name).exists();
    let numbered = (2..).map(|number| format!("{DEMO}-{number}"));
    let name = std::iter::once(DEMO.to_owned()).chain(numbered).find(|name| !taken(name));
    create(app, &parent, &name.unwrap_or_else(|| DEMO.into()), Template::Empty, spec)
}

fn usual_place(app: &App) -> Result<PathBuf, EngineError> {
    let start = app.bounds.start().ok_or_else(|| {
        EngineError::Refused("no home directory is known: say where the demonstration is to be made".into())
    })?;
    let place = start.join(USUAL_PLACE);
    app.bounds.check(&place)?;
    fs::create_dir_all(&place).map_err(|source| EngineError::File { path: place.clone(), action: "made", source })?;
    Ok(place)
}

/// Moves a project's directory to the operating system's trash. The caller knows that no run is under way.
///
/// Fails with `Refused` when there is no trash for it; the directory is where it was then.
pub fn to_trash(project: &OpenProject) -> Result<(), EngineError> {
    take_away(project, |dir| trash::delete(dir).map_err(|error| error.to_string()))
}

fn take_away(project: &OpenProject, bin: impl FnOnce(&Path) -> Result<(), String>) -> Result<(), EngineError> {
    let dir = project.dir();
    let real = dir
        .canonicalize()
        .map_err(|source| EngineError::ProjectMissing { path: dir.into(), detail: source.to_string() })?;
    // It may have been replaced by a link since it was opened.
    if real != dir {
        return Err(EngineError::Refused(format!("{} leads somewhere else now, so it is left alone", dir.display())));
    }
    project.app.bounds.check(&real)?;
    bin(&real).map_err(|why| {
        EngineError::Refused(format!(
            "{} could not be moved to the trash ({why}); forget the project instead, and remove the directory yourself",
            dir.display()
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{clock::FixedClock, home::Home};
    use std::sync::Arc;

    fn stage() -> (tempfile::TempDir, App) {
        let root = tempfile::tempdir().expect("a directory");
        let home = Home::at(root.path().join("data")).expect("a data directory");
        let app = App::open(home, Arc::new(FixedClock::at(0))).expect("an application");
        (root, app)
    }

    #[test]
    fn a_new_project_has_a_repository_its_template_and_its_specification() {
        let (root, app) = stage();
        for (name, template) in
            [("page", Template::WebPage), ("tool", Template::CommandLine), ("api", Template::HttpService)]
        {
            let made = create(&app, root.path(), name, template, Some("Build it.")).expect("it is made");
            assert_eq!(git::head(made.dir()).expect("a repository"), None, "nothing is committed yet");
            let package = fs::read_to_string(made.dir().join("package.json")).expect("a package");
            assert!(serde_json::from_str::<serde_json::Value>(&package).is_ok(), "which is JSON: {package}");
            assert!(specs::is_there(&made));
            let plan = crate::check::plan(made.dir(), &made.settings, &[], false);
            assert!(!plan.found_nothing(), "its tests are found from the start: {:?}", plan.problems);
        }
        let again = create(&app, root.path(), "page", Template::Empty, None).err().map(|error| error.to_string());
        assert!(again.is_some_and(|why| why.contains("there already")), "nothing is written over");
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_refused_and_nothing_is_made() {
        let (root, app) = stage();
        for name in ["", "..", "../out", "a/b", ".git", "-x", "a\0b", "x."] {
            assert!(create(&app, root.path(), name, Template::Empty, None).is_err(), "{name:?} is no name");
        }
        assert_eq!(fs::read_dir(root.path()).expect("a directory").count(), 1, "only the data directory is there");
    }

    #[test]
    fn a_project_goes_to_the_trash_as_it_is_and_stays_where_it_was_when_there_is_none() {
        let (root, app) = stage();
        let made = create(&app, root.path(), "tool", Template::CommandLine, None).expect("it is made");
        let kept = root.path().join("trash");
        let refused = take_away(&made, |_| Err("no trash here".into())).expect_err("there is none");
        assert!(refused.to_string().contains("no trash here") && made.dir().is_dir(), "{refused}");
        take_away(&made, |dir| fs::rename(dir, &kept).map_err(|error| error.to_string())).expect("it goes");
        assert!(kept.join("package.json").is_file() && !made.dir().exists());
    }

    #[test]
    fn demonstrations_find_a_free_name_each() {
        let (root, app) = stage();
        let names: Vec<String> =
            (0..3).map(|_| demo(&app, Some(root.path()), Some("To do")).expect("it is made").project.name).collect();
        assert_eq!(names, ["todo-demo", "todo-demo-2", "todo-demo-3"]);
    }
}
