use super::*;
use crate::git::{Committed, GitError, WhyLeftOut, commit_all};

fn commit(place: &Place, subject: &str) -> Committed {
    commit_all(&place.dir, &request(subject)).expect("it can be committed")
}

#[test]
fn everything_that_is_not_ignored_is_committed_with_its_words() {
    let place = Place::with_history();
    place.write("a.txt", "changed\n");
    place.remove("gone.txt");
    place.write("new dir/ünï.txt", "new\n");
    place.write("debug.log", "ignored\n");
    set_executable(&place.at("run.sh"));
    std::os::unix::fs::symlink("a.txt", place.at("link")).expect("a link");
    let before = place.seen();
    let words = CommitRequest {
        body: "Why it was done.".into(),
        trailers: vec![("Feature".into(), "12".into()), ("Run".into(), "3".into())],
        ..request("Add a list")
    };
    let done = commit_all(&place.dir, &words).expect("it can be committed");

    assert_eq!(done.oid.as_deref(), Some(place.head().as_str()), "the new commit is HEAD");
    assert_eq!((done.branch.as_str(), done.left_out.len()), ("main", 0), "on the branch, complete");
    assert_eq!(
        place.git(&["log", "-1", "--format=%an <%ae> %at%n%B"]),
        "Ada <ada@example.org> 1767323045\nAdd a list\n\nWhy it was done.\n\nFeature: 12\nRun: 3",
        "the words and the person's own name"
    );
    assert_eq!(
        place.git(&["log", "-1", "--format=%(trailers:key=Feature,valueonly)"]).trim(),
        "12",
        "git reads trailers"
    );
    assert_eq!(
        place.git(&["-c", "core.quotePath=false", "show", "--format=", "--name-status", "HEAD"]),
        "M\ta.txt\nD\tgone.txt\nA\tlink\nA\tnew dir/ünï.txt\nM\trun.sh",
        "every change and no ignored file"
    );
    assert!(place.git(&["ls-files", "-s", "run.sh"]).starts_with("100755"), "the permission to execute");
    assert!(place.git(&["ls-files", "-s", "link"]).starts_with("120000"), "the link is a link");
    assert_eq!((place.status(), place.seen()), (String::new(), before), "clean, and no file was touched");
    place.is_sound();
}

#[test]
fn nothing_to_commit_is_no_commit() {
    let place = Place::with_history();
    place.write("debug.log", "ignored\n");
    let done = commit(&place, "x");
    assert_eq!((done.oid, done.head), (None, Some(place.head())), "the agent has committed all by itself");
    let unborn = Place::unborn();
    let done = commit(&unborn, "x");
    assert_eq!((done.oid, done.head), (None, None), "no empty first commit either");
}

#[test]
fn secrets_and_oversized_files_are_left_out_and_unstaged() {
    let place = Place::with_history();
    place.write(".env", "TOKEN=1\n");
    place.write("deploy/key.pem", "k\n");
    place.write("config.js", format!("t = '{}'\n", token()));
    place.write("big.bin", vec![0; 10_000_001]);
    place.write(".env.example", "TOKEN=\n");
    place.git(&["add", ".env", "config.js"]);
    let done = commit(&place, "Add things");
    assert_eq!(place.git(&["show", "--format=", "--name-only", "HEAD"]), ".env.example", "only the harmless one");
    let why: Vec<(&str, bool)> =
        done.left_out.iter().map(|left| (left.path.as_str(), matches!(left.why, WhyLeftOut::Secret { .. }))).collect();
    assert_eq!(why, [(".env", true), ("big.bin", false), ("config.js", true), ("deploy/key.pem", true)], "reported");
    assert_eq!(place.status(), "?? .env\n?? big.bin\n?? config.js\n?? deploy/key.pem", "no longer staged, still there");
    assert!(!format!("{done:?}").contains(&token()), "the secret is not quoted");
}

