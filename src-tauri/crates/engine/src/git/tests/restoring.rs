use super::*;
use crate::git::{
    Aside, GitError, Restored, aside, files, path::RepoPath, repository, restore::restore_within, restore_aside,
    status, swap,
};

fn aside_of(place: &Place) -> Aside {
    place.prepare(Uncommitted::Aside).set_aside.expect("there were changes")
}

fn restore(place: &Place, aside: &Aside) -> Restored {
    restore_aside(&place.dir, aside).expect("the repository can be read")
}

/// The agent's work on one file, committed.
fn agent_commits(place: &Place, path: &str, content: &str) {
    place.write(path, content);
    place.git(&["add", "-A"]);
    place.git(&["commit", "-q", "-m", "agent"]);
}

#[test]
fn changes_in_other_places_of_the_same_file_are_merged() {
    let place = Place::unborn();
    place.write("list.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    place.git(&["add", "-A"]);
    place.git(&["commit", "-q", "-m", "first"]);
    place.write("list.txt", "mine\n2\n3\n4\n5\n6\n7\n8\n9\n");
    place.write("mine.txt", "mine\n");
    let aside = aside_of(&place);
    agent_commits(&place, "list.txt", "1\n2\n3\n4\n5\n6\n7\n8\nagent\n");

    assert_eq!(restore(&place, &aside), Restored::Applied, "both changes fit");
    assert_eq!(place.read("list.txt"), "mine\n2\n3\n4\n5\n6\n7\n8\nagent\n", "both are there");
    assert_eq!(place.status(), " M list.txt\n?? mine.txt", "the person's part is uncommitted as before");
}

#[test]
fn a_conflict_leaves_the_tree_untouched_and_the_changes_in_the_stash() {
    let place = Place::with_history();
    place.write("a.txt", "mine\n");
    place.write("src/b.txt", "mine too\n");
    place.write("new.txt", "mine as well\n");
    let aside = aside_of(&place);
    agent_commits(&place, "a.txt", "agent\n");
    let before = place.seen();

    let Restored::Conflicts { files, kept_as } = restore(&place, &aside) else { panic!("a.txt is in conflict") };
    assert_eq!(files, ["a.txt"], "the file in conflict is named");
    assert_eq!(
        (place.seen(), place.status()),
        (before, String::new()),
        "nothing was changed, not even the other files"
    );
    assert_eq!(place.git(&["show", &format!("{kept_as}:a.txt")]), "mine", "the person finds all of it there");
    assert_eq!(place.git(&["show", &format!("{kept_as}^3:new.txt")]), "mine as well", "new files included");
}

#[test]
fn a_new_file_that_both_made_is_a_conflict_unless_it_is_the_same() {
    let place = Place::with_history();
    place.write("new.txt", "mine\n");
    let aside = aside_of(&place);
    agent_commits(&place, "new.txt", "agent\n");
    assert!(matches!(restore(&place, &aside), Restored::Conflicts { .. }), "two different files of one name");
    agent_commits(&place, "new.txt", "mine\n");
    assert_eq!(restore(&place, &aside), Restored::Applied, "the same content is no conflict");
    assert_eq!(place.git(&["stash", "list"]), "", "and the entry is used up");
}

#[test]
fn what_the_agent_left_uncommitted_is_not_overwritten() {
    let place = Place::with_history();
    place.write("a.txt", "mine\n");
    place.write("new.txt", "mine\n");
    let aside = aside_of(&place);
    place.write("a.txt", "left over\n");
    let expected = Restored::Conflicts { files: vec!["a.txt".into()], kept_as: "stash@{0}".into() };
    assert_eq!(restore(&place, &aside), expected, "uncommitted work counts as much as a commit");
    assert_eq!(place.read("a.txt"), "left over\n", "it is untouched");
    place.git(&["checkout", "-q", "a.txt"]);
    place.write("new.txt/inside.txt", "left over\n");
    let Restored::Conflicts { files, .. } = restore(&place, &aside) else { panic!("a directory is in the way") };
    assert_eq!(files, ["new.txt"], "a directory is in the way of a new file");
    assert_eq!(place.read("a.txt"), "one\ntwo\nthree\n", "so the other file was not changed either");
}

#[test]
fn a_file_that_was_deleted_on_one_side_is_a_conflict() {
    let place = Place::with_history();
    place.write("a.txt", "mine\n");
    place.remove("gone.txt");
    let aside = aside_of(&place);
    place.git(&["rm", "-q", "a.txt"]);
    agent_commits(&place, "gone.txt", "agent wrote more\n");
    let Restored::Conflicts { files, .. } = restore(&place, &aside) else { panic!("two conflicts") };
    assert_eq!(files, ["a.txt", "gone.txt"], "changed against deleted, both ways");
}

#[test]
fn a_staged_version_that_differs_from_the_file_is_not_lost() {
    let place = Place::with_history();
    place.write("a.txt", "staged\n");
    place.git(&["add", "a.txt"]);
    place.write("a.txt", "on disk\n");
    let aside = aside_of(&place);
    agent_commits(&place, "src/b.txt", "agent\n");
    assert_eq!(restore(&place, &aside), Restored::Applied, "nothing is in the way");
    assert_eq!(place.git(&["show", ":a.txt"]), "staged", "the index has its own version again");
    assert_eq!(place.read("a.txt"), "on disk\n", "the disk as well");
}

#[test]
fn a_held_index_leaves_everything_in_the_stash() {
    let place = Place::with_history();
    place.write("a.txt", "mine\n");
    let aside = aside_of(&place);
    let before = place.seen();
    place.write(".git/index.lock", "");
    let refused = restore_within(&place.dir, &aside, Duration::from_millis(50)).expect_err("the index is held");
    assert!(matches!(refused, GitError::IndexLocked { .. }), "{refused}");
    assert_eq!(place.seen(), before, "no file was changed");
    std::fs::remove_file(place.at(".git/index.lock")).expect("the lock is still there");
    assert_eq!(restore(&place, &aside), Restored::Applied, "later it works");
}

#[test]
fn an_entry_that_cannot_be_taken_out_of_the_stash_is_taken_out_next_time() {
    let place = Place::with_history();
    place.write("a.txt", "mine\n");
    let aside = aside_of(&place);
    place.write(".git/refs/stash.lock", "");
    let failed = restore_aside(&place.dir, &aside);
    std::fs::remove_file(place.at(".git/refs/stash.lock")).expect("the lock is still there");
    assert!(matches!(failed, Err(GitError::Git { .. })), "the stash is locked: {failed:?}");
    assert_eq!(place.read("a.txt"), "mine\n", "the changes are back already");
    assert_eq!(restore(&place, &aside), Restored::Applied, "a second time changes nothing and clears the entry");
    assert_eq!((place.read("a.txt"), place.git(&["stash", "list"])), ("mine\n".into(), String::new()), "done");
}

/// Sets everything aside and dies before the step is complete.
fn die_while_setting_aside(place: &Place) {
    let project = repository::open(&place.dir).expect("a repository");
    let found = status::changes(&project).expect("changes");
    let changes: Vec<_> = found.files.iter().collect();
    let who = project.signature(None, AT_MS).expect("a name");
    let (_, swapped) = aside::set_aside(&project, &changes, RunId(3), &who).expect("it can be set aside");
    let mut index = aside::clear_index(&project, &changes).expect("an index");
    project.write_index(&mut index, Duration::ZERO).expect("nobody holds it");
    std::mem::forget(swapped);
}

#[test]
fn a_start_that_was_cut_off_is_taken_back_by_the_next_one() {
    let place = Place::with_history();
    place.write("a.txt", "mine\n");
    place.write("new/file.txt", "mine\n");
    place.remove("gone.txt");
    place.git(&["add", "new/file.txt"]);
    let (before, status) = (place.seen(), place.status());
    die_while_setting_aside(&place);
    assert_ne!(place.seen(), before, "the files were moved already");

    let project = repository::open(&place.dir).expect("a repository");
    assert!(swap::recover(&project).expect("it can be taken back"), "there was something to take back");
    assert_eq!((place.seen(), place.status()), (before.clone(), status.clone()), "as if it had never begun");
    assert_eq!(place.git(&["stash", "list"]), "", "without a second copy in the stash");

    let aside = aside_of(&place);
    assert_eq!(restore(&place, &aside), Restored::Applied, "and the next start works");
    assert_eq!((place.seen(), place.status()), (before, status), "as before");
}

#[test]
fn what_a_person_wrote_after_the_crash_is_kept_beside() {
    let place = Place::with_history();
    place.write("a.txt", "mine\n");
    die_while_setting_aside(&place);
    place.write("a.txt", "written after the crash\n");
    let project = repository::open(&place.dir).expect("a repository");
    swap::recover(&project).expect("it can be taken back");
    assert_eq!(place.read("a.txt"), "mine\n", "the version from before the start is back");
    let kept: Vec<PathBuf> = std::fs::read_dir(place.at(".git/auto-agent-harness-kept"))
        .expect("a place for such files")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(kept.len(), 1, "one file: {kept:?}");
    assert_eq!(std::fs::read_to_string(&kept[0]).expect("text"), "written after the crash\n", "the later one is kept");
}

#[test]
fn a_file_that_changed_since_it_was_read_is_not_moved() {
    let place = Place::with_history();
    place.write("a.txt", "read\n");
    let project = repository::open(&place.dir).expect("a repository");
    let path = RepoPath::from_git(b"a.txt");
    let stored = files::Storer::new(&project).and_then(|storer| storer.store(&path)).expect("readable");
    let expected = stored.map(|stored| stored.meta);
    place.write("a.txt", "written since, longer\n");
    let goals = swap::Goals::from([(path, swap::Goal { content: None, exact: None, expected })]);
    let refused = swap::swap(&project, &goals, None).map(|_| ()).expect_err("it is another file now");
    assert!(matches!(&refused, GitError::ChangedMeanwhile { path } if path == "a.txt"), "{refused}");
    assert_eq!(place.read("a.txt"), "written since, longer\n", "it was left alone");
    assert!(!place.exists(".git/auto-agent-harness-swap"), "nothing is left behind");
}

#[test]
fn a_file_that_the_agent_renamed_is_a_conflict() {
    let place = Place::with_history();
    place.write("a.txt", "one\ntwo\nthree\nmine\n");
    let aside = aside_of(&place);
    place.git(&["mv", "a.txt", "b.txt"]);
    place.git(&["commit", "-q", "-m", "agent"]);
    let expected = Restored::Conflicts { files: vec!["a.txt".into()], kept_as: "stash@{0}".into() };
    assert_eq!(restore(&place, &aside), expected, "where the lines belong is for the person to say");
    assert_eq!(place.status(), "", "nothing was changed");
}
