use super::*;
use std::os::unix::fs::symlink;

/// Files of every sort, and what no checkpoint must take.
fn varied(stage: &Stage) {
    files_of_every_sort(stage);
    std::fs::create_dir_all(stage.project.dir().join("node_modules/x")).expect("directories");
    stage.write("node_modules/x/index.js", "ignored\n");
    stage.write(".env", "PASSWORD=hunter2\n");
    stage.write("config.js", &format!("const key = '{}';\n", token()));
}

#[test]
fn a_checkpoint_holds_what_git_would_add_and_every_byte_as_it_is() {
    let stage = Stage::new();
    varied(&stage);
    let made = make(&stage, "varied");
    let vault = vault_dir(&stage);
    let list = git(&vault, &["-c", "core.quotePath=false", "ls-tree", "-r", "--name-only", &made.checkpoint.tree_oid]);
    let expected = [
        ".gitattributes",
        ".gitignore",
        "README.md",
        "art.psd",
        "binary.bin",
        "dangling",
        "link-to-directory",
        "run.sh",
        "src/deep/ünï c.txt",
        "src/windows.txt",
    ];
    assert_eq!(list.lines().collect::<Vec<_>>(), expected, "neither ignored files nor secrets");
    let windows = git(&vault, &["cat-file", "-s", &format!("{}:src/windows.txt", made.checkpoint.tree_oid)]);
    assert_eq!(windows, "12", "line ends are kept as they are on disk");
    let left: Vec<&str> = made.left_out.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(left, [".env", "config.js"], "it says what it left out: {:?}", made.left_out);
    assert_eq!(git(&vault, &["fsck", "--strict", "--no-dangling"]), "", "the vault is sound");
    let name = format!("refs/harness/checkpoint/{}", made.checkpoint.id);
    assert_eq!(
        git(stage.project.dir(), &["rev-parse", &format!("{name}^{{tree}}")]),
        made.checkpoint.tree_oid,
        "and the project's own repository has it on a private ref"
    );
}

#[test]
fn whatever_changes_the_tree_is_the_one_that_git_makes() {
    const NAMES: [&str; 8] = ["a", "a.b", "a-", "a0", "b", "b.txt", "ü", "z z"];
    let stage = Stage::new();
    let dir = stage.project.dir();
    let holder = tempfile::tempdir().expect("a directory");
    // The same changes every time, in no order that a person would think of.
    let mut state = 7_u32;
    let mut any = |most: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % most
    };
    for round in 0..12 {
        for change in 0..40 {
            let depth = any(3);
            let path = (0..=depth).map(|_| NAMES[any(NAMES.len())]).collect::<Vec<_>>().join("/");
            let full = dir.join(&path);
            // Directories take the place of files and the other way round.
            for above in full.ancestors().skip(1).take(depth) {
                if above.is_file() {
                    std::fs::remove_file(above).expect("it is there");
                }
            }
            if full.is_dir() {
                std::fs::remove_dir_all(&full).expect("it is there");
            }
            match any(4) {
                0 => drop(std::fs::remove_file(&full)),
                // Of one length and within one tick of the clock, so that only the content tells them apart.
                _ => {
                    std::fs::create_dir_all(full.parent().expect("the project")).expect("directories");
                    stage.write(&path, &format!("{:04}", (round * 40 + change) % 97));
                }
            }
        }
        let made = make(&stage, "one of many");
        let index = holder.path().join(format!("index-{round}"));
        let with_index = |words: &[&str]| git_with(dir, &[("GIT_INDEX_FILE", index.as_os_str())], words);
        with_index(&["add", "--all"]);
        assert_eq!(made.checkpoint.tree_oid, with_index(&["write-tree"]), "in round {round}");
    }
    assert_eq!(git(&vault_dir(&stage), &["fsck", "--strict", "--no-dangling"]), "", "the vault is sound");
}

