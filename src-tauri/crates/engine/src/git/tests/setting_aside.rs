use super::*;
use crate::git::{Aside, GitError, Restored, restore_aside, waiting_asides};

/// Every kind of change at once.
fn make_a_mess(place: &Place) {
    place.write("a.txt", "one\nTWO\nthree\n");
    place.git(&["add", "a.txt"]);
    place.write("a.txt", "one\nTWO\nthree\nfour\n");
    place.write("src/b.txt", "b changed\n");
    place.remove("gone.txt");
    place.git(&["rm", "-q", "src/deep/c.txt"]);
    set_executable(&place.at("run.sh"));
    place.write("new dir/ünïcode file.txt", "new\n");
    place.write("staged new.txt", "staged\n");
    place.git(&["add", "staged new.txt"]);
    place.write("binary.bin", [0, 159, 146, 150, 0, 255, 13, 10]);
    std::os::unix::fs::symlink("a.txt", place.at("link")).expect("a link");
    std::os::unix::fs::symlink("/no where", place.at("dangling")).expect("a link");
    place.write("empty.txt", "");
}

fn set_aside(place: &Place) -> Aside {
    place.prepare(Uncommitted::Aside).set_aside.expect("there were changes")
}

#[test]
fn every_kind_of_change_comes_back_exactly() {
    let place = Place::with_history();
    let clean = place.seen();
    make_a_mess(&place);
    let (before, status) = (place.seen(), place.status());

    let aside = set_aside(&place);
    assert_eq!(place.seen(), clean, "the agent starts with the files of HEAD and the ignored ones");
    assert_eq!(place.status(), "", "and an index to match");
    assert_eq!(
        place.git(&["stash", "list"]),
        "stash@{0}: On main: auto-agent-harness: your uncommitted changes, set aside for run 3",
        "the person finds it where git people look"
    );
    assert_eq!(aside.files.len(), 11, "every file is named: {:?}", aside.files);
    assert_eq!(
        waiting_asides(&place.dir).expect("a stash"),
        std::slice::from_ref(&aside),
        "a later start finds it as well"
    );
    place.is_sound();

    assert_eq!(restore_aside(&place.dir, &aside).expect("it can be read"), Restored::Applied, "nothing is in the way");
    assert_eq!(place.seen(), before, "every byte, mode and link is back");
    assert_eq!(place.status(), status, "what was staged is staged again");
    assert_eq!(place.git(&["stash", "list"]), "", "the entry is used up");
    assert_eq!(restore_aside(&place.dir, &aside).expect("it can be read"), Restored::Gone, "there is nothing left");
    place.is_sound();
}

#[test]
fn git_itself_can_bring_the_changes_back() {
    let place = Place::with_history();
    make_a_mess(&place);
    let (before, status) = (place.seen(), place.status());
    let aside = set_aside(&place);
    place.git(&["stash", "pop", "-q", "--index"]);
    assert_eq!(place.seen(), before, "git understands what was written");
    assert_eq!(place.status(), status, "down to the index");
    assert_eq!(restore_aside(&place.dir, &aside).expect("a stash"), Restored::Gone, "the person took it");
    assert_eq!(place.seen(), before, "so nothing is done twice");
}

#[test]
fn a_file_that_became_a_directory_and_the_other_way_round_come_back() {
    let place = Place::with_history();
    place.remove("a.txt");
    place.write("a.txt/inside/x.txt", "x\n");
    place.remove("src/deep/c.txt");
    std::fs::remove_dir(place.at("src/deep")).expect("it is empty");
    place.write("src/deep", "a file now\n");
    place.remove("gone.txt");
    std::os::unix::fs::symlink("src", place.at("gone.txt")).expect("a link");
    let before = place.seen();
    let aside = set_aside(&place);
    assert_eq!(place.status(), "", "HEAD is back");
    assert!(place.at("a.txt").is_file() && place.at("src/deep").is_dir(), "each as the kind it was");
    assert_eq!(restore_aside(&place.dir, &aside).expect("a stash"), Restored::Applied, "nothing is in the way");
    assert_eq!(place.seen(), before, "each as the kind the person made of it");
}

#[test]
fn names_that_are_not_utf8_come_back() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::with_history();
    let odd = place.dir.join(std::ffi::OsStr::from_bytes(b"odd-\xff\xfe.txt"));
    std::fs::write(&odd, "odd\n").expect("this file system takes any name");
    let before = place.seen();
    let aside = set_aside(&place);
    assert!(!odd.exists(), "it was set aside");
    assert_eq!(aside.files, ["odd-\u{fffd}\u{fffd}.txt"], "it is shown as well as it can be");
    assert_eq!(restore_aside(&place.dir, &aside).expect("a stash"), Restored::Applied, "nothing is in the way");
    assert_eq!(place.seen(), before, "under its exact name");
}

