use super::*;
use crate::git::{GitError, commits_since, head, is_clean};

fn subjects(place: &Place) -> Vec<String> {
    commits_since(&place.dir, None).expect("a history").into_iter().map(|commit| commit.subject).collect()
}

#[test]
fn a_directory_without_a_repository_gets_one_with_what_is_there() {
    let place = Place::empty();
    place.write("prompts/app_spec.txt", "Build it.\n");
    place.write("src/main.js", "run()\n");
    place.write(".gitignore", "node_modules/\n");
    place.write("node_modules/x/index.js", "x\n");
    place.write(".env", "TOKEN=1\n");
    place.write("config.js", format!("export const t = '{}'\n", token()));
    place.write("big.bin", vec![0; 1_000_001]);
    set_executable(&place.at("src/main.js"));
    let before = place.seen();

    let prepared = place.prepare(Uncommitted::Aside);

    assert!(prepared.created_repository, "there was none");
    assert_eq!(prepared.branch, "main", "the branch of a new repository");
    assert_eq!(place.seen(), before, "no file was touched");
    assert_eq!(place.git(&["ls-files"]), ".gitignore\nprompts/app_spec.txt\nsrc/main.js", "only what belongs in git");
    assert_eq!(subjects(&place), ["Add the specification", "Files present before the first run"], "newest first");
    assert_eq!(prepared.spec_commit, Some(place.head()), "the specification comes last");
    assert_eq!(prepared.baseline_commit, Some(place.git(&["rev-parse", "HEAD~1"])), "the files come first");
    assert_eq!(place.git(&["show", "--format=", "--name-only", "HEAD"]), "prompts/app_spec.txt", "it is alone");
    assert!(place.git(&["ls-files", "-s", "src/main.js"]).starts_with("100755"), "it may be executed");
    for name in [".env", "config.js", "big.bin"] {
        assert!(prepared.warnings.iter().any(|text| text.starts_with(name)), "{name} is reported");
    }
    assert!(!prepared.warnings.join(" ").contains(&token()), "a secret is never quoted");
    place.is_sound();
}

#[test]
fn an_empty_directory_gets_a_repository_without_a_commit() {
    let place = Place::empty();
    let prepared = place.prepare(Uncommitted::Refuse);
    assert_eq!((prepared.baseline_commit, prepared.spec_commit), (None, None), "there is nothing to commit");
    assert_eq!(head(&place.dir).expect("a repository"), None, "so there is no commit");
    assert_eq!(place.git(&["symbolic-ref", "HEAD"]), "refs/heads/main", "but a branch to commit to");
}

#[test]
fn a_repository_without_a_commit_gets_a_baseline_of_staged_and_other_files() {
    let place = Place::unborn();
    place.git(&["checkout", "-q", "-b", "trunk"]);
    place.write("staged.txt", "1\n");
    place.git(&["add", "staged.txt"]);
    place.write("staged.txt", "2\n");
    place.write("other.txt", "o\n");
    let prepared = place.prepare(Uncommitted::Aside);
    assert_eq!(prepared.branch, "trunk", "its branch keeps its name");
    assert!(!prepared.created_repository, "it was there");
    assert_eq!(place.git(&["show", "HEAD:staged.txt"]), "2", "the newest content counts");
    assert_eq!(place.status(), "", "nothing is left over");
}

#[test]
fn a_first_commit_that_fails_leaves_the_index_and_the_files_as_they_were() {
    let place = Place::unborn();
    place.write("staged.txt", "1\n");
    place.git(&["add", "staged.txt"]);
    place.write("other.txt", "o\n");
    let before = (place.seen(), place.status());
    place.write(".git/refs/heads/main.lock", "");
    prepare(&place.dir, &how(Uncommitted::Aside)).expect_err("the branch is locked");
    assert_eq!((place.seen(), place.status()), before, "nothing is staged that was not");
    assert_eq!(head(&place.dir).expect("a repository"), None, "there is no commit");
}

#[test]
fn a_changed_specification_is_committed_alone_and_the_rest_set_aside() {
    let place = Place::with_history();
    place.write("prompts/app_spec.txt", "Build it.\n");
    place.write("prompts/app_spec_mobile.txt", "Small.\n");
    place.git(&["add", "prompts/app_spec.txt"]);
    place.write("a.txt", "changed\n");
    let prepared = place.prepare(Uncommitted::Aside);
    let names = place.git(&["show", "--format=%an %s%n%(trailers)", "--name-only", "HEAD"]);
    let lines: Vec<&str> = names.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(
        lines,
        ["Ada Add the specification", "Run: 3", "prompts/app_spec.txt", "prompts/app_spec_mobile.txt"],
        "nothing else is in that commit"
    );
    assert_eq!(prepared.spec_commit, Some(place.head()), "it is reported");
    assert_eq!(prepared.set_aside.expect("set aside").files, ["a.txt"], "the specification stays");
    assert_eq!(place.status(), "", "the agent starts with a clean tree");
}

