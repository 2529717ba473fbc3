use super::*;
use crate::EngineError;
use harness_domain::feature::Status;
use std::os::unix::fs::PermissionsExt;

fn everything(stage: &Stage) -> (Seen, Vec<(String, Status)>, String, String) {
    let dir = stage.project.dir();
    let mut cards: Vec<_> =
        stage.project.store.features().expect("cards").into_iter().map(|card| (card.name, card.status)).collect();
    cards.sort_by(|a, b| a.0.cmp(&b.0));
    (seen(dir), cards, git(dir, &["rev-parse", "HEAD"]), git(dir, &["status", "--porcelain"]))
}

#[test]
fn files_cards_branch_and_index_come_back_exactly_and_undo_takes_that_back() {
    let stage = Stage::new();
    files_of_every_sort(&stage);
    let dir = stage.project.dir().to_owned();
    git(&dir, &["add", "run.sh"]);
    stage.feature("first");
    let before = everything(&stage);
    let saved = make(&stage, "good");

    for gone in ["run.sh", "dangling", "src/windows.txt", "link-to-directory"] {
        std::fs::remove_file(dir.join(gone)).expect("it is there");
    }
    std::fs::remove_dir_all(dir.join("src")).expect("it is there");
    stage.write("src", "a file where a directory was\n");
    std::fs::create_dir_all(dir.join("link-to-directory/inner")).expect("directories");
    stage.write("link-to-directory/inner/x", "x");
    std::fs::set_permissions(dir.join("art.psd"), std::fs::Permissions::from_mode(0o755)).expect("permissions");
    stage.write("binary.bin", "text");
    git(&dir, &["add", "-A"]);
    git(&dir, &["commit", "-qm", "vandalism"]);
    stage.write("more.txt", "more");
    stage.feature("second");
    let after = everything(&stage);

    let preview = preview(&stage.project, saved.checkpoint.id).expect("a preview");
    assert_eq!(everything(&stage), after, "a preview changes nothing");
    assert_eq!(preview.commits_taken_back, 1);
    let restored = put_back(&stage, &saved);
    assert_eq!(restored.comparison, preview.comparison, "what was foretold is what happened");
    assert_eq!(restored.unverified, []);
    assert_eq!(everything(&stage), before, "exactly as it was");

    let undone = undo(&stage.project, &alone(&stage)).expect("it is undone");
    assert_eq!(everything(&stage), after, "and exactly as it was before the restore");
    assert_eq!(undone.unverified, []);
    undo(&stage.project, &alone(&stage)).expect("undoing is undone");
    assert_eq!(everything(&stage), before, "undoing twice is undoing nothing");
    git(&dir, &["fsck", "--no-dangling"]);
}

#[test]
fn ignored_files_and_secrets_stay_as_they_are() {
    let stage = Stage::new();
    files_of_every_sort(&stage);
    let saved = make(&stage, "good");
    stage.write("debug.log", "written later\n");
    stage.write(".env", "PASSWORD=hunter2\n");
    stage.write("README.md", "changed\n");
    put_back(&stage, &saved);
    assert_eq!(std::fs::read_to_string(stage.path("debug.log")).expect("it is there"), "written later\n");
    assert_eq!(std::fs::read_to_string(stage.path(".env")).expect("it is there"), "PASSWORD=hunter2\n");
}

#[test]
fn a_rule_or_a_credential_that_an_agent_adds_keeps_no_file_from_coming_back() {
    let stage = Stage::new();
    stage.write("untracked.txt", "good\n");
    let saved = make(&stage, "good");
    stage.write(".gitignore", "*\n");
    stage.write("untracked.txt", "vandalised\n");
    stage.write("README.md", &format!("key = '{}'\n", token()));
    let restored = put_back(&stage, &saved);
    assert_eq!(std::fs::read_to_string(stage.path("untracked.txt")).expect("it is there"), "good\n");
    assert_eq!(std::fs::read_to_string(stage.path("README.md")).expect("it is there"), "A project.\n");
    let told = restored.remarks.iter().find(|remark| remark.contains("README.md")).expect("it is told");
    let kept = told.split(" kept as ").nth(1).expect("where it is");
    assert!(std::fs::read_to_string(kept).expect("it is there").contains(&token()), "nothing is lost either");
}

