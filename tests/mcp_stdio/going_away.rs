//! Clients that go away, in order and otherwise.

use crate::{
    client::{Board, Client},
    support::{eventually, finish, git},
};
use serde_json::json;
use std::{fs, process::Command};

#[test]
fn a_card_goes_back_into_the_queue_when_its_client_leaves() {
    let board = Board::with_cards(2);
    let mut client = Client::ready(&board);
    let next = client.ok("feature_get_next", json!({}));
    assert_eq!(next["feature"]["id"], 1, "{next}");
    assert_eq!(board.statuses(), ["in_progress", "pending"], "the claim is seen by everybody");
    client.leave();
    assert_eq!(board.statuses(), ["pending", "pending"], "and ends with the client");
}

#[test]
fn a_card_goes_back_when_the_client_breaks_off_in_the_middle_of_a_line() {
    let board = Board::with_cards(1);
    let mut client = Client::ready(&board);
    client.ok("feature_get_next", json!({}));
    client.write(br#"{"jsonrpc":"2.0","id":50,"method":"tools/call","params":{"name":"feature_ski"#);
    client.leave();
    assert_eq!(board.statuses(), ["pending"], "half a request is none");
}

#[cfg(unix)]
#[test]
fn a_card_goes_back_when_the_server_is_told_to_end() {
    let board = Board::with_cards(1);
    let mut client = Client::ready(&board);
    client.ok("feature_get_next", json!({}));
    let told = Command::new("kill").args(["-TERM", &client.child.id().to_string()]).status();
    assert!(told.is_ok_and(|status| status.success()), "it can be told");
    while client.read().is_some() {}
    assert_eq!(finish(client.child).code, Some(0), "it ends in order");
    assert_eq!(board.statuses(), ["pending"], "and leaves nothing claimed");
}

const MANIFEST: &str = r#"{"name": "endless", "scripts": {"test": "node --test"}}"#;
/// The test says that it runs, and then runs for longer than anybody waits.
const ENDLESS: &str = "require('node:test')('endless', async () => {
    require('node:fs').writeFileSync('started', '');
    await new Promise((done) => setTimeout(done, 600_000));
});
";

#[test]
fn a_client_that_leaves_in_the_middle_of_a_call_takes_its_checks_with_it() {
    let board = Board::with_cards(1);
    fs::write(board.dir.join("package.json"), MANIFEST).expect("a file");
    fs::write(board.dir.join("endless.test.js"), ENDLESS).expect("a file");
    git(&board.dir, &["add", "."]);
    git(&board.dir, &["commit", "--quiet", "-m", "Add an endless check"]);
    let mut client = Client::ready(&board);
    client.ok("feature_get_next", json!({}));
    client.ask("tools/call", json!({ "name": "feature_mark_passing", "arguments": { "feature_id": 1 } }));
    let started = board.dir.join("started");
    eventually("the check runs", || started.exists());
    #[cfg(target_os = "linux")]
    assert_ne!(working_in(&board.dir), 0, "its process can be seen from here");
    client.leave();
    assert_eq!(board.statuses(), ["pending"], "nothing was decided, and the card waits for its turn");
    #[cfg(target_os = "linux")]
    assert_eq!(working_in(&board.dir), 0, "no check goes on without anybody to read its end");
}

/// How many processes have this working directory.
#[cfg(target_os = "linux")]
fn working_in(dir: &std::path::Path) -> usize {
    let processes = fs::read_dir("/proc").expect("a list of processes").filter_map(Result::ok);
    processes.filter(|process| fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == dir)).count()
}
