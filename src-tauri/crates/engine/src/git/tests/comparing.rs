use super::*;
use crate::git::{GitError, Since, commits_since, diff_summary, moment, test_changes};

const TEST: &str = "import test from 'node:test';\n\ntest('adds', () => {\n  assert.equal(add(1, 2), 3);\n  assert.equal(add(2, 2), 4);\n});\n";

/// A project with tests in three languages.
fn project() -> (Place, String) {
    let place = Place::with_history();
    place.write("test/add.test.js", TEST);
    place.write("test/list.test.js", "test('lists', () => {\n  expect(list()).toEqual([]);\n});\n");
    place.write("tests/test_api.py", "def test_get():\n    assert get() == 1\n");
    place.write("src/lib.rs", "#[test]\nfn works() {\n    assert_eq!(1, 1);\n}\n");
    place.git(&["add", "-A"]);
    place.git(&["commit", "-q", "-m", "tests"]);
    let head = place.head();
    (place, head)
}

#[test]
fn honest_work_on_tests_is_not_reported() {
    let (place, from) = project();
    place.write("test/add.test.js", TEST.replace("adds", "adds two numbers"));
    place.write("test/more.test.js", "test('more', () => {\n  assert.ok(more());\n});\n");
    place.git(&["mv", "test/list.test.js", "test/lists.test.js"]);
    std::fs::create_dir(place.at("unit")).expect("a directory");
    place.git(&["mv", "tests/test_api.py", "unit/test_api.py"]);
    place.write("src/main.js", "run();\n");
    let found = test_changes(&place.dir, &from).expect("it can be compared");
    assert!(found.is_empty(), "tests were added, renamed and moved: {found:?}");
}

#[test]
fn deleted_tests_are_reported_however_they_went() {
    let (place, from) = project();
    place.remove("test/list.test.js");
    place.git(&["mv", "test/add.test.js", "add.js"]);
    place.git(&["rm", "-q", "tests/test_api.py"]);
    place.git(&["commit", "-q", "-am", "agent"]);
    let found = test_changes(&place.dir, &from).expect("it can be compared");
    assert_eq!(
        found.deleted_test_files,
        ["test/add.test.js", "test/list.test.js", "tests/test_api.py"],
        "on disk, by a name no runner finds, and in a commit"
    );
}

#[test]
fn tests_that_were_switched_off_are_reported_with_the_line() {
    let (place, from) = project();
    place.write("test/add.test.js", TEST.replace("test('adds'", "test.skip('adds'"));
    place.write("tests/test_api.py", "import pytest\n\n@pytest.mark.skip\ndef test_get():\n    assert get() == 1\n");
    place.write("src/lib.rs", "#[test]\n#[ignore]\nfn works() {\n    assert_eq!(1, 1);\n}\n");
    place.write("test/new.test.js", "test.todo('later');\n");
    let found = test_changes(&place.dir, &from).expect("it can be compared");
    let lines: Vec<(&str, &str)> =
        found.newly_skipped.iter().map(|skipped| (skipped.file.as_str(), skipped.line.as_str())).collect();
    assert_eq!(
        lines,
        [
            ("src/lib.rs", "#[ignore]"),
            ("test/add.test.js", "test.skip('adds', () => {"),
            ("tests/test_api.py", "@pytest.mark.skip"),
            ("test/new.test.js", "test.todo('later');"),
        ],
        "every runner's own way"
    );
    assert!(found.deleted_test_files.is_empty() && found.weakened.is_empty(), "and nothing else: {found:?}");
}

#[test]
fn what_was_switched_off_before_is_no_news() {
    let (place, _) = project();
    let skipped = TEST.replace("test('adds'", "test.skip('adds'");
    place.write("test/add.test.js", &skipped);
    place.git(&["commit", "-q", "-am", "the person skips it"]);
    let from = place.head();
    place.write("test/add.test.js", format!("// moved\n\n{skipped}"));
    let found = test_changes(&place.dir, &from).expect("it can be compared");
    assert!(found.is_empty(), "the line only moved: {found:?}");
}

