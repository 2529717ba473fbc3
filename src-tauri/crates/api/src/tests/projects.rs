//! Projects: made, taken over, looked at, chosen for, and taken away.

use super::Stage;
use crate::{Caller, ErrorCode, Procedure};
use serde_json::json;

#[tokio::test]
async fn a_project_is_made_listed_renamed_and_forgotten() {
    let stage = Stage::new();
    let parent = stage.dir.parent().expect("it lies somewhere").to_owned();
    let new = json!({ "name": "page", "parent_dir": parent, "template": "web_page", "spec_text": "Build a page." });
    let made = stage.ok(Procedure::project_create, new.clone()).await;
    assert_eq!((&made["name"], &made["has_spec"], &made["is_missing"]), (&json!("page"), &json!(true), &json!(false)));
    assert!(parent.join("page/.git").is_dir() && parent.join("page/package.json").is_file());
    assert_eq!(stage.code(Procedure::project_create, new).await, ErrorCode::NotPossibleNow, "nothing is written over");
    let id = made["id"].clone();
    stage.ok(Procedure::project_rename, json!({ "project": id, "name": "Page two" })).await;
    let list = stage.ok(Procedure::project_list, json!({})).await;
    assert_eq!(list.as_array().map(Vec::len), Some(2));
    stage.ok(Procedure::project_forget, json!({ "project": id })).await;
    assert_eq!(stage.code(Procedure::project_get, json!({ "project": id })).await, ErrorCode::NotFound);
    assert!(parent.join("page").is_dir(), "its directory is left alone");
    let wrong = json!({ "confirm_name": "something else" });
    assert_eq!(stage.code(Procedure::project_delete, wrong).await, ErrorCode::BadInput, "the name has to be typed");
    assert!(stage.dir.is_dir());
}

#[tokio::test]
async fn a_project_whose_directory_is_gone_is_still_listed_and_says_so() {
    let stage = Stage::new();
    std::fs::remove_dir_all(&stage.dir).expect("it is removed");
    let list = stage.ok(Procedure::project_list, json!({})).await;
    assert_eq!(list[0]["is_missing"], true);
    let status = stage.ok(Procedure::run_status, json!({})).await;
    assert_eq!(status["can_start"], false, "nothing can run in it");
    let health = stage.ok(Procedure::project_health, json!({})).await;
    assert_eq!((&health[0]["id"], &health[0]["state"]), (&json!("directory"), &json!("problem")));
}

#[tokio::test]
async fn the_demonstration_is_made_with_its_specification_and_known_as_a_rehearsal() {
    let stage = Stage::new();
    let parent = stage.dir.parent().expect("it lies somewhere").to_owned();
    let demo = stage.ok(Procedure::project_demo, json!({ "parent_dir": parent })).await;
    assert_eq!(
        (&demo["name"], &demo["is_rehearsal"], &demo["has_spec"]),
        (&json!("todo-demo"), &json!(true), &json!(true))
    );
    let imported = stage.ok(Procedure::project_import, json!({ "path": demo["path"] })).await;
    assert_eq!((&imported["features"], &imported["project"]["id"]), (&json!(0), &demo["id"]), "it is the same project");
}

#[tokio::test]
async fn places_where_no_project_may_be_are_neither_listed_nor_opened() {
    let stage = Stage::new();
    let parent = stage.dir.parent().expect("it lies somewhere").to_owned();
    let list = stage.ok(Procedure::directory_list, json!({ "path": parent })).await;
    let names: Vec<&str> =
        list["entries"].as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"to do"), "{names:?}");
    assert_eq!(list["entries"].as_array().unwrap().iter().filter(|entry| entry["is_project"] == true).count(), 1);
    assert_eq!(stage.code(Procedure::directory_list, json!({ "path": "/etc" })).await, ErrorCode::Refused);
    assert_eq!(stage.code(Procedure::project_open, json!({ "path": "/etc" })).await, ErrorCode::Refused);
    assert_eq!(
        stage.code(Procedure::project_open, json!({ "path": "to do" })).await,
        ErrorCode::BadInput,
        "the whole path"
    );
    assert_eq!(
        stage.code(Procedure::directory_list, json!({ "path": parent.join("none") })).await,
        ErrorCode::NotFound
    );
}

