//! What this machine has, who may do what, and what sessions may see besides.

use super::Stage;
use crate::{Caller, CallerRole, ErrorCode, Procedure};
use serde_json::{Value, json};

const ROLES: [CallerRole; 4] = [CallerRole::Viewer, CallerRole::Operator, CallerRole::Admin, CallerRole::Desktop];

#[tokio::test]
async fn whoever_is_below_a_procedures_role_is_refused_and_nobody_else_for_that_reason() {
    let stage = Stage::new();
    // So that those who may call change nothing: no procedure that takes anything takes this.
    let nonsense = json!({ "project": "none", "parent_dir": 0 });
    for procedure in Procedure::ALL {
        for role in ROLES {
            let caller = Caller { role, ..Caller::desktop() };
            let is_below = role < procedure.role();
            if !is_below && procedure.takes_nothing() {
                continue; // it would really be done
            }
            let refusal = stage.call_as(&caller, *procedure, nonsense.clone()).await.err().map(|error| error.code);
            let is_forbidden = refusal == Some(ErrorCode::Forbidden);
            assert_eq!(is_forbidden, is_below, "{} as {}: {refusal:?}", procedure.name(), role.as_str());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_setup_says_what_is_there_and_what_to_do_about_the_rest() {
    let stage = Stage::new();
    let status = stage.ok(Procedure::setup_status, json!({})).await;
    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    let checks = status["checks"].as_array().expect("checks");
    for id in ["claude_cli", "sandbox", "git", "disk_space"] {
        let check = checks.iter().find(|check| check["id"] == id);
        let check = check.unwrap_or_else(|| panic!("{id} is looked at: {checks:#?}"));
        let is_fine = check["state"] == "ok";
        assert!(is_fine || check["fix"].is_string(), "what is not fine says what to do: {check}");
    }
    let health = stage.ok(Procedure::project_health, json!({})).await;
    let disk = health.as_array().and_then(|all| all.iter().find(|check| check["id"] == "disk").cloned());
    assert!(disk.is_some_and(|disk| disk["detail"].as_str().is_some_and(|words| words.contains("GiB"))), "{health:#}");
}

#[tokio::test]
async fn what_is_no_key_is_refused_before_the_keychain_is_asked_and_never_repeated() {
    let stage = Stage::new();
    for key in ["", "two words", "line\nbreak"] {
        let refusal = stage.call(Procedure::api_key_set, json!({ "key": key })).await.expect_err("no key");
        assert_eq!(refusal.code, ErrorCode::BadInput, "{key:?}");
        assert!(
            key.is_empty() || !refusal.message.contains(key),
            "a mistyped key may be half a key: {}",
            refusal.message
        );
    }
}

#[tokio::test]
async fn what_agents_may_read_and_reach_besides_is_kept_and_held_to_the_path_guard() {
    let stage = Stage::new();
    let docs = stage._root.path().join("docs");
    std::fs::create_dir(&docs).expect("a directory");
    let with = |readable: Value, hosts: Value| json!({ "settings": { "readable": readable, "hosts": hosts } });
    let fine = with(json!([docs]), json!(["*.example.org"]));
    let kept = stage.ok(Procedure::project_settings_write, fine).await;
    assert_eq!(kept["settings"]["readable"], json!([docs]));
    assert_eq!(kept["settings"]["hosts"], json!(["*.example.org"]));
    let data = stage._root.path().join("data").canonicalize().expect("it is there");
    for refused in [json!(["/"]), json!(["/etc"]), json!(["docs"]), json!([data]), json!(["/nowhere/at/all"])] {
        let code = stage.code(Procedure::project_settings_write, with(refused.clone(), json!([]))).await;
        assert_eq!(code, ErrorCode::BadInput, "{refused}");
    }
    for refused in ["10.0.0.1", "localhost", "http://example.org"] {
        let code = stage.code(Procedure::project_settings_write, with(json!([]), json!([refused]))).await;
        assert_eq!(code, ErrorCode::BadInput, "{refused}");
    }
    let still = stage.ok(Procedure::project_settings_read, json!({})).await;
    assert_eq!(still["settings"]["readable"], json!([docs]), "what is refused changes nothing");
}

#[tokio::test]
async fn a_picture_is_put_on_a_card_seen_there_and_taken_off() {
    let stage = Stage::new();
    let card = stage.card("A", &[]).await;
    let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    let add = |name: &str, data: &str| json!({ "feature": card, "name": name, "data": data });
    let image = stage.ok(Procedure::image_add, add("../shot.png", png)).await;
    assert_eq!((&image["name"], &image["media_type"]), (&json!("shot.png"), &json!("image/png")));
    let detail = stage.ok(Procedure::feature_get, json!({ "feature": card })).await;
    assert_eq!(detail["images"], json!([image]));
    let whole = stage.ok(Procedure::image_get, json!({ "image": image["id"] })).await;
    assert_eq!(whole["data"], png, "every byte");
    for data in ["not base64!", "PHN2Zz4=", ""] {
        let refusal = stage.call(Procedure::image_add, add("a.png", data)).await.expect_err("no picture");
        assert!(matches!(refusal.code, ErrorCode::BadInput | ErrorCode::NotPossibleNow), "{refusal:?}");
    }
    stage.ok(Procedure::image_remove, json!({ "image": image["id"] })).await;
    assert_eq!(stage.code(Procedure::image_get, json!({ "image": image["id"] })).await, ErrorCode::NotFound);
}