#[test]
fn credentials_are_found_in_many_files_at_once_unless_they_are_committed_already() {
    let stage = Stage::new();
    let dir = stage.project.dir();
    let old = format!("old = {}\n", token());
    stage.write("committed.txt", &old);
    git(dir, &["add", "committed.txt"]);
    git(dir, &["commit", "-qm", "too late"]);
    stage.write("committed.txt", &format!("{old}and more\n"));
    for part in 0..7 {
        std::fs::create_dir(dir.join(format!("part-{part}"))).expect("a directory");
    }
    for number in 0..300 {
        let text = if number % 50 == 7 { format!("new {old}") } else { format!("{number}\n") };
        stage.write(&format!("part-{}/{number}.txt", number % 7), &text);
    }
    let made = make(&stage, "many");
    let mut left: Vec<String> = made.left_out.iter().map(|file| file.path.clone()).collect();
    left.sort();
    let mut expected: Vec<String> =
        (0..300).filter(|number| number % 50 == 7).map(|number| format!("part-{}/{number}.txt", number % 7)).collect();
    expected.sort();
    assert_eq!(left, expected, "each of them, and not the file whose credential is in the history");
    assert_eq!(made.files, 300 - 6 + 2, "everything else is taken");
    let blob = git(dir, &["hash-object", "part-0/7.txt"]);
    let vault = git2::Repository::open(vault_dir(&stage)).expect("the vault");
    assert!(vault.find_blob(blob.parse().expect("an id")).is_err(), "the vault never had it");
}

#[test]
fn making_one_touches_neither_branch_nor_index_nor_files() {
    let stage = Stage::new();
    varied(&stage);
    let dir = stage.project.dir();
    git(dir, &["add", "run.sh"]);
    let looks = || {
        let index = std::fs::read(dir.join(".git/index")).expect("an index");
        (seen(dir), index, git(dir, &["rev-parse", "HEAD"]), git(dir, &["status", "--porcelain"]))
    };
    let before = looks();
    make(&stage, "one");
    make(&stage, "two");
    assert_eq!(looks(), before);
}

#[test]
fn no_object_anywhere_holds_a_secret_or_an_ignored_file() {
    let stage = Stage::new();
    varied(&stage);
    stage.write("debug.log", "IGNORED-CANARY\n");
    git(stage.project.dir(), &["add", "-f", ".env"]);
    git(stage.project.dir(), &["rm", "-q", "--cached", ".env"]);
    // What is staged is copied so that the index can come back; a secret is not, even there.
    git(stage.project.dir(), &["add", "config.js"]);
    make(&stage, "one");
    let repository = git2::Repository::open_bare(vault_dir(&stage)).expect("the vault");
    let odb = repository.odb().expect("its objects");
    let mut count = 0;
    odb.foreach(|oid| {
        let object = odb.read(*oid).expect("an object");
        let text = String::from_utf8_lossy(object.data()).into_owned();
        for secret in ["hunter2", "IGNORED-CANARY", &token()] {
            assert!(!text.contains(secret), "{oid} holds {secret}");
        }
        count += 1;
        true
    })
    .expect("every object");
    assert!(count > 5, "there are objects to look at");
}

#[test]
fn an_agent_cannot_hide_a_change_behind_the_index_or_an_ignore_rule() {
    let stage = Stage::new();
    let dir = stage.project.dir();
    let first = make(&stage, "first");
    git(dir, &["update-index", "--assume-unchanged", "README.md"]);
    stage.write("README.md", "B project.\n");
    stage.write(".gitignore", "*\n");
    let second = make(&stage, "second");
    let shown = git(&vault_dir(&stage), &["show", &format!("{}:README.md", second.checkpoint.tree_oid)]);
    assert_eq!(shown, "B project.", "the file on disk counts, not what the index says of it");
    assert_ne!(first.checkpoint.tree_oid, second.checkpoint.tree_oid);
}

#[test]
fn rules_that_change_take_files_out_and_bring_them_back() {
    let stage = Stage::new();
    stage.write("notes.tmp", "x\n");
    std::fs::create_dir(stage.path("out")).expect("a directory");
    stage.write("out/a", "a\n");
    let with = make(&stage, "with").files;
    stage.write(".gitignore", "*.tmp\nout/\n");
    assert_eq!(make(&stage, "ignored").files, with - 2 + 1, "two files less and the rules themselves");
    stage.write(".git/info/exclude", "");
    stage.write(".gitignore", "# nothing\n");
    assert_eq!(make(&stage, "again").files, with + 1, "they are back");
    git(stage.project.dir(), &["add", "-f", "notes.tmp"]);
    stage.write(".gitignore", "*.tmp\n");
    assert_eq!(make(&stage, "tracked").files, with + 1, "a tracked file is taken whatever the rules say");
    git(stage.project.dir(), &["rm", "-q", "--cached", "notes.tmp"]);
    assert_eq!(make(&stage, "untracked again").files, with, "until it is tracked no more");
}