#[tokio::test]
async fn what_is_chosen_is_kept_and_what_makes_no_sense_is_refused() {
    let stage = Stage::new();
    let settings =
        json!({ "max_attempts": 5, "checks": [{ "kind": "test", "command": "make test", "origin": "configured" }] });
    let view = stage.ok(Procedure::project_settings_write, json!({ "settings": settings })).await;
    assert_eq!((&view["settings"]["max_attempts"], &view["checks"][0]["command"]), (&json!(5), &json!("make test")));
    let empty = json!({ "settings": { "checks": [{ "kind": "test", "command": " ", "origin": "x" }] } });
    assert_eq!(stage.code(Procedure::project_settings_write, empty).await, ErrorCode::BadInput);

    let desktop = Caller::desktop();
    let mut app = stage.call_as(&desktop, Procedure::app_settings_read, json!({})).await.expect("settings");
    assert_eq!((&app["theme"], &app["notify"]["blocked"]), (&json!("system"), &json!(true)), "the defaults");
    app["theme"] = json!("dark");
    app["shortcuts"] = json!({ "open": "Ctrl+O" });
    stage.call_as(&desktop, Procedure::app_settings_write, app.clone()).await.expect("they are kept");
    assert_eq!(stage.call_as(&desktop, Procedure::app_settings_read, json!(null)).await.expect("settings"), app);
    app["editor_command"] = json!("code");
    let refusal = stage.call_as(&desktop, Procedure::app_settings_write, app).await.expect_err("it names no file");
    assert!(refusal.message.contains("{path}"), "{}", refusal.message);
}

#[tokio::test]
async fn the_policy_is_shown_asked_and_changed_an_entry_at_a_time() {
    let stage = Stage::new();
    let check = |command: &str| stage.ok(Procedure::policy_check, json!({ "command": command }));
    assert_eq!(check("sudo rm -rf /").await["verdict"], "deny");
    assert_eq!(check("ls").await["verdict"], "allow");
    let entry = json!({ "effect": "deny", "entry": "terraform plan" });
    let view = stage.ok(Procedure::policy_entry_add, entry.clone()).await;
    let file = view["files"]
        .as_array()
        .unwrap()
        .iter()
        .find(|file| file["scope"] == "project")
        .expect("a project file")
        .clone();
    assert_eq!(file["entries"], json!([entry]));
    assert_eq!(check("terraform plan").await["verdict"], "deny");
    assert!(view["rules"].as_array().is_some_and(|rules| rules.len() > 10));
    stage.ok(Procedure::policy_entry_remove, entry.clone()).await;
    assert_eq!(stage.code(Procedure::policy_entry_remove, entry).await, ErrorCode::NotFound);
    assert_ne!(check("terraform plan").await["verdict"], "deny");
    assert_eq!(
        stage.code(Procedure::policy_entry_add, json!({ "effect": "allow", "entry": "" })).await,
        ErrorCode::BadInput
    );
}

#[tokio::test]
async fn what_agents_are_told_can_be_replaced_and_put_back() {
    let stage = Stage::new();
    let list = stage.ok(Procedure::prompt_list, json!({})).await;
    assert_eq!(list.as_array().map(Vec::len), Some(9));
    let own = json!({ "name": "coding.md", "text": "Build {{feature}}." });
    let written = stage.ok(Procedure::prompt_write, own).await;
    assert_eq!((&written["is_overridden"], &written["text"]), (&json!(true), &json!("Build {{feature}}.")));
    let wrong = json!({ "name": "coding.md", "text": "Build {{nonsense}}." });
    assert_eq!(stage.code(Procedure::prompt_write, wrong).await, ErrorCode::BadInput, "there is no such placeholder");
    assert_eq!(stage.code(Procedure::prompt_write, json!({ "name": "../x", "text": "x" })).await, ErrorCode::NotFound);
    let back = stage.ok(Procedure::prompt_reset, json!({ "name": "coding.md" })).await;
    assert_eq!((&back["is_overridden"], &back["text"]), (&json!(false), &back["default_text"]));
    assert!(stage.dir.join("prompts/coding.md.bak").is_file(), "what it said is not lost");
}