#[test]
fn a_clean_repository_is_left_as_it_is() {
    let place = Place::with_history();
    let (before, head) = (place.seen(), place.head());
    let prepared = place.prepare(Uncommitted::Refuse);
    assert_eq!((prepared.set_aside, prepared.spec_commit, prepared.warnings), (None, None, vec![]), "nothing to do");
    assert_eq!((place.seen(), place.head()), (before, head), "nothing was done");
    assert!(is_clean(&place.dir).expect("a repository"), "and it is clean");
}

#[test]
fn refusing_names_the_files_and_changes_nothing() {
    let place = Place::with_history();
    place.write("a.txt", "changed\n");
    place.write("new file.txt", "n\n");
    let before = (place.seen(), place.status());
    let refused = prepare(&place.dir, &how(Uncommitted::Refuse)).expect_err("there are changes");
    assert!(
        matches!(&refused, GitError::Uncommitted { files } if files == &["a.txt", "new file.txt"]),
        "the files are named: {refused}"
    );
    assert_eq!((place.seen(), place.status()), before, "nothing was done");
}

#[test]
fn including_leaves_the_changes_and_says_so() {
    let place = Place::with_history();
    place.write("a.txt", "changed\n");
    place.write("prompts/app_spec.txt", "Build it.\n");
    place.git(&["add", "a.txt"]);
    let prepared = place.prepare(Uncommitted::Include);
    assert_eq!(place.status(), "M  a.txt", "still staged, and not in the commit of the specification");
    assert!(prepared.warnings.join(" ").contains("a.txt"), "the person is told: {:?}", prepared.warnings);
}

#[test]
fn a_detached_head_gets_a_branch_and_keeps_its_files() {
    let place = Place::with_history();
    place.write("a.txt", "second\n");
    place.git(&["commit", "-q", "-am", "second"]);
    place.git(&["checkout", "-q", "--detach", "HEAD~1"]);
    let (before, at) = (place.seen(), place.head());
    let prepared = place.prepare(Uncommitted::Aside);
    assert_eq!(prepared.branch_created_for_detached_head.as_deref(), Some("harness/run-3"), "it is reported");
    assert_eq!(place.git(&["symbolic-ref", "--short", "HEAD"]), "harness/run-3", "commits have a home now");
    assert_eq!((place.seen(), place.head()), (before, at), "at the same commit, with the same files");
    place.git(&["checkout", "-q", "--detach", "main"]);
    place.git(&["branch", "-m", "harness/run-3", "harness"]);
    assert_eq!(place.prepare(Uncommitted::Aside).branch, "harness-run-3", "a branch `harness` forbids `harness/…`");
}

#[test]
fn unfinished_operations_are_named_and_left_alone() {
    let merge = |place: &Place| {
        place.git(&["checkout", "-q", "-b", "other"]);
        place.write("a.txt", "other\n");
        place.git(&["commit", "-q", "-am", "other"]);
        place.git(&["checkout", "-q", "main"]);
        place.write("a.txt", "main\n");
        place.git(&["commit", "-q", "-am", "main"]);
    };
    for (arguments, expected) in [
        (&["merge", "-q", "other"][..], "merge"),
        (&["rebase", "-q", "other"], "rebase"),
        (&["cherry-pick", "other"], "cherry-pick"),
        (&["bisect", "start"], "bisect"),
    ] {
        let place = Place::with_history();
        merge(&place);
        git_command(&place.dir, arguments);
        let before = (place.seen(), place.status());
        let refused = prepare(&place.dir, &how(Uncommitted::Aside)).expect_err("it is unfinished");
        assert!(
            matches!(&refused, GitError::OperationInProgress { what, .. } if *what == expected),
            "{expected} is named: {refused}"
        );
        assert_eq!((place.seen(), place.status()), before, "{expected}: nothing was done");
    }
}

#[test]
fn conflicts_without_an_operation_are_named() {
    let place = Place::with_history();
    place.write("a.txt", "mine\n");
    place.git(&["stash", "-q"]);
    place.write("a.txt", "yours\n");
    place.git(&["commit", "-q", "-am", "yours"]);
    git_command(&place.dir, &["stash", "pop", "-q"]);
    let refused = prepare(&place.dir, &how(Uncommitted::Aside)).expect_err("there is a conflict");
    assert!(matches!(&refused, GitError::Unmerged { files } if files == &["a.txt"]), "it is named: {refused}");
}