#[test]
fn line_ends_come_back_exactly_although_git_normalizes_them() {
    let place = Place::with_history();
    place.write(".gitattributes", "*.txt text=auto\n");
    place.git(&["add", "-A"]);
    place.git(&["commit", "-q", "-m", "attributes"]);
    place.write("a.txt", "one\r\ntwo\nmixed\r\n");
    place.write("fresh.txt", "windows\r\n");
    let before = place.seen();
    let aside = set_aside(&place);
    assert_eq!(place.read("a.txt"), "one\ntwo\nthree\n", "HEAD's version is there for the agent");
    assert_eq!(restore_aside(&place.dir, &aside).expect("a stash"), Restored::Applied, "nothing is in the way");
    assert_eq!(place.seen(), before, "a stash alone would have lost the line ends");
    assert_eq!(place.git(&["for-each-ref", "refs/harness"]), "", "the private ref is cleared away");
}

#[test]
fn attributes_that_change_with_the_files_do_not_leave_a_dirty_tree() {
    let place = Place::with_history();
    place.write(".gitattributes", "*.txt eol=crlf\n");
    place.write("a.txt", "changed\r\n");
    let before = place.seen();
    let aside = set_aside(&place);
    assert_eq!(place.status(), "", "the files are written with HEAD's attributes");
    assert_eq!(place.read("a.txt"), "one\ntwo\nthree\n", "which know nothing of carriage returns");
    restore_aside(&place.dir, &aside).expect("a stash");
    assert_eq!(place.seen(), before, "and come back with the person's");
}

#[test]
fn untracked_secrets_and_big_files_stay_in_place() {
    let place = Place::with_history();
    place.write(".env", "TOKEN=1\n");
    place.write("big.bin", vec![0; 1_000_001]);
    place.write("a.txt", "changed\n");
    let prepared = place.prepare(Uncommitted::Aside);
    assert_eq!(prepared.set_aside.expect("set aside").files, ["a.txt"], "a secret does not get into git's objects");
    assert_eq!(place.status(), "?? .env\n?? big.bin", "the program still finds its settings");
    assert_eq!(prepared.warnings.len(), 2, "and the person is told: {:?}", prepared.warnings);
}

#[test]
fn other_repositories_inside_the_project_are_left_alone() {
    let place = Place::with_history();
    let library = Place::with_history();
    place.git(&["submodule", "--quiet", "add", library.dir.to_str().expect("text"), "lib"]);
    place.git(&["commit", "-q", "-m", "library"]);
    place.write("lib/a.txt", "changed inside\n");
    git_in(&place.dir, &["clone", "-q", library.dir.to_str().expect("text"), "nested"]);
    place.write("nested/a.txt", "changed inside\n");
    place.write("a.txt", "changed\n");
    let before = place.seen();
    let prepared = place.prepare(Uncommitted::Aside);
    let aside = prepared.set_aside.expect("set aside");
    assert_eq!(aside.files, ["a.txt"], "only the project's own file");
    assert_eq!(place.read("lib/a.txt") + &place.read("nested/a.txt"), "changed inside\nchanged inside\n", "untouched");
    assert!(prepared.warnings.iter().any(|text| text.starts_with("nested stays")), "{:?}", prepared.warnings);
    restore_aside(&place.dir, &aside).expect("a stash");
    assert_eq!(place.seen(), before, "as before");
}

#[test]
fn a_stash_of_the_person_keeps_its_place() {
    let place = Place::with_history();
    place.write("a.txt", "older\n");
    place.git(&["stash", "-q", "-m", "my own"]);
    place.write("a.txt", "newer\n");
    let aside = set_aside(&place);
    place.write("src/b.txt", "later\n");
    place.git(&["stash", "-q", "-m", "my own too"]);
    assert_eq!(restore_aside(&place.dir, &aside).expect("a stash"), Restored::Applied, "found below a newer entry");
    assert_eq!(place.read("a.txt"), "newer\n", "the right one");
    assert_eq!(
        place.git(&["stash", "list"]),
        "stash@{0}: On main: my own too\nstash@{1}: On main: my own",
        "others stay"
    );
}

#[test]
fn something_untracked_in_the_way_stops_it_before_anything_is_lost() {
    let place = Place::with_history();
    place.remove("a.txt");
    place.write("a.txt/kept.log", "ignored, so it cannot be moved\n");
    place.write("src/b.txt", "changed\n");
    let (before, status) = (place.seen(), place.status());
    let refused = prepare(&place.dir, &how(Uncommitted::Aside)).expect_err("a.txt cannot be put back");
    assert!(matches!(&refused, GitError::InTheWay { path } if path == "a.txt"), "it is named: {refused}");
    assert_eq!((place.seen(), place.status()), (before, status), "everything is as before");
    assert_eq!(place.git(&["stash", "list"]), "", "and nothing is left in the stash");
}

#[test]
fn a_failure_after_the_move_takes_everything_back() {
    let place = Place::with_history();
    make_a_mess(&place);
    place.write("prompts/app_spec.txt", "Build it.\n");
    let (before, status) = (place.seen(), place.status());
    // The last step, the commit of the specification, cannot move the branch.
    place.write(".git/refs/heads/main.lock", "");
    let head = place.head();
    let refused = prepare(&place.dir, &how(Uncommitted::Aside)).expect_err("the branch is locked");
    assert!(matches!(refused, GitError::Git { .. }), "{refused}");
    assert_eq!(place.seen(), before, "every file is as before");
    assert_eq!(place.status(), status, "the index, too");
    assert_eq!((place.git(&["stash", "list"]), place.head()), (String::new(), head), "the stash and the branch, too");
}
