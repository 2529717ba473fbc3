use super::*;
use crate::git::{discard_to_head, is_clean, snapshot};

fn save(place: &Place) -> crate::git::Snapshot {
    snapshot(&place.dir, "run-3/rescue", "Work in progress", AT_MS).expect("it can be saved").expect("it is dirty")
}

#[test]
fn a_snapshot_holds_the_whole_dirty_tree_and_touches_nothing() {
    let place = Place::with_history();
    place.write("a.txt", "changed\n");
    place.git(&["add", "a.txt"]);
    place.remove("gone.txt");
    place.write("new dir/new.txt", "new\n");
    set_executable(&place.at("run.sh"));
    let (before, status, head) = (place.seen(), place.status(), place.head());

    let saved = save(&place);
    assert_eq!((place.seen(), place.status(), place.head()), (before, status, head.clone()), "nothing is touched");
    assert_eq!(saved.files, ["a.txt", "gone.txt", "new dir/new.txt", "run.sh"], "what differs is named");
    assert_eq!(place.git(&["rev-parse", "refs/harness/run-3/rescue"]), saved.oid, "it is kept by its ref");
    assert_eq!(place.git(&["rev-parse", &format!("{}^", saved.oid)]), head, "it builds on HEAD");
    assert_eq!(
        place.git(&["diff", "--name-status", "HEAD", &saved.oid]),
        "M\ta.txt\nD\tgone.txt\nA\tnew dir/new.txt\nM\trun.sh",
        "git sees the same"
    );
    assert_eq!(place.git(&["branch", "--list"]), "* main", "no branch shows it");
    place.is_sound();
}

#[test]
fn a_clean_tree_needs_no_snapshot_and_a_second_one_does_not_replace_the_first() {
    let place = Place::with_history();
    let none = snapshot(&place.dir, "rescue", "x", AT_MS).expect("it can be read");
    assert_eq!(none, None, "there is nothing to save");
    place.write("a.txt", "first\n");
    let first = save(&place);
    place.write("a.txt", "second\n");
    let second = save(&place);
    assert_eq!(second.ref_name, "refs/harness/run-3/rescue-2", "the name was taken");
    assert_eq!(place.git(&["show", &format!("{}:a.txt", first.ref_name)]), "first", "the first is still there");
}

#[test]
fn a_repository_without_a_commit_can_be_saved_too() {
    let place = Place::unborn();
    place.write("a.txt", "a\n");
    let saved = save(&place);
    assert_eq!(place.git(&["log", "--format=%s", &saved.oid]), "Work in progress", "a commit without a parent");
    discard_to_head(&place.dir, &saved).expect("it can be discarded");
    assert!(!place.exists("a.txt"), "HEAD has nothing");
}

#[test]
fn discarding_goes_back_to_head_and_the_snapshot_brings_it_back() {
    let place = Place::with_history();
    let clean = place.seen();
    place.write("a.txt", "changed\n");
    place.git(&["add", "a.txt"]);
    place.remove("gone.txt");
    place.write("new dir/new.txt", "new\n");
    place.git(&["add", "new dir/new.txt"]);
    std::os::unix::fs::symlink("a.txt", place.at("link")).expect("a link");
    let dirty = place.seen();

    let saved = save(&place);
    let discarded = discard_to_head(&place.dir, &saved).expect("it can be discarded");
    assert_eq!(discarded.kept, Vec::<String>::new(), "everything was saved");
    assert_eq!((place.seen(), place.status()), (clean, String::new()), "as in HEAD, ignored files untouched");
    assert!(is_clean(&place.dir).expect("a repository"), "and clean");
    assert!(!place.exists("new dir"), "an empty directory does not stay behind");

    place.git(&["restore", "--source", &saved.oid, "--worktree", "--", "."]);
    assert_eq!(place.seen(), dirty, "nothing was lost");
}

#[test]
fn what_the_snapshot_does_not_have_is_not_discarded() {
    let place = Place::with_history();
    place.write("a.txt", "changed\n");
    place.write(".env", "TOKEN=1\n");
    let saved = save(&place);
    assert_eq!(saved.left_out, [".env"], "a secret is not stored");
    place.write("a.txt", "changed again\n");
    place.write("later.txt", "later\n");
    let discarded = discard_to_head(&place.dir, &saved).expect("it can be discarded");
    assert_eq!(discarded.kept, [".env", "a.txt", "later.txt"], "each is newer than the snapshot or not in it");
    assert_eq!(place.read("a.txt") + &place.read("later.txt"), "changed again\nlater\n", "untouched");
    assert!(place.exists(".env"), "the program still finds its settings");
}

#[test]
fn a_ref_name_is_made_lawful() {
    let place = Place::with_history();
    place.write("a.txt", "changed\n");
    let saved = snapshot(&place.dir, "/run 3//..~é.lock/", "x", AT_MS).expect("any name will do").expect("dirty");
    assert_eq!(saved.ref_name, "refs/harness/run-3/-----lock", "git accepts it");
}
