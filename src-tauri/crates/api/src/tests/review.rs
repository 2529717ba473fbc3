//! Review.

use super::Stage;
use crate::{ErrorCode, Procedure};
use harness_engine::git::{CommitRequest, MAX_FILE_BYTES, commit_all};
use serde_json::{Value, json};

fn commit(stage: &Stage, card: u64, subject: &str) -> String {
    let request = CommitRequest {
        subject: subject.into(),
        body: String::new(),
        trailers: vec![("Feature".into(), format!("#{card} A card")), ("Run".into(), "1".into())],
        max_file_bytes: MAX_FILE_BYTES,
        lock_wait: std::time::Duration::from_secs(5),
        at_ms: 1_767_323_045_000,
        author: None,
        may_be_empty: false,
    };
    commit_all(&stage.dir, &request).expect("a commit").oid.expect("there was something to commit")
}

fn paths(list: &Value) -> Vec<(String, String)> {
    let files = list["files"].as_array().expect("files").iter();
    files.map(|file| (file["path"].as_str().unwrap().into(), file["status"].as_str().unwrap().into())).collect()
}

#[tokio::test]
async fn the_changes_of_a_card_are_those_of_its_commits_and_of_no_other() {
    let stage = Stage::new();
    let (card, other) = (stage.card("A", &[]).await, stage.card("B", &[]).await);
    stage.write("a.txt", "one\n");
    let first = commit(&stage, card, "Begin");
    stage.write("b.txt", "other\n");
    commit(&stage, other, "Something else");
    stage.write("a.txt", "one\ntwo\n");
    stage.write("c.bin", "\0\0");
    commit(&stage, card, "Go on");
    let list = stage.ok(Procedure::change_list, json!({ "of": { "feature": card } })).await;
    assert_eq!(paths(&list), [("a.txt".into(), "added".into()), ("c.bin".into(), "added".into())], "{list:#}");
    assert_eq!(list["commits"].as_array().map(Vec::len), Some(2));
    assert_eq!(list["files"][1]["is_binary"], true);
    let diff = stage.ok(Procedure::change_diff, json!({ "of": { "feature": card }, "path": "a.txt" })).await;
    assert_eq!(
        (&diff["old_text"], &diff["new_text"]),
        (&json!(null), &json!("one\ntwo\n")),
        "from before the first to after the last"
    );
    let of_commit = stage.ok(Procedure::change_list, json!({ "of": { "commit": first } })).await;
    assert_eq!(paths(&of_commit).len(), 1);
    let unknown = json!({ "of": { "commit": "0123456789abcdef0123456789abcdef01234567" } });
    assert_eq!(stage.code(Procedure::change_list, unknown).await, ErrorCode::NotFound);
}

#[tokio::test]
async fn what_is_not_committed_and_what_changed_since_a_checkpoint_can_be_seen_line_by_line() {
    let stage = Stage::new();
    let card = stage.card("A", &[]).await;
    stage.write("a.txt", "one\ntwo\n");
    stage.write("gone.txt", "x\n");
    commit(&stage, card, "Begin");
    let saved = stage.ok(Procedure::checkpoint_create, json!({ "name": "good" })).await;
    stage.write("a.txt", "one\n2\n");
    stage.write("new.txt", "y\n");
    std::fs::remove_file(stage.dir.join("gone.txt")).expect("it is removed");
    let expected: Vec<(String, String)> = [("a.txt", "modified"), ("gone.txt", "deleted"), ("new.txt", "added")]
        .map(|(path, how)| (path.into(), how.into()))
        .into();
    assert_eq!(paths(&stage.ok(Procedure::change_list, json!({ "of": "working" })).await), expected);
    let since = json!({ "since_checkpoint": saved["id"] });
    assert_eq!(paths(&stage.ok(Procedure::change_list, json!({ "of": since })).await), expected);
    let diff = stage.ok(Procedure::change_diff, json!({ "of": "working", "path": "a.txt" })).await;
    let lines: Vec<(&str, &str)> = diff["hunks"][0]["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["kind"].as_str().unwrap(), line["text"].as_str().unwrap()))
        .collect();
    assert_eq!(lines, [("same", "one"), ("removed", "two"), ("added", "2")]);
    for path in ["../secret", "/etc/passwd", ""] {
        let input = json!({ "of": "working", "path": path });
        assert_eq!(stage.code(Procedure::change_diff, input).await, ErrorCode::BadInput, "{path}");
    }
}

#[tokio::test]
async fn a_remark_becomes_a_bug_or_a_message_to_the_cards_next_session() {
    let stage = Stage::new();
    let card = stage.card("A", &[]).await;
    let comment = |becomes: &str, feature: Value| json!({ "feature": feature, "path": "src/a.js", "line": 7, "text": "Off by one.", "becomes": becomes });
    let bug = stage.ok(Procedure::review_comment, comment("bug", json!(card))).await;
    let reported = stage.ok(Procedure::feature_get, json!({ "feature": bug["bug"] })).await;
    let description = reported["feature"]["description"].as_str().expect("words");
    assert!(description.contains("src/a.js:7") && description.contains("Off by one."), "{description}");
    stage.ok(Procedure::review_comment, comment("message", json!(card))).await;
    let id = harness_domain::id::FeatureId(u32::try_from(card).expect("small"));
    assert_eq!(stage.open.store.messages_untold(id).expect("messages"), ["In src/a.js:7: Off by one."]);
    let session = harness_domain::id::SessionId("s".into());
    stage.open.store.messages_told(id, &session).expect("it is told");
    assert!(stage.open.store.messages_untold(id).expect("messages").is_empty(), "and told once");
    assert_eq!(stage.code(Procedure::review_comment, comment("message", json!(null))).await, ErrorCode::BadInput);
}

#[tokio::test]
async fn a_file_that_says_something_else_has_another_content_though_as_many_lines_changed() {
    let stage = Stage::new();
    let card = stage.card("A", &[]).await;
    stage.write("a.txt", "one\ntwo\n");
    stage.write("b.txt", "same\n");
    commit(&stage, card, "Begin");
    let large = |last: &str| stage.write("large.txt", &format!("{}{last}", "x".repeat(2_500_000)));
    let contents = async || -> Vec<Value> {
        let list = stage.ok(Procedure::change_list, json!({ "of": "working" })).await;
        list["files"].as_array().expect("files").iter().map(|file| file["content"].clone()).collect()
    };
    stage.write("a.txt", "one\nTWO\n");
    stage.write("b.txt", "other\n");
    large("1");
    let first = contents().await;
    stage.write("a.txt", "one\nTOO\n");
    large("22");
    let second = contents().await;
    assert_eq!(first.len(), 3, "{first:?}");
    assert_ne!(first[0], second[0], "one line is another in both, yet not the same one");
    assert_eq!(first[1], second[1], "nobody touched this one");
    assert_ne!(first[2], second[2], "what is too large to be read is known by its size and time");
    commit(&stage, card, "Go on");
    let committed = stage.ok(Procedure::change_list, json!({ "of": { "feature": card } })).await;
    let of_b =
        committed["files"].as_array().expect("files").iter().find(|file| file["path"] == "b.txt").expect("b.txt");
    let before = of_b["content"].as_str().expect("a word").split("..").next();
    assert_eq!(before, Some("none"), "from before the first of the card's commits");
}