#[test]
fn a_repository_that_was_deleted_is_made_anew_with_branches_tags_and_stash() {
    let stage = Stage::new();
    let dir = stage.project.dir();
    git(dir, &["tag", "-a", "v1", "-m", "one"]);
    git(dir, &["branch", "side"]);
    git(dir, &["config", "remote.origin.url", "https://example.org/x.git"]);
    for text in ["one", "two"] {
        stage.write("README.md", text);
        git(dir, &["stash", "-q"]);
    }
    stage.write("new.txt", "new");
    git(dir, &["add", "new.txt"]);
    let saved = make(&stage, "good");
    let of = |words: &[&str]| git(dir, words);
    let look =
        || (of(&["for-each-ref", "refs/heads", "refs/tags", "refs/stash"]), of(&["stash", "list"]), of(&["log"]));
    let (before, status) = (look(), of(&["status", "--porcelain"]));
    std::fs::remove_dir_all(dir.join(".git")).expect("it is there");
    stage.write("README.md", "vandalised");
    let restored = put_back(&stage, &saved);
    assert_eq!(look(), before, "{:?}", restored.remarks);
    assert_eq!(of(&["status", "--porcelain"]), status, "what was staged is staged");
    assert_eq!(of(&["config", "remote.origin.url"]), "https://example.org/x.git");
    assert_eq!(of(&["fsck", "--strict", "--no-dangling"]), "");
}

#[test]
fn objects_and_refs_that_an_agent_destroys_come_back() {
    let stage = Stage::new();
    let dir = stage.project.dir();
    stage.write("second.txt", "x");
    git(dir, &["add", "-A"]);
    git(dir, &["commit", "-qm", "second"]);
    git(dir, &["branch", "side"]);
    let saved = make(&stage, "good");
    let log = git(dir, &["log", "--oneline", "side"]);
    git(dir, &["update-ref", "-d", "refs/heads/side"]);
    put_back(&stage, &saved);
    assert_eq!(git(dir, &["log", "--oneline", "side"]), log, "a ref that is gone is back");
    for entry in std::fs::read_dir(dir.join(".git/objects")).expect("objects").flatten() {
        if entry.file_name().len() == 2 {
            std::fs::remove_dir_all(entry.path()).expect("it is there");
        }
    }
    put_back(&stage, &saved);
    assert_eq!(git(dir, &["log", "--oneline", "side"]), log, "a history that is gone is back");
    assert_eq!(git(dir, &["fsck", "--strict", "--no-dangling"]), "");
    std::fs::write(dir.join(".git/HEAD"), "nonsense").expect("a file");
    put_back(&stage, &saved);
    assert_eq!(git(dir, &["log", "--oneline"]), log);
}

#[test]
fn what_changed_between_two_of_them_is_told() {
    let stage = Stage::new();
    let card = stage.feature("a card");
    let one = make(&stage, "one").checkpoint.id;
    stage.write("new.txt", "line\n");
    stage.feature("another");
    let two = make(&stage, "two").checkpoint.id;
    let compared = compare(&stage.project, one, Some(two)).expect("a comparison");
    assert_eq!(compared.files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["new.txt"]);
    assert_eq!(compared.cards.len(), 1);
    assert_eq!((compared.cards[0].now, compared.cards[0].then), (None, Some(Status::Pending)));
    assert_eq!(compare(&stage.project, one, None).expect("a comparison"), compared, "the present is the second one");
    let patch = String::from_utf8(patch(&stage.project, one, None).expect("a patch")).expect("text");
    assert!(patch.contains("+line"), "{patch}");
    assert_ne!(card.0, 0);
}

#[test]
fn a_checkpoint_that_is_damaged_is_refused_before_anything_changes() {
    let stage = Stage::new();
    let saved = make(&stage, "good");
    stage.write("README.md", "changed\n");
    let before = everything(&stage);
    let copy = paths::database_copy(&stage.project, &saved.checkpoint);
    let whole = std::fs::read(&copy).expect("a copy");
    std::fs::write(&copy, &whole[..whole.len() - 1]).expect("a copy");
    let refused = restore(&stage.project, saved.checkpoint.id, &alone(&stage)).expect_err("it is refused");
    assert!(matches!(refused, EngineError::CheckpointUnusable { .. }), "{refused}");
    std::fs::write(&copy, whole).expect("a copy");
    for pack in std::fs::read_dir(vault_dir(&stage).join("objects/pack")).expect("packs").flatten() {
        std::fs::remove_file(pack.path()).expect("it is there");
    }
    let refused = restore(&stage.project, saved.checkpoint.id, &alone(&stage)).expect_err("it is refused");
    assert!(matches!(refused, EngineError::CheckpointUnusable { .. }), "{refused}");
    assert_eq!(everything(&stage), before);
}

