//! Where projects may live.

use crate::support::{Ended, Machine, finish};
use std::{fs, path::Path, process::Stdio};

/// The program with a bound around all projects.
fn bounded(machine: &Machine, bound: &Path, words: &[&str]) -> Ended {
    let mut command = machine.command(words);
    command.env("ALLOWED_ROOT_DIRECTORY", bound).stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(command.spawn().expect("the program starts"))
}

fn plain(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

#[test]
fn no_project_is_registered_opened_or_run_outside_the_bound() {
    let machine = Machine::new();
    let (inside, outside) = (machine.project("projects/app"), machine.project("elsewhere/app"));
    let bound = machine.path("projects");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, bound.join("link")).expect("a link");
    let added = bounded(&machine, &bound, &["projects", "add", plain(&inside)]);
    assert_eq!(added.code, Some(0), "below the bound it can be: {added:?}");
    for way in [outside.clone(), bound.join("link"), bound.join("../elsewhere/app"), bound.clone()] {
        for words in [
            ["projects", "add", plain(&way)].as_slice(),
            &["features", "list", "--project", plain(&way)],
            &["run", plain(&way), "--rehearse", "demo"],
        ] {
            let ended = bounded(&machine, &bound, words);
            assert_ne!(ended.code, Some(0), "{words:?} is outside: {ended:?}");
            assert!(ended.stderr.contains("ALLOWED_ROOT_DIRECTORY"), "and the person is told by what: {ended:?}");
        }
    }
    assert!(!outside.join("prompts").exists(), "nothing was made there");
    assert_eq!(machine.json(&["projects", "list", "--json"]).as_array().map(Vec::len), Some(1), "none was registered");
}

#[test]
fn a_bound_that_is_set_later_or_cannot_be_found_closes_what_was_open() {
    let machine = Machine::new();
    let dir = machine.project("elsewhere/app");
    assert_eq!(machine.harness(&["projects", "add", plain(&dir)]).code, Some(0), "without a bound it can be");
    fs::create_dir(machine.path("projects")).expect("a directory");
    for bound in [machine.path("projects"), machine.path("missing"), "projects".into()] {
        let ended = bounded(&machine, &bound, &["features", "list", "--project", "app"]);
        assert_ne!(ended.code, Some(0), "also by its name: {ended:?}");
        assert!(ended.stderr.contains("ALLOWED_ROOT_DIRECTORY"), "{ended:?}");
    }
}

#[test]
fn the_home_the_system_and_stores_of_secrets_are_no_projects() {
    let machine = Machine::new();
    let home = machine.path("home");
    fs::create_dir_all(home.join(".ssh")).expect("a directory");
    fs::create_dir_all(home.join(".config/gh")).expect("a directory");
    let places = ["/".into(), "/etc".into(), "/usr".into(), home.clone(), home.join(".ssh"), home.join(".config")];
    for place in places {
        let ended = machine.harness(&["projects", "add", plain(&place)]);
        assert_ne!(ended.code, Some(0), "{} is no project: {ended:?}", place.display());
        assert!(ended.stderr.contains(plain(&place)), "and it says which: {ended:?}");
    }
    assert_eq!(machine.json(&["projects", "list", "--json"]).as_array().map(Vec::len), Some(0), "none was registered");
}
