//! Which policy files count for a project, and what they say together.
//!
//! They lie in the data directory and in the system's configuration, out of every agent's reach.

use crate::{EngineError, OpenProject, bounds, home::Home, session::Places};
use harness_domain::{evidence::SandboxLevel, id::ProjectId, project::ProjectSettings};
use harness_sandbox::{
    Verdict, WallKind, Workspace,
    policy::{EntryList, Layers, Policy, PolicyError, PolicyFile, Scope, Surroundings},
};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Names one more organisation file, which must exist; for servers and containers.
pub const VARIABLE: &str = "HARNESS_POLICY";
/// The organisation file for everybody who uses this machine.
#[cfg(not(windows))]
const OF_THE_MACHINE: &str = "/etc/auto-agent-harness/policy.yaml";

/// A place where a policy file is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub path: PathBuf,
    /// Whose file that is.
    pub scope: Scope,
    /// Whether it is an error when nothing is there.
    pub must_exist: bool,
}

/// Every place whose file counts for a project, or, with none, for any: the person's organisation file, the machine's, the
/// one that `HARNESS_POLICY` names, the project's.
pub fn places(home: &Home, project: Option<ProjectId>) -> Vec<Place> {
    places_with(home, project, std::env::var_os(VARIABLE))
}

fn places_with(home: &Home, project: Option<ProjectId>, named: Option<OsString>) -> Vec<Place> {
    let of = |scope, path| Place { path, scope, must_exist: false };
    let mut places = vec![of(Scope::Organisation, home.policy())];
    #[cfg(not(windows))]
    places.push(of(Scope::Organisation, OF_THE_MACHINE.into()));
    if let Some(named) = named.filter(|named| !named.is_empty()) {
        places.push(Place { path: named.into(), scope: Scope::Organisation, must_exist: true });
    }
    places.extend(project.map(|project| of(Scope::Project, home.project_policy(project))));
    places
}

/// What a project's agents may run: the built-in rules with every file that counts.
///
/// Fails as [`layers`] does.
pub fn load(project: &OpenProject) -> Result<Policy, EngineError> {
    Ok(Policy::built_in().with_layers(layers(project)?))
}

/// The files that count for a project.
///
/// Fails with [`EngineError::Policy`] when one is broken, may be changed by others, or leads into the project, where an
/// agent could change it: no run starts on half a policy.
pub fn layers(project: &OpenProject) -> Result<Layers, EngineError> {
    let mut files = read_files(&places(&project.app.home, Some(project.project.id)), Some(project.dir()))?;
    if let Some(file) = of_settings(&project.settings)? {
        // A link may lead elsewhere by now.
        let layers = Layers::new(vec![file.clone()]);
        refuse_outside(project, &layers.readable(std::env::home_dir().as_deref()))?;
        files.push(file);
    }
    Ok(Layers::new(files))
}

/// Settings are written through the API, also from other machines: they grant nothing beyond what the owner of this machine
/// let the product work on. A policy file may; it can only be written here.
fn refuse_outside(project: &OpenProject, granted: &[PathBuf]) -> Result<(), EngineError> {
    match granted.iter().find(|path| path.exists() && !project.app.bounds.enclose(path)) {
        None => Ok(()),
        Some(path) => Err(EngineError::Refused(format!(
            "{} lies outside of {}, which bounds what the settings may grant: take it out of the project's settings, or \
             grant it in a policy file",
            path.display(),
            bounds::VARIABLE,
        ))),
    }
}

/// What the project's settings let sessions read and reach besides, as a policy file of the project; none when nothing.
///
/// Fails with [`EngineError::Policy`] for what a policy file could not grant either.
pub fn of_settings(settings: &ProjectSettings) -> Result<Option<PolicyFile>, EngineError> {
    if settings.readable.is_empty() && settings.hosts.is_empty() {
        return Ok(None);
    }
    // JSON is YAML, and has quotes for every text.
    let written = serde_json::json!({ "readable": settings.readable, "network": { "allow": settings.hosts } });
    let file = PolicyFile::parse(&written.to_string(), Path::new("the project's settings"), Scope::Project)?;
    Ok(Some(file))
}

/// Refuses to let sessions of `project` read what no session may: what does not exist, the product's own records, the
/// kernel's files, and places where keys lie.
///
/// Fails with [`EngineError::Refused`], and as [`of_settings`] does.
pub fn check_settings(project: &OpenProject, settings: &ProjectSettings) -> Result<(), EngineError> {
    let Some(file) = of_settings(settings)? else { return Ok(()) };
    let home = std::env::home_dir().filter(|home| home.is_absolute());
    let layers = Layers::new(vec![file]);
    let workspace = Workspace::new(project.dir(), home.as_deref()).map_err(|source| EngineError::File {
        path: project.dir().into(),
        action: "read",
        source,
    })?;
    let granted = layers.readable(home.as_deref());
    refuse_outside(project, &granted)?;
    let workspace = workspace.with_readable(granted.clone()).with_hidden([project.app.home.root()]);
    for path in granted {
        if !path.exists() {
            let why = format!("{} is not there: name a directory or a file that exists", path.display());
            return Err(EngineError::Refused(why));
        }
        if !workspace.may_be_shown(&path) {
            let why = format!(
                "{} cannot be shown to agents: keys, logins or records of this program lie there. Name a directory without \
                 them",
                path.display()
            );
            return Err(EngineError::Refused(why));
        }
    }
    Ok(())
}

