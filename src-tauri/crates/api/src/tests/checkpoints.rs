//! Checkpoints.

use super::{Stage, heard};
use crate::{ErrorCode, Procedure};
use serde_json::json;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_and_cards_go_back_together_and_forward_again() {
    let stage = Stage::new();
    stage.write("a.txt", "first");
    let kept = stage.card("Kept", &[]).await;
    let saved = stage.ok(Procedure::checkpoint_create, json!({ "name": "good" })).await;
    stage.write("a.txt", "second");
    stage.ok(Procedure::feature_edit, json!({ "feature": kept, "name": "Changed" })).await;
    let preview = stage.ok(Procedure::checkpoint_preview, json!({ "checkpoint": saved["id"] })).await;
    assert_eq!(preview["files"], json!([{ "path": "a.txt", "how": "modified" }]));
    assert_eq!(preview["features"][0]["feature"], json!(kept));

    let restored = stage.ok(Procedure::checkpoint_restore, json!({ "checkpoint": saved["id"] })).await;
    assert_eq!(restored["files"], 1);
    assert_eq!(std::fs::read_to_string(stage.dir.join("a.txt")).unwrap(), "first");
    let name =
        || async { stage.ok(Procedure::feature_get, json!({ "feature": kept })).await["feature"]["name"].clone() };
    assert_eq!(name().await, "Kept");
    let list = stage.ok(Procedure::checkpoint_list, json!({})).await;
    assert_eq!(list[0]["is_undo"], true, "the way back is marked");
    stage.ok(Procedure::checkpoint_undo, json!({})).await;
    assert_eq!(
        (std::fs::read_to_string(stage.dir.join("a.txt")).unwrap(), name().await),
        ("second".into(), json!("Changed"))
    );
}

#[tokio::test]
async fn a_checkpoint_is_named_kept_and_removed() {
    let stage = Stage::new();
    stage.write("a.txt", "first");
    assert_eq!(stage.code(Procedure::checkpoint_create, json!({ "name": "  " })).await, ErrorCode::BadInput);
    let saved = stage.ok(Procedure::checkpoint_create, json!({ "name": "good" })).await;
    let mut frames = stage.listen();
    let pinned = stage.ok(Procedure::checkpoint_pin, json!({ "checkpoint": saved["id"], "is_pinned": true })).await;
    assert_eq!(pinned["is_pinned"], true);
    assert_eq!(heard(&mut frames), ["checkpoint_pinned"]);
    stage.ok(Procedure::checkpoint_delete, json!({ "checkpoint": saved["id"] })).await;
    assert_eq!(stage.ok(Procedure::checkpoint_list, json!({})).await, json!([]));
    let gone = stage.code(Procedure::checkpoint_restore, json!({ "checkpoint": saved["id"] })).await;
    assert_eq!(gone, ErrorCode::NotFound);
}
