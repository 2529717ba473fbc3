//! What an agent's process does to a repository while the host works on it, or leaves there for the host to fall into.

use super::*;
use crate::git::{
    GitError, commit_all, commit_checked, files::Storer, head, moment, path::RepoPath, repository, snapshot,
    test_changes,
};
use std::os::unix::fs::symlink;

fn pipe(path: &Path) {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    std::fs::create_dir_all(path.parent().expect("it has one")).expect("directories");
    let _ = std::fs::remove_file(path);
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a pipe");
}

#[test]
fn what_was_found_is_what_is_stored_although_a_link_has_come_in_its_place() {
    let place = Place::with_history();
    let outside = place.holder.path().join("outside");
    std::fs::create_dir(&outside).expect("a directory");
    std::fs::write(outside.join("b.txt"), "not of this project\n").expect("a file");
    let project = repository::open(&place.dir).expect("a repository");
    let storer = Storer::new(&project).expect("it can be read");
    let path = RepoPath::from_git(b"src/b.txt");
    let found = storer.find(&path).expect("readable").expect("it is there");
    std::fs::rename(place.at("src"), place.at("src.real")).expect("it is moved");
    symlink(&outside, place.at("src")).expect("a link");
    let kept = storer.keep(&path, found).expect("stored").expect("a file");
    let blob = project.repo.find_blob(kept.content.oid).expect("it is there");
    assert_eq!(blob.content(), b"b\n", "the file that was looked at");
    assert!(storer.store(&path).expect("readable").is_none(), "through the link nothing is found, however often asked");
    let up = RepoPath::from_git(b"../outside/b.txt");
    assert!(storer.store(&up).expect("readable").is_none(), "a forged index leads nowhere else");
    let committed = commit_all(&place.dir, &request("x")).expect("it can be committed");
    assert!(committed.oid.is_some());
    assert_eq!(place.git(&["ls-tree", "--name-only", "HEAD", "src"]), "src", "the link itself is what git keeps");
}

#[test]
fn line_ends_and_idents_are_stored_as_git_stores_them() {
    let place = Place::with_history();
    place.write(".gitattributes", "*.c text ident\n*.bin -text\n");
    let texts: [(&str, &[u8]); 4] = [
        ("a.c", b"one\r\n$Id: something $\r\ntwo\n"),
        ("b.c", b"$Id$ $Identity: x$\r\n"),
        ("c.bin", b"\r\n$Id: kept $\r\n"),
        ("d.txt", b"plain\r\n"),
    ];
    for (name, text) in texts {
        place.write(name, text);
    }
    commit_all(&place.dir, &request("x")).expect("it can be committed");
    for (name, _) in texts {
        let by_git = place.git(&["hash-object", name]);
        assert_eq!(place.git(&["rev-parse", &format!("HEAD:{name}")]), by_git, "{name}");
    }
    assert_eq!(place.status(), "", "git agrees that nothing differs");
}