/// The files at `places`; none of them may lie in `project`, with links resolved. Fails as [`layers`] does.
pub fn read(places: &[Place], project: Option<&Path>) -> Result<Layers, EngineError> {
    read_files(places, project).map(Layers::new)
}

fn read_files(places: &[Place], project: Option<&Path>) -> Result<Vec<PolicyFile>, EngineError> {
    let mut files = Vec::new();
    for place in places {
        let path = place.path.as_path();
        let unusable = |source| PolicyError::Unusable { path: path.into(), action: "read", source };
        match PolicyFile::read(path, place.scope)? {
            Some(file) => {
                let real = path.canonicalize().map_err(unusable)?;
                if project.is_some_and(|project| real.starts_with(project)) {
                    return Err(PolicyError::WithinReach { path: real }.into());
                }
                files.push(file);
            }
            None if place.must_exist => return Err(unusable(std::io::ErrorKind::NotFound.into()).into()),
            None => {}
        }
    }
    Ok(files)
}

/// Adds an entry to the project's file, for good. Returns the file. Fails with [`EngineError::Policy`] when the file is
/// broken, the entry means nothing, or a stricter entry of the same file would still win.
pub fn always(project: &OpenProject, list: EntryList, entry: &str) -> Result<PathBuf, EngineError> {
    let path = project.app.home.project_policy(project.project.id);
    harness_sandbox::policy::add_entry(&path, list, entry)?;
    Ok(path)
}

/// Takes an entry out of the project's file. Returns whether it was there. Fails with [`EngineError::Policy`] when the file
/// is broken or written in a form from which no line can be taken.
pub fn no_longer(project: &OpenProject, list: EntryList, entry: &str) -> Result<bool, EngineError> {
    let path = project.app.home.project_policy(project.project.id);
    Ok(harness_sandbox::policy::remove_entry(&path, list, entry)?)
}

/// What a session in `dir` may read and write: the very workspace that its tools are judged in, private places included.
///
/// With no `project` for a directory that is not registered. Fails when `dir` cannot be read.
pub fn workspace(
    walls: WallKind,
    home: &Home,
    project: Option<ProjectId>,
    dir: &Path,
    layers: &Layers,
) -> std::io::Result<Workspace> {
    Places::within(walls, home, project.unwrap_or(ProjectId::ALL)).ground(dir, home, layers)
}