#[test]
fn lost_assertions_are_reported() {
    let (place, from) = project();
    place.write("test/add.test.js", TEST.replace("  assert.equal(add(2, 2), 4);\n", ""));
    let found = test_changes(&place.dir, &from).expect("it can be compared");
    assert_eq!(found.weakened.len(), 1, "one file: {found:?}");
    let weakened = &found.weakened[0];
    assert_eq!((weakened.file.as_str(), weakened.removed, weakened.added), ("test/add.test.js", 1, 0), "by one");
}

#[test]
fn a_summary_counts_committed_and_uncommitted_work() {
    let (place, from) = project();
    place.write("a.txt", "one\ntwo\nthree\nfour\n");
    place.git(&["commit", "-q", "-am", "agent"]);
    place.write("new.txt", "1\n2\n");
    place.remove("gone.txt");
    place.write("binary.bin", [0, 1, 2, 0]);
    let summary = diff_summary(&place.dir, Some(&from)).expect("it can be compared");
    assert_eq!((summary.files, summary.insertions, summary.deletions), (4, 3, 1), "as git counts");
    assert_eq!(
        summary.text, "M a.txt +1 -0\nA binary.bin +0 -0\nD gone.txt +0 -1\nA new.txt +2 -0\n",
        "a line for each file"
    );
    (0..100).for_each(|number| place.write(&format!("many/{number}.txt"), "x\n"));
    let summary = diff_summary(&place.dir, Some(&from)).expect("it can be compared");
    assert_eq!((summary.files, summary.text.lines().count()), (104, 61), "the text stays short, the count is complete");
    assert!(summary.text.ends_with("… and 44 more files\n"), "and says how much it leaves out");
}

#[test]
fn a_summary_against_nothing_counts_every_file() {
    let place = Place::unborn();
    place.write("a.txt", "1\n2\n");
    let summary = diff_summary(&place.dir, None).expect("there is no commit to compare with");
    assert_eq!((summary.files, summary.insertions), (1, 2), "all of it is new");
}

#[test]
fn commits_are_listed_newest_first_from_a_known_one() {
    let (place, from) = project();
    for number in 1..=3 {
        place.write("a.txt", format!("{number}\n"));
        place.git(&["commit", "-q", "-am", &format!("step {number}")]);
    }
    let since = commits_since(&place.dir, Some(&from)).expect("a history");
    let subjects: Vec<&str> = since.iter().map(|commit| commit.subject.as_str()).collect();
    assert_eq!(subjects, ["step 3", "step 2", "step 1"], "newest first");
    assert_eq!((since[0].oid.clone(), since[0].author.as_str()), (place.head(), "Ada"), "with author and id");
    for wrong in ["0000000000000000000000000000000000000001", "no id", ""] {
        let refused = commits_since(&place.dir, Some(wrong)).expect_err("no such commit");
        assert!(matches!(refused, GitError::UnknownCommit { .. }), "{wrong}: {refused}");
    }
}

#[test]
fn what_changed_since_a_moment_is_told_apart_from_what_came_new() {
    let place = Place::with_history();
    place.write("a.txt", "changed before\n");
    place.write("draft.js", "one();\n");
    place.write("gone-soon.js", "two();\n");
    let before = moment(&place.dir).expect("it can be looked at");
    assert_eq!(before.until_now(&place.dir).expect("again"), Since::default(), "nothing happened yet");

    place.write("a.txt", "changed before\n");
    place.write("report.xml", "<made by a check/>\n");
    place.write("ignored/x", "y\n");
    let since = before.until_now(&place.dir).expect("again");
    assert!(since.is_same(), "the same content, and what is new: {since:?}");
    assert_eq!(since.appeared, ["report.xml"], "which is told, but for what no commit takes");

    place.write("draft.js", "one(); sneaked();\n");
    place.write("src/b.txt", "changed since\n");
    place.remove("gone-soon.js");
    let since = before.until_now(&place.dir).expect("again");
    assert_eq!(since.changed, ["draft.js", "gone-soon.js", "src/b.txt"], "whether git knew the file or not");
    assert!(!since.has_head_moved);

    place.git(&["commit", "-q", "-am", "meanwhile"]);
    let since = before.until_now(&place.dir).expect("again");
    assert!(since.has_head_moved && since.changed.contains(&"draft.js".to_owned()), "{since:?}");
}