#[test]
fn a_credential_added_to_a_tracked_file_keeps_that_file_out() {
    let place = Place::with_history();
    place.write("big.txt", vec![b'x'; 10_000_001]);
    place.write(".env", "A=1\n");
    place.git(&["add", "-A"]);
    place.git(&["commit", "-q", "-m", "the person tracks these"]);
    place.write("a.txt", format!("{}\n", token()));
    place.git(&["add", "a.txt"]);
    place.write("big.txt", vec![b'y'; 10_000_002]);
    place.write(".env", "A=2\n");
    let done = commit(&place, "Change");
    assert_eq!(place.git(&["show", "--format=", "--name-only", "HEAD"]), ".env\nbig.txt", "tracked files may change");
    assert_eq!(done.left_out.len(), 1, "but no credential is added: {:?}", done.left_out);
    assert_eq!(place.status(), " M a.txt", "the file itself is untouched and not staged");
}

#[test]
fn a_commit_lands_on_top_of_what_the_agent_committed() {
    let place = Place::with_history();
    place.git(&["checkout", "-q", "-b", "feature/x"]);
    place.write("a.txt", "agent\n");
    place.git(&["commit", "-q", "-am", "agent"]);
    let agent = place.head();
    place.write("rest.txt", "rest\n");
    let done = commit(&place, "Rest");
    assert_eq!((done.branch.as_str(), place.git(&["rev-parse", "HEAD~1"])), ("feature/x", agent), "on the same branch");
}

#[test]
fn a_detached_head_gets_a_branch_so_that_the_commit_cannot_get_lost() {
    let place = Place::with_history();
    place.git(&["checkout", "-q", "--detach"]);
    place.write("a.txt", "changed\n");
    let done = commit(&place, "Change");
    let branch = done.branch_created.expect("a branch was made");
    assert!(branch.starts_with("harness/at-"), "its name says where it comes from: {branch}");
    assert_eq!(Some(place.git(&["rev-parse", &branch])), done.oid, "it has the commit");
}

#[test]
fn a_held_index_is_named_and_nothing_is_committed() {
    let place = Place::with_history();
    place.write("a.txt", "changed\n");
    place.write(".git/index.lock", "");
    let refused = commit_all(&place.dir, &request("x")).expect_err("the index is held");
    assert!(matches!(&refused, GitError::IndexLocked { lock_file, .. } if lock_file.exists()), "{refused}");
    assert_eq!(place.git(&["log", "--format=%s"]), "first", "no commit");
}

#[test]
fn a_branch_that_is_locked_for_a_moment_is_waited_for() {
    let place = Place::with_history();
    place.write("a.txt", "changed\n");
    place.write(".git/refs/heads/main.lock", "");
    let lock = place.at(".git/refs/heads/main.lock");
    let releasing = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        std::fs::remove_file(lock).expect("the lock is still there");
    });
    let patient = CommitRequest { lock_wait: Duration::from_secs(60), ..request("Change") };
    let done = commit_all(&place.dir, &patient).expect("the lock goes away");
    releasing.join().expect("it ends");
    assert_eq!(done.oid, Some(place.head()), "committed after the wait");
}

#[test]
fn an_unfinished_merge_is_not_committed_over() {
    let place = Place::with_history();
    place.git(&["checkout", "-q", "-b", "other"]);
    place.write("a.txt", "other\n");
    place.git(&["commit", "-q", "-am", "other"]);
    place.git(&["checkout", "-q", "main"]);
    place.write("a.txt", "main\n");
    place.git(&["commit", "-q", "-am", "main"]);
    git_command(&place.dir, &["merge", "-q", "other"]);
    let refused = commit_all(&place.dir, &request("x")).expect_err("there are conflict marks in the file");
    assert!(matches!(refused, GitError::OperationInProgress { what: "merge", .. }), "{refused}");
}

#[test]
fn a_file_that_became_a_directory_and_the_other_way_round_is_committed() {
    let place = Place::with_history();
    place.remove("a.txt");
    place.write("a.txt/x.txt", "x\n");
    std::fs::remove_dir_all(place.at("src/deep")).expect("a directory");
    place.write("src/deep", "a file now\n");
    commit(&place, "Turn around");
    assert_eq!(place.status(), "", "git agrees that nothing is left");
    assert_eq!(place.git(&["show", "HEAD:src/deep"]), "a file now", "as on disk");
    place.is_sound();
}