/// What the policy says of a command line in the project's directory, inside the walls of this machine. Runs nothing.
///
/// Fails as [`layers`] does.
pub fn judge(project: &OpenProject, command: &str) -> Result<Verdict, EngineError> {
    let layers = layers(project)?;
    let walls = harness_sandbox::probe();
    let workspace = workspace(walls.kind, &project.app.home, Some(project.project.id), project.dir(), &layers)
        .map_err(|source| EngineError::File { path: project.dir().into(), action: "read", source })?;
    let is_walled = walls.level == SandboxLevel::Full;
    let around = Surroundings { workspace: &workspace, cwd: project.dir(), is_walled };
    Ok(Policy::built_in().with_layers(layers).judge(command, &around))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{app::App, clock::FixedClock};
    use std::{fs, sync::Arc};

    fn stage() -> (tempfile::TempDir, OpenProject) {
        let root = tempfile::tempdir().expect("a directory");
        let dir = root.path().join("project");
        fs::create_dir(&dir).expect("a directory");
        let home = Home::at(root.path().join("data")).expect("a data directory");
        let app = App::open(home, Arc::new(FixedClock::at(0))).expect("an application");
        let project = app.open_directory(&dir).expect("a project");
        (root, project)
    }

    #[test]
    fn the_files_of_the_organisation_and_the_project_count_together() {
        let (_root, project) = stage();
        assert!(layers(&project).is_ok(), "without files the built-in rules stand alone");
        fs::write(project.app.home.policy(), "deny: [docker]\n").expect("a file");
        let path = always(&project, EntryList::Allow, "terraform plan").expect("it is added");
        assert!(path.starts_with(project.app.home.root()), "out of the agent's reach: {}", path.display());
        let layers = layers(&project).expect("both are whole");
        let scopes: Vec<Scope> = layers.files().iter().map(|file| file.scope).collect();
        assert_eq!(scopes, [Scope::Organisation, Scope::Project], "both count");
    }

    #[test]
    fn a_file_named_in_the_environment_must_exist_and_adds_to_the_others() {
        let (root, project) = stage();
        let named = root.path().join("server.yaml");
        let places = |name: Option<&Path>| {
            let found = places_with(&project.app.home, Some(project.project.id), name.map(Into::into));
            found.into_iter().filter(|place| place.path.starts_with(root.path())).collect::<Vec<_>>()
        };
        assert_eq!(places(None).len(), 2, "the organisation's and the project's");
        assert_eq!(places(Some(Path::new(""))), places(None), "an empty variable is none");
        assert!(read(&places(Some(&named)), None).is_err(), "a server whose policy got lost does not run without");
        fs::write(&named, "deny: [docker]\n").expect("a file");
        assert_eq!(read(&places(Some(&named)), None).expect("it is whole").files().len(), 1);
    }

    #[test]
    fn a_broken_file_is_refused_with_its_name_and_line() {
        let (_root, project) = stage();
        let path = project.app.home.project_policy(project.project.id);
        fs::write(&path, "allow:\n  - ls\nalow: []\n").expect("a file");
        let error = layers(&project).expect_err("half a policy is none");
        assert_eq!(error.code(), "bad_policy");
        assert!(error.to_string().contains(&format!("{}:3", path.display())), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_policy_that_leads_into_the_project_is_refused() {
        let (_root, project) = stage();
        let inside = project.dir().join("policy.yaml");
        fs::write(&inside, "allow: [anything]\n").expect("a file");
        std::os::unix::fs::symlink(&inside, project.app.home.policy()).expect("a link");
        let error = layers(&project).expect_err("an agent could write its own policy");
        assert!(error.to_string().contains("inside the project"), "{error}");
    }

    #[test]
    fn what_the_settings_grant_counts_like_a_policy_file_and_is_held_to_the_same_rules() {
        let (root, mut project) = stage();
        let docs = root.path().join("docs");
        fs::create_dir(&docs).expect("a directory");
        let with = |readable: &[&str], hosts: &[&str]| ProjectSettings {
            readable: readable.iter().map(|path| (*path).to_owned()).collect(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            ..ProjectSettings::default()
        };
        let fine = with(&[docs.to_str().expect("plain")], &["*.example.org"]);
        check_settings(&project, &fine).expect("an ordinary directory and a host");
        project.settings = fine;
        let layers = layers(&project).expect("they are whole");
        assert_eq!(layers.readable(None), std::slice::from_ref(&docs), "sessions are granted it");
        assert_eq!(layers.hosts().collect::<Vec<_>>(), ["*.example.org"]);
        let data = project.app.home.root().display().to_string();
        let missing = root.path().join("missing").display().to_string();
        for refused in ["/", "/proc/self", "relative", "/srv/../etc", "/etc", &data, &missing, "a: b\n- /"] {
            let refusal = check_settings(&project, &with(&[refused], &[])).expect_err(refused);
            assert!(matches!(refusal.code(), "bad_policy" | "refused"), "{refused}: {refusal}");
        }
        for refused in ["https://example.org", "10.0.0.1", "localhost", "*", "example.org:80"] {
            assert!(check_settings(&project, &with(&[], &[refused])).is_err(), "{refused} is no host's name");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_settings_grant_nothing_beyond_the_bound_of_all_projects_also_when_a_link_is_turned_later() {
        let (root, mut project) = stage();
        let (within, outside) = (root.path().join("projects"), root.path().join("elsewhere"));
        fs::create_dir_all(within.join("docs")).expect("a directory");
        fs::create_dir_all(&outside).expect("a directory");
        project.app.bounds = bounds::Bounds::new(Some(within.clone().into()), None);
        let with =
            |path: &Path| ProjectSettings { readable: vec![path.display().to_string()], ..ProjectSettings::default() };
        let refusal = check_settings(&project, &with(&outside)).expect_err("nobody allowed that");
        assert!(refusal.to_string().contains("ALLOWED_ROOT_DIRECTORY"), "{refusal}");
        let docs = within.join("docs");
        check_settings(&project, &with(&docs)).expect("it lies where projects live");
        project.settings = with(&docs);
        layers(&project).expect("as it was allowed");
        fs::remove_dir(&docs).expect("it goes");
        std::os::unix::fs::symlink(&outside, &docs).expect("an agent of another project turned it");
        assert!(layers(&project).is_err(), "no session is shown what the link leads to now");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn whoever_asks_is_answered_as_a_session_would_be() {
        let (_root, project) = stage();
        let is_private = harness_sandbox::probe().kind.replaces_home();
        let verdict = judge(&project, "echo x > /tmp/out.txt").expect("an answer");
        assert_eq!(verdict.is_allowed(), is_private, "walls give a session temporary files of its own: {verdict}");
        let verdict = judge(&project, "echo x > /etc/out.txt").expect("an answer");
        assert!(!verdict.is_allowed(), "the machine is nobody's: {verdict}");
    }
}
