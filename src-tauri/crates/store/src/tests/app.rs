use crate::{AppStore, StoreError};
use harness_domain::{id::ProjectId, project::ProjectSettings};
use std::path::Path;

fn names(store: &AppStore) -> Vec<String> {
    store.project_list().unwrap().into_iter().map(|project| project.name).collect()
}

#[test]
fn projects_are_listed_most_recently_opened_first() {
    let home = tempfile::tempdir().unwrap();
    let store = AppStore::open(home.path()).unwrap();
    let a = store.project_add("a", Path::new("/p/a"), 1).unwrap();
    let b = store.project_add("b", Path::new("/p/b"), 2).unwrap();
    assert_eq!(names(&store), ["b", "a"]);
    store.project_touch(a.id, 3).unwrap();
    assert_eq!(names(&store), ["a", "b"]);
    assert_eq!(store.project_by_path(Path::new("/p/b")).unwrap(), Some(b.clone()));
    assert_eq!(store.project_by_name("b").unwrap(), Some(b.clone()));
    assert_eq!(store.project_by_name("c").unwrap(), None);
    assert_eq!(store.project(b.id).unwrap(), b);
}

#[test]
fn a_name_and_a_path_belong_to_one_project() {
    let home = tempfile::tempdir().unwrap();
    let store = AppStore::open(home.path()).unwrap();
    let a = store.project_add("a", Path::new("/p/a"), 1).unwrap();
    let b = store.project_add("b", Path::new("/p/b"), 1).unwrap();
    let taken = StoreError::NameTaken { name: "a".into() };
    assert_eq!(store.project_add("a", Path::new("/p/c"), 1).unwrap_err(), taken);
    assert_eq!(store.project_rename(b.id, "a").unwrap_err(), taken);
    let same = StoreError::PathTaken { path: "/p/a".into(), name: "a".into() };
    assert_eq!(store.project_add("c", Path::new("/p/a"), 1).unwrap_err(), same);
    assert_eq!(store.project_add(" ", Path::new("/p/d"), 1).unwrap_err(), StoreError::NoProjectName);
    store.project_rename(a.id, "a").unwrap();
    store.project_rename(a.id, "z").unwrap();
    assert_eq!(store.project(a.id).unwrap().name, "z");
}

#[test]
fn a_removed_project_is_forgotten_and_its_number_is_not_used_again() {
    let home = tempfile::tempdir().unwrap();
    let store = AppStore::open(home.path()).unwrap();
    let a = store.project_add("a", Path::new("/p/a"), 1).unwrap();
    store.project_remove(a.id).unwrap();
    let again = store.project_add("a", Path::new("/p/a"), 1).unwrap();
    assert!(again.id > a.id, "the number names a directory that may still hold the old project's database");
    let gone = StoreError::NoSuchProject(a.id);
    assert_eq!(store.project_remove(a.id).unwrap_err(), gone);
    assert_eq!(store.project_touch(a.id, 1).unwrap_err(), gone);
    assert_eq!(store.project_settings(a.id).unwrap_err(), gone);
}

#[test]
fn settings_survive_reopening() {
    let home = tempfile::tempdir().unwrap();
    let store = AppStore::open(home.path()).unwrap();
    let project = store.project_add("a", Path::new("/p/a"), 1).unwrap().id;
    assert_eq!(store.project_settings(project).unwrap(), ProjectSettings::default());
    let settings = ProjectSettings { model: Some("opus".into()), max_attempts: Some(5), ..Default::default() };
    store.set_project_settings(project, &settings).unwrap();
    store.set_setting("theme", Some("\"dark\"")).unwrap();
    store.set_setting("gone", Some("1")).unwrap();
    store.set_setting("gone", None).unwrap();
    drop(store);
    let store = AppStore::open(home.path()).unwrap();
    assert_eq!(store.project_settings(project).unwrap(), settings);
    assert_eq!(store.setting("theme").unwrap().as_deref(), Some("\"dark\""));
    assert_eq!(store.setting("gone").unwrap(), None);
    let error = store.set_setting("theme", Some("dark")).unwrap_err();
    assert!(matches!(error, StoreError::NotJson { .. }), "{error}");
    let unknown = store.set_project_settings(ProjectId(99), &settings).unwrap_err();
    assert_eq!(unknown, StoreError::NoSuchProject(ProjectId(99)));
}

#[cfg(unix)]
#[test]
fn a_path_that_is_not_text_is_refused_by_name() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};
    let home = tempfile::tempdir().unwrap();
    let store = AppStore::open(home.path()).unwrap();
    let path = Path::new(OsStr::from_bytes(b"/p/\xff"));
    let refused = StoreError::PathNotText { path: path.to_owned() };
    assert_eq!(store.project_add("a", path, 1).unwrap_err(), refused);
    assert_eq!(store.project_by_path(path).unwrap(), None);
}