#[test]
fn an_automatic_one_is_not_made_twice_of_the_same_state() {
    let stage = Stage::new();
    let first = create(&stage.project, automatic()).expect("a checkpoint");
    let again = create(&stage.project, automatic()).expect("a checkpoint");
    assert!(first.is_new && !again.is_new);
    assert_eq!(again.checkpoint.checkpoint.id, first.checkpoint.checkpoint.id);
    stage.feature("a card");
    assert!(create(&stage.project, automatic()).expect("a checkpoint").is_new, "a new card is another state");
    stage.write("new.txt", "x");
    assert!(create(&stage.project, automatic()).expect("a checkpoint").is_new, "a new file is another state");
    assert_eq!(list(&stage.project).expect("a list").len(), 3);
}

#[test]
fn a_repository_without_a_commit_a_linked_work_tree_and_a_detached_head_are_saved() {
    let stage = Stage::new();
    let dir = stage.project.dir();
    git(dir, &["checkout", "-q", "--detach"]);
    assert_eq!(make(&stage, "detached").branch, None);
    git(dir, &["checkout", "-q", "--orphan", "fresh"]);
    let unborn = make(&stage, "unborn");
    assert_eq!((unborn.branch.as_deref(), unborn.head), (Some("fresh"), None));
    git(dir, &["checkout", "-q", "-f", "main"]);
    let holder = tempfile::tempdir().expect("a directory");
    let linked = holder.path().join("linked");
    git(dir, &["worktree", "add", "-q", linked.to_str().expect("plain"), "-b", "side"]);
    let project = stage.project.app.open_directory(&linked).expect("a project");
    let made = create(&project, manual("linked")).expect("a checkpoint").checkpoint;
    assert_eq!((made.branch.as_deref(), made.files), (Some("side"), 1));
}

#[test]
fn submodules_are_recorded_and_other_repositories_left_out_and_both_are_told() {
    let stage = Stage::new();
    let dir = stage.project.dir();
    let other = tempfile::tempdir().expect("a directory");
    git(other.path(), &["init", "-q", "-b", "main"]);
    std::fs::write(other.path().join("a"), "a").expect("a file");
    git(other.path(), &["add", "a"]);
    git(other.path(), &["commit", "-q", "-m", "a"]);
    git(dir, &["submodule", "--quiet", "add", other.path().to_str().expect("plain"), "sub"]);
    git(dir, &["clone", "-q", other.path().to_str().expect("plain"), "nested"]);
    stage.write("sub/a", "changed");
    let made = make(&stage, "with repositories");
    let tree = git(&vault_dir(&stage), &["ls-tree", &made.checkpoint.tree_oid, "sub", "nested"]);
    let at = git(other.path(), &["rev-parse", "HEAD"]);
    assert_eq!(tree, format!("160000 commit {at}\tsub"), "the submodule's commit, and nothing of the other");
    assert_eq!(made.left_out.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["nested"]);
    assert!(made.remarks.iter().any(|remark| remark.contains("sub is a submodule")), "{:?}", made.remarks);
}

#[test]
fn in_the_middle_of_a_merge_a_person_is_refused_and_the_host_goes_on() {
    let stage = Stage::new();
    let dir = stage.project.dir();
    git(dir, &["checkout", "-q", "-b", "side"]);
    stage.write("README.md", "side\n");
    git(dir, &["commit", "-qam", "side"]);
    git(dir, &["checkout", "-q", "main"]);
    stage.write("README.md", "main\n");
    git(dir, &["commit", "-qam", "main"]);
    let merged = std::panic::catch_unwind(|| git(dir, &["merge", "-q", "side"]));
    assert!(merged.is_err(), "the merge has conflicts");
    let refused = create(&stage.project, manual("middle")).expect_err("it is refused");
    assert!(refused.to_string().contains("merge"), "{refused}");
    let saved = create(&stage.project, automatic()).expect("saving what is there is always possible");
    assert_eq!(saved.checkpoint.unfinished.as_deref(), Some("Merge"));
}