#[test]
fn repositories_inside_the_project_are_not_swallowed() {
    let place = Place::with_history();
    let library = Place::with_history();
    let from = library.dir.to_str().expect("text").to_owned();
    place.git(&["submodule", "--quiet", "add", &from, "lib"]);
    git_in(&place.dir, &["clone", "-q", &from, "nested"]);
    git_command(&place.dir, &["clone", "-q", &from, "added"]);
    git_command(&place.dir, &["add", "added"]);
    let done = commit(&place, "Add a library");
    let left: Vec<&str> = done.left_out.iter().map(|left| left.path.as_str()).collect();
    assert_eq!(left, ["nested", "added"], "both are reported");
    assert_eq!(
        place.git(&["ls-tree", "-r", "--name-only", "HEAD", "lib", "added", "nested", ".gitmodules"]),
        ".gitmodules\nlib",
        "the submodule that was declared is kept, a repository that was merely added is not"
    );
}

#[test]
fn line_ends_are_normalized_as_git_would() {
    let place = Place::with_history();
    place.write(".gitattributes", "*.txt text eol=lf\n*.bin -text\n");
    place.write("dos.txt", "one\r\ntwo\r\n");
    place.write("raw.bin", "one\r\ntwo\r\n");
    commit(&place, "Add files");
    assert_eq!(place.git(&["cat-file", "-s", "HEAD:dos.txt"]), "8", "carriage returns are gone");
    assert_eq!(place.git(&["cat-file", "-s", "HEAD:raw.bin"]), "10", "a binary is untouched");
    assert_eq!(place.status(), "", "git agrees");
}

#[test]
fn names_that_are_not_utf8_and_names_git_refuses_are_handled() {
    use std::os::unix::ffi::OsStrExt;
    let place = Place::with_history();
    let odd = std::ffi::OsStr::from_bytes(b"odd-\xff.txt");
    std::fs::write(place.dir.join(odd), "odd\n").expect("this file system takes any name");
    place.write("sub/git~1", "looks like .git elsewhere\n");
    let done = commit(&place, "Add odd names");
    assert_eq!(place.git(&["ls-files", "odd*"]), "\"odd-\\377.txt\"", "under its exact name");
    assert_eq!(done.left_out.len(), 1, "the other is reported: {:?}", done.left_out);
    assert_eq!(done.left_out[0].why, WhyLeftOut::Obeyed, "as what is a repository's own directory on other systems");
    place.is_sound();
}

#[test]
fn without_settings_of_a_person_the_product_signs_for_itself() {
    let settings = git2::Config::new().expect("empty settings");
    let who = crate::git::repository::signature(&settings, None, AT_MS).expect("a name");
    assert_eq!((who.name(), who.email()), (Ok("Auto Agent Harness"), Ok("harness@localhost")), "both parts");
    let given = ("A <b>\n".to_owned(), " ".to_owned());
    let who = crate::git::repository::signature(&settings, Some(&given), AT_MS).expect("any name will do");
    assert_eq!(who.email(), Ok("harness@localhost"), "an empty address is replaced");
    assert!(!who.name().expect("text").contains('<'), "marks that git uses itself are dropped");
}

#[test]
fn a_message_can_stand_in_the_history_although_somebody_else_committed_the_work() {
    let place = Place::with_history();
    let before = place.head();
    let wanted = CommitRequest { may_be_empty: true, ..request("Say that it is proven") };
    let done = commit_all(&place.dir, &wanted).expect("it can be committed");
    assert_eq!(done.oid.as_deref(), Some(place.head().as_str()), "there is a commit of its own");
    assert_eq!(place.git(&["rev-parse", "HEAD^"]), before, "on top of the work");
    assert_eq!(place.git(&["diff", "--stat", "HEAD^", "HEAD"]), "", "with nothing in it");
    let nothing = commit_all(&place.dir, &request("Nothing")).expect("it is no error");
    assert_eq!(nothing.oid, None, "unless asked for, nothing makes no commit");
}