#[test]
fn the_words_of_a_card_do_not_get_into_the_logs_of_refs() {
    let place = Place::with_history();
    place.write("a.txt", "changed\n");
    commit_all(&place.dir, &request("Add; touch /tmp/owned; #")).expect("it can be committed");
    assert!(place.git(&["log", "-1", "--format=%s"]).contains("touch"), "the commit says what it is");
    for log in [".git/logs/HEAD", ".git/logs/refs/heads/main"] {
        let text = place.read(log);
        assert!(text.contains(&place.head()), "{log} names the commit: {text}");
        assert!(!text.contains("touch"), "{log} is appended to by its path, wherever that leads: {text}");
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_keeps_nobody_waiting() {
    let object = |place: &Place| {
        let head = place.head();
        format!(".git/objects/{}/{}", &head[..2], &head[2..])
    };
    for part in [
        ".git/HEAD",
        ".git/config",
        ".git/index",
        ".git/packed-refs",
        ".git/refs/heads/main",
        ".git/logs/HEAD",
        ".git/info/exclude",
        ".git/auto-agent-harness.lock",
        "OBJECT",
        ".gitattributes",
        ".gitmodules",
        ".gitignore",
        "src/deep/.gitattributes",
        "src/.gitignore",
        ".git",
    ] {
        let place = Place::with_history();
        let part = if part == "OBJECT" { object(&place) } else { part.to_owned() };
        if part == ".git" {
            std::fs::remove_dir_all(place.at(".git")).expect("it is there");
        }
        pipe(&place.at(&part));
        let (dir, name) = (place.dir.clone(), part.clone());
        let (done, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let answers = [
                moment(&dir).map(drop),
                commit_all(&dir, &request("x")).map(drop),
                head(&dir).map(drop),
                snapshot(&dir, "x", "x", AT_MS).map(drop),
            ];
            // Nobody listens any more once it took too long.
            let _ = done.send(answers);
        });
        let answers =
            told.recv_timeout(Duration::from_secs(20)).unwrap_or_else(|_| panic!("{name}: it waits for ever"));
        for refused in &answers[..2] {
            let is_told = matches!(refused, Err(GitError::Pipe { path }) if path.ends_with(&name));
            assert!(is_told, "{name}: {refused:?}");
        }
    }
    let place = Place::with_history();
    let _socket = std::os::unix::net::UnixListener::bind(place.at(".git/fsmonitor--daemon.ipc")).expect("a socket");
    place.write("a.txt", "changed\n");
    commit_all(&place.dir, &request("x")).expect("git's own socket is no obstacle");
}

#[test]
fn a_file_that_git_was_told_to_look_at_no_more_is_looked_at_all_the_same() {
    for option in ["--assume-unchanged", "--skip-worktree"] {
        let place = Place::with_history();
        place.write("test/add.test.js", "assert(add(2, 3) === 5);\n");
        place.git(&["add", "-A"]);
        place.git(&["commit", "-q", "-m", "a test"]);
        let start = place.head();
        place.git(&["update-index", option, "test/add.test.js"]);
        place.write("test/add.test.js", "true;\n");
        assert_eq!(place.status(), "", "{option}: git itself does not look");
        let lost = test_changes(&place.dir, &start).expect("it can be compared");
        assert_eq!(lost.weakened.len(), 1, "{option}: what was done to the test is seen: {lost:?}");
        place.git(&["update-index", option, "test/add.test.js"]);
        let seen = moment(&place.dir).expect("it can be looked at");
        assert_eq!(seen.hidden(), ["test/add.test.js"], "{option}: and a person can be told");
        place.git(&["update-index", option, "test/add.test.js"]);
        commit_all(&place.dir, &request("x")).expect("it can be committed");
        assert_eq!(place.git(&["show", "HEAD:test/add.test.js"]), "true;", "{option}: as it was checked");
    }
}

#[test]
fn only_what_was_checked_is_committed() {
    let place = Place::with_history();
    place.write("a.txt", "checked\n");
    place.write("new.js", "checked();\n");
    let checked = moment(&place.dir).expect("it can be looked at");
    let before = place.head();
    let tries: [(&str, &dyn Fn()); 4] = [
        ("new.js", &|| place.write("new.js", "other();\n")),
        ("src/b.txt", &|| place.write("src/b.txt", "other\n")),
        ("a.txt", &|| place.write("a.txt", "one\ntwo\nthree\n")),
        ("gone.txt", &|| place.remove("gone.txt")),
    ];
    for (name, change) in tries {
        change();
        let refused = commit_checked(&place.dir, &request("x"), &checked, &|| Ok(())).expect_err(name);
        assert!(matches!(&refused, GitError::NotAsChecked { files } if files == &[name]), "{name}: {refused}");
        assert_eq!(place.head(), before, "{name}: nothing was committed");
        place.git(&["checkout", "-q", "--", "src/b.txt", "gone.txt"]);
        place.write("a.txt", "checked\n");
        place.write("new.js", "checked();\n");
    }
    let woken = || Err(harness_agent::process::NotFrozen { left: 1 });
    let refused = commit_checked(&place.dir, &request("x"), &checked, &woken).expect_err("somebody ran meanwhile");
    assert!(matches!(&refused, GitError::NotStill(_)), "{refused}");
    assert_eq!(place.head(), before, "no branch shows what may not be what was checked");
    place.write("report.xml", "<made by a check/>\n");
    let committed = commit_checked(&place.dir, &request("x"), &checked, &|| Ok(())).expect("all of it was checked");
    assert!(committed.oid.is_some(), "files that came new, as checks leave them, do not stop it");
    let refused = commit_checked(&place.dir, &request("x"), &checked, &|| Ok(())).expect_err("the history moved");
    assert!(matches!(&refused, GitError::NotAsChecked { .. }), "{refused}");
}