#[test]
fn a_held_index_is_waited_for_named_and_never_removed() {
    let place = Place::with_history();
    place.write("a.txt", "changed\n");
    place.write(".git/index.lock", "");
    let before = place.seen();
    let refused = prepare(&place.dir, &how(Uncommitted::Aside)).expect_err("the index is held");
    let GitError::IndexLocked { lock_file, .. } = &refused else { panic!("not the lock: {refused}") };
    assert!(lock_file.exists() && lock_file.ends_with(".git/index.lock"), "the lock is named and still there");
    assert!(refused.to_string().contains("delete that file"), "it says what to do: {refused}");
    assert_eq!(place.seen(), before, "nothing was done");
    assert_eq!(git_command(&place.dir, &["stash", "list"]).stdout, b"", "nothing is in the stash");
}

#[test]
fn a_lock_that_goes_away_in_time_is_no_obstacle() {
    let place = Place::with_history();
    place.write("a.txt", "changed\n");
    place.write(".git/index.lock", "");
    let lock = place.at(".git/index.lock");
    let releasing = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(100));
        std::fs::remove_file(lock).expect("the lock is still there");
    });
    let patient = Prepare { lock_wait: Duration::from_secs(60), ..how(Uncommitted::Aside) };
    let prepared = prepare(&place.dir, &patient).expect("the lock goes away");
    releasing.join().expect("it ends");
    assert!(prepared.set_aside.is_some(), "the work was done after the wait");
}

#[test]
fn what_is_no_project_of_its_own_is_refused_with_the_reason() {
    let place = Place::with_history();
    let refused = |dir: &Path| prepare(dir, &how(Uncommitted::Aside)).expect_err("it is refused");

    let inner = place.at("src/deep");
    let inside = refused(&inner);
    assert!(matches!(&inside, GitError::InsideOther { root, .. } if *root == place.dir), "{inside}");
    assert!(!inner.join(".git").exists(), "no repository was made");
    let missing = refused(&place.at("nowhere"));
    assert!(matches!(missing, GitError::Missing { .. }), "{missing}");
    let file = refused(&place.at("a.txt"));
    assert!(matches!(file, GitError::NotADirectory { .. }), "{file}");
    let bare = place.holder.path().join("bare");
    git_in(place.holder.path(), &["init", "-q", "--bare", "bare"]);
    assert!(matches!(refused(&bare), GitError::Bare { .. }), "a bare repository has no files");

    std::fs::remove_file(place.at(".git/HEAD")).expect("a HEAD");
    let damaged = refused(&place.dir);
    assert!(matches!(damaged, GitError::Damaged { .. }), "a damaged repository is not made anew: {damaged}");
    std::fs::remove_dir_all(&place.dir).expect("the project");
    assert!(matches!(head(&place.dir), Err(GitError::Missing { .. })), "a project that was deleted");
}

#[test]
fn a_directory_that_the_outer_repository_ignores_may_have_its_own() {
    let place = Place::with_history();
    let inner = place.at("ignored");
    let prepared = prepare(&inner, &how(Uncommitted::Aside)).expect("the outer repository does not want it");
    assert!(prepared.created_repository, "it got its own");
    assert_eq!(git_in(&inner, &["ls-files"]), "x", "with its own files");
    assert_eq!(place.status(), "", "and the outer one sees nothing of it");
}

#[test]
fn a_linked_work_tree_and_a_separate_git_directory_are_projects() {
    let place = Place::with_history();
    let linked = place.holder.path().join("linked tree");
    place.git(&["worktree", "add", "-q", "-b", "side", linked.to_str().expect("text")]);
    std::fs::write(linked.join("a.txt"), "changed\n").expect("a file");
    let prepared = prepare(&linked, &how(Uncommitted::Aside)).expect("a linked work tree is a project");
    assert_eq!((prepared.branch.as_str(), prepared.set_aside.is_some()), ("side", true), "its own branch and changes");
    assert_eq!(git_in(&linked, &["status", "--porcelain"]), "", "its own index");
    assert_eq!(place.status(), "", "the other work tree is not touched");
    assert_eq!(place.git(&["stash", "list", "--format=%gd"]), "stash@{0}", "the stash is shared, as git shares it");

    let separate = Place::empty();
    let git_dir = separate.holder.path().join("elsewhere.git");
    separate.git(&["init", "-q", "--separate-git-dir", git_dir.to_str().expect("text")]);
    let refused = prepare(&separate.dir, &how(Uncommitted::Aside)).expect_err("it does not say whose it is");
    assert!(refused.to_string().contains("core.worktree"), "the way out is named: {refused}");
    separate.git(&["config", "core.worktree", separate.dir.to_str().expect("text")]);
    separate.prepare(Uncommitted::Aside);
}