#[test]
fn what_is_no_file_does_not_hold_anything_up() {
    let stage = Stage::new();
    let dir = stage.project.dir();
    let pipe = |name: &str| {
        let path = std::ffi::CString::new(dir.join(name).to_str().expect("plain")).expect("no zero");
        rustix::fs::mknodat(
            rustix::fs::CWD,
            path.as_c_str(),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .expect("a pipe");
    };
    pipe("pipe");
    std::fs::create_dir(dir.join("hung")).expect("a directory");
    pipe("hung/.gitignore");
    stage.write("hung/file", "x");
    let made = make(&stage, "pipes");
    assert_eq!(made.left_out.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["hung", "pipe"]);
}

#[test]
fn a_link_in_place_of_the_index_brings_nothing_in() {
    let stage = Stage::new();
    let secret = stage.project.app.home.root().join("secret");
    std::fs::write(&secret, "SECRET-CANARY").expect("a file");
    let index = stage.project.dir().join(".git/index");
    std::fs::remove_file(&index).expect("an index");
    symlink(&secret, &index).expect("a link");
    let exclude = stage.project.dir().join(".git/info/exclude");
    let _ = std::fs::remove_file(&exclude);
    std::fs::create_dir_all(exclude.parent().expect("a parent")).expect("a directory");
    symlink(&secret, &exclude).expect("a link");
    if let Ok(made) = create(&stage.project, automatic()) {
        let beside = paths::beside(&stage.project, &made.checkpoint.checkpoint);
        for name in ["index", "info-exclude"] {
            assert!(!beside.join(name).exists(), "{name} is a link and leads elsewhere");
        }
    }
}

#[test]
fn what_a_dead_process_left_is_swept_away() {
    let stage = Stage::new();
    make(&stage, "first");
    let orphan = paths::copies(&stage.project).join("orphan");
    std::fs::create_dir_all(&orphan).expect("a directory");
    std::fs::write(orphan.join("project.db"), "half").expect("a file");
    std::fs::write(vault_dir(&stage).join("files.partial"), "half").expect("a file");
    stage.write("new.txt", "x");
    make(&stage, "second");
    assert!(!orphan.exists(), "it belongs to no checkpoint");
}

#[test]
fn too_many_go_the_automatic_ones_first_and_what_belongs_to_them_goes_too() {
    let stage = Stage::new();
    let by_hand = make(&stage, "by hand");
    for number in 0..22 {
        stage.write("count.txt", &number.to_string());
        create(&stage.project, automatic()).expect("a checkpoint");
    }
    let left = list(&stage.project).expect("a list");
    assert_eq!(left.len(), 20);
    assert!(left.iter().any(|kept| kept.checkpoint.id == by_hand.checkpoint.id), "a person's own stays longest");
    assert_eq!(std::fs::read_dir(paths::copies(&stage.project)).expect("copies").count(), 20);
    let refs = git(stage.project.dir(), &["for-each-ref", "refs/harness/checkpoint"]);
    assert_eq!(refs.lines().count(), 20);
    delete(&stage.project, by_hand.checkpoint.id).expect("it is there");
    assert_eq!(std::fs::read_dir(paths::copies(&stage.project)).expect("copies").count(), 19);
}

#[test]
fn space_is_freed_and_everything_that_stays_can_still_be_put_back() {
    let stage = Stage::new();
    stage.write("first.txt", "first");
    git(stage.project.dir(), &["tag", "-a", "v1", "-m", "one"]);
    let first = make(&stage, "first");
    let blob = |text: &str| git2::Oid::hash_object(git2::ObjectType::Blob, text.as_bytes()).expect("an id");
    stage.write("gone.txt", "only in one that goes");
    let gone = make(&stage, "gone");
    std::fs::remove_file(stage.path("gone.txt")).expect("it is there");
    stage.write("last.txt", "last");
    make(&stage, "last");
    delete(&stage.project, gone.checkpoint.id).expect("it is there");
    let lock = paths::Lock::take(&stage.project).expect("nobody else has it");
    keep::compact(&stage.project, paths::vault(&stage.project, &lock).expect("a vault")).expect("space is freed");
    drop(lock);
    let vault = git2::Repository::open_bare(vault_dir(&stage)).expect("the vault");
    assert!(vault.find_blob(blob("only in one that goes")).is_err(), "what nobody needs is gone");
    assert!(vault.find_blob(blob("first")).is_ok());
    assert!(!create(&stage.project, automatic()).expect("a checkpoint").is_new, "and what is known of the files stays");
    std::fs::remove_dir_all(stage.path(".git")).expect("it is there");
    put_back(&stage, &first);
    assert!(stage.path("first.txt").exists() && !stage.path("last.txt").exists());
    assert_eq!(git(stage.project.dir(), &["fsck", "--strict", "--no-dangling"]), "", "repository and tag are whole");
}