#[test]
fn what_stands_in_the_way_stops_the_whole_restore() {
    let stage = Stage::new();
    stage.write(".gitignore", "*.log\n");
    stage.write("place", "a file\n");
    let saved = make(&stage, "good");
    std::fs::remove_file(stage.path("place")).expect("it is there");
    std::fs::create_dir(stage.path("place")).expect("a directory");
    stage.write("place/keep.log", "ignored, and nobody's to remove\n");
    stage.write("README.md", "changed\n");
    stage.feature("later");
    let before = everything(&stage);
    let refused = restore(&stage.project, saved.checkpoint.id, &alone(&stage)).expect_err("it is refused");
    assert!(refused.to_string().contains("place"), "{refused}");
    assert_eq!(everything(&stage), before, "neither files nor cards");
    assert!(journal::read(&stage.project).expect("readable").is_none(), "and nothing is left to be gone on with");
}

#[test]
fn a_restore_that_was_cut_off_is_finished_or_taken_back_at_the_next_opening() {
    use journal::{Journal, Phase};
    let stage = Stage::new();
    stage.feature("first");
    let saved = make(&stage, "good");
    let good = everything(&stage);
    stage.write("README.md", "changed\n");
    stage.feature("second");
    let safety = make(&stage, "as it is");
    let now = everything(&stage);
    let journal = Journal { target: saved.checkpoint.id, undo_with: safety.checkpoint.id, phase: Phase::Preparing };
    journal.write(&stage.project).expect("a journal");
    let stage = stage.reopened();
    assert_eq!(everything(&stage), now, "nothing had been decided");
    Journal { phase: Phase::Decided, ..journal }.write(&stage.project).expect("a journal");
    let stage = stage.reopened();
    assert_eq!(everything(&stage), good, "what was decided is done");
    assert!(journal::read(&stage.project).expect("readable").is_none());
}

#[test]
fn a_merge_under_way_is_no_obstacle_and_no_merge_afterwards() {
    let stage = Stage::new();
    let dir = stage.project.dir();
    let saved = make(&stage, "good");
    git(dir, &["checkout", "-q", "-b", "side"]);
    stage.write("README.md", "side\n");
    git(dir, &["commit", "-qam", "side"]);
    git(dir, &["checkout", "-q", "main"]);
    stage.write("README.md", "main\n");
    git(dir, &["commit", "-qam", "main"]);
    assert!(std::panic::catch_unwind(|| git(dir, &["merge", "-q", "side"])).is_err(), "the merge has conflicts");
    put_back(&stage, &saved);
    assert_eq!(git(dir, &["status", "--porcelain"]), "");
    assert!(!dir.join(".git/MERGE_HEAD").exists());
}

#[test]
fn the_person_may_have_been_elsewhere_before_and_gets_there_again() {
    let stage = Stage::new();
    let dir = stage.project.dir();
    let at = git(dir, &["rev-parse", "HEAD"]);
    git(dir, &["checkout", "-q", "--detach"]);
    let detached = make(&stage, "detached");
    git(dir, &["checkout", "-q", "--orphan", "fresh"]);
    let unborn = make(&stage, "unborn");
    git(dir, &["commit", "-qm", "first of fresh"]);
    put_back(&stage, &unborn);
    assert_eq!(git(dir, &["symbolic-ref", "HEAD"]), "refs/heads/fresh");
    assert_eq!(git(dir, &["for-each-ref", "refs/heads/fresh"]), "", "the branch has no commit again");
    put_back(&stage, &detached);
    assert_eq!(git(dir, &["rev-parse", "--abbrev-ref", "HEAD"]), "HEAD");
    assert_eq!(git(dir, &["rev-parse", "HEAD"]), at);
}
