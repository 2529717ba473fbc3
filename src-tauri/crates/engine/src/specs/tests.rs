use super::*;
use crate::stage::Stage;

fn texts(stage: &Stage, name: &str) -> Vec<String> {
    history(&stage.project, name).expect("it has a history").into_iter().map(|version| version.text).collect()
}

fn put(stage: &Stage, file: &str, bytes: &[u8]) {
    let path = stage.path(file);
    fs::create_dir_all(path.parent().expect("it lies in the project")).expect("directories");
    fs::write(path, bytes).expect("a file");
}

fn names(stage: &Stage) -> Vec<(String, String)> {
    let found = list(&stage.project).expect("they are listed");
    found.into_iter().map(|found| (found.name, found.file)).collect()
}

fn pair(name: &str, file: &str) -> (String, String) {
    (name.to_owned(), file.to_owned())
}

#[test]
fn what_is_written_over_or_deleted_is_in_the_history_even_when_another_program_wrote_it() {
    let stage = Stage::new();
    put(&stage, "prompts/app_spec.txt", b"By hand.");
    write(&stage.project, "main", "First.", None).expect("it is written");
    write(&stage.project, "main", "First.", None).expect("the same again");
    put(&stage, "prompts/app_spec.txt", b"By hand again.");
    assert_eq!(texts(&stage, "main"), ["By hand again.", "First.", "By hand."], "what the file says now is the first");
    delete(&stage.project, "main").expect("it is deleted");
    assert!(!stage.path("prompts/app_spec.txt").exists());
    assert_eq!(texts(&stage, "main").len(), 3, "the history stays");
    assert!(matches!(delete(&stage.project, "main"), Err(EngineError::NoSuchSpec { .. })));
}

#[test]
fn a_file_whose_text_cannot_be_kept_is_neither_replaced_nor_deleted() {
    let stage = Stage::new();
    put(&stage, "prompts/app_spec.txt", b"Caf\xe9");
    let found = list(&stage.project).expect("it is listed all the same").remove(0);
    assert!(found.problem.is_some_and(|problem| problem.contains("save it as UTF-8")));
    let why = write(&stage.project, "main", "New.", None).expect_err("the old would be lost").to_string();
    assert!(why.contains("move it out of the project first"), "{why}");
    assert!(delete(&stage.project, "main").is_err());
    assert_eq!(fs::read(stage.path("prompts/app_spec.txt")).expect("it is there"), b"Caf\xe9");
}

#[test]
fn a_manifest_is_kept_up_with_what_other_programs_keep_in_it() {
    let stage = Stage::new();
    put(&stage, "prompts/app_spec.txt", b"Main.");
    put(
        &stage,
        "prompts/.spec_manifest.json",
        br#"{"version":"1.0","specs":[{"name":"main","file":"app_spec.txt"},
        {"name":"web","file":"app_spec_web.txt","extends":"main"}],"spec_versions":[1]}"#,
    );
    let found = list(&stage.project).expect("they are listed");
    assert!(found[1].problem.as_ref().is_some_and(|problem| problem.contains("not there")), "{:?}", found[1].problem);
    write(&stage.project, "api", "Api.", Some("")).expect("a new one");
    let manifest = fs::read_to_string(stage.path("prompts/.spec_manifest.json")).expect("it is there");
    assert!(manifest.contains("app_spec_api.txt") && manifest.contains("spec_versions"), "{manifest}");
    assert_eq!(names(&stage).len(), 3);
    let refused = delete(&stage.project, "main").expect_err("web extends it").to_string();
    assert!(refused.contains("web"), "{refused}");
    assert!(stage.path("prompts/app_spec.txt").exists(), "a refusal deletes nothing");
    delete(&stage.project, "web").expect("its file was never there");
    delete(&stage.project, "main").expect("nothing extends it now");
    assert_eq!(names(&stage), [pair("api", "prompts/app_spec_api.txt")]);
}

#[test]
fn the_main_one_of_an_older_project_stays_where_it_is_when_another_is_added() {
    let stage = Stage::new();
    put(&stage, "app_spec.txt", b"Main.");
    write(&stage.project, "web", "Web.", Some("")).expect("a new one");
    write(&stage.project, "main", "Main, better.", None).expect("it is written");
    assert_eq!(names(&stage), [pair("main", "app_spec.txt"), pair("web", "prompts/app_spec_web.txt")]);
    assert_eq!(fs::read_to_string(stage.path("app_spec.txt")).expect("it is there"), "Main, better.");
    assert_eq!(read(&stage.project).expect("a run reads both").len(), 2);
}

#[cfg(unix)]
#[test]
fn no_link_is_written_through_wherever_it_leads() {
    use std::os::unix::fs::symlink;
    let stage = Stage::new();
    let outside = tempfile::tempdir().expect("a directory");
    symlink(outside.path(), stage.path("prompts")).expect("a link");
    assert!(write(&stage.project, "main", "New.", None).is_err());
    assert_eq!(fs::read_dir(outside.path()).expect("it is there").count(), 0, "nothing is made outside");
    fs::remove_file(stage.path("prompts")).expect("the link goes");
    put(&stage, "notes.txt", b"Notes.");
    fs::create_dir(stage.path("prompts")).expect("a directory");
    symlink("../notes.txt", stage.path("prompts/app_spec.txt")).expect("a link");
    let why = write(&stage.project, "main", "New.", None).expect_err("it is a link").to_string();
    assert!(why.contains("a link"), "{why}");
    assert_eq!(fs::read(stage.path("notes.txt")).expect("it is there"), b"Notes.", "not even inside the project");
}

#[test]
fn of_many_who_write_over_the_same_revision_one_succeeds() {
    let stage = Stage::new();
    let revision = write(&stage.project, "main", "First.", Some("")).expect("it is written").revision;
    let project = &stage.project;
    let done: usize = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..8)
            .map(|number| {
                let revision = &revision;
                scope.spawn(move || match write(project, "main", &format!("Text {number}."), Some(revision)) {
                    Ok(_) => 1,
                    Err(EngineError::SpecChanged { .. }) => 0,
                    Err(error) => panic!("{error}"),
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().expect("no panic")).sum()
    });
    assert_eq!(done, 1, "the others are told that it changed");
}
