//! Specifications.

use super::{Stage, heard};
use crate::{ErrorCode, Procedure};
use harness_domain::{
    evidence::SandboxLevel,
    run::{Mode, ProcessIdentity},
};
use harness_store::NewRun;
use serde_json::{Value, json};

const TEXT: &str = "# Recipe Box\n\n## Overview\nKeeps recipes.\n\n## Core features\n- Add a recipe with a title\n- Export \
                    everything as PDF\n";

impl Stage {
    async fn spec(&self, name: &str, text: &str, over: Option<&str>) -> Value {
        self.ok(Procedure::spec_write, json!({ "name": name, "text": text, "over": over })).await
    }
}

#[tokio::test]
async fn a_specification_is_written_listed_and_told_to_screens() {
    let stage = Stage::new();
    assert_eq!(stage.ok(Procedure::spec_list, json!({})).await, json!([]));
    let mut frames = stage.listen();
    let written = stage.spec("main", TEXT, Some("")).await;
    assert_eq!(heard(&mut frames), ["specs_changed"]);
    assert_eq!(written["told"], json!(null), "no run is under way");
    assert_eq!(std::fs::read_to_string(stage.dir.join("prompts/app_spec.txt")).unwrap(), TEXT);
    stage.card("Add recipe", &[]).await;
    let list = stage.ok(Procedure::spec_list, json!({})).await;
    let spec = &list[0];
    assert_eq!(
        (&spec["name"], &spec["file"], &spec["text"]),
        (&json!("main"), &json!("prompts/app_spec.txt"), &json!(TEXT))
    );
    assert_eq!((&spec["features"], &spec["revision"]), (&json!(1), &written["spec"]["revision"]));
    assert!(spec["updated_at_ms"].as_f64().is_some_and(|at_ms| at_ms > 1e12), "{spec}");
    assert_eq!(spec["check"]["project_name"], "Recipe Box");
    assert_eq!(spec["check"]["missing"][0], "technology_stack");
    assert_eq!(stage.ok(Procedure::project_get, json!({})).await["has_spec"], true);
}

#[tokio::test]
async fn a_specification_that_someone_else_changed_is_not_written_over() {
    let stage = Stage::new();
    let first = stage.spec("main", TEXT, Some("")).await["spec"]["revision"].clone();
    stage.write("prompts/app_spec.txt", "Theirs, from another program.");
    let mine = json!({ "name": "main", "text": "Mine.", "over": first });
    let conflict = stage.call(Procedure::spec_write, mine).await.unwrap_err();
    assert_eq!(conflict.code, ErrorCode::Conflict, "{}", conflict.message);
    assert_eq!(stage.ok(Procedure::spec_list, json!({})).await[0]["text"], "Theirs, from another program.");
    let new = json!({ "name": "main", "text": "Mine.", "over": "" });
    assert_eq!(stage.code(Procedure::spec_write, new).await, ErrorCode::Conflict, "nor where none was expected");
    stage.spec("main", "Mine.", None).await;
    let history = stage.ok(Procedure::spec_history, json!({ "name": "main" })).await;
    let texts: Vec<&str> =
        history.as_array().unwrap().iter().map(|version| version["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["Mine.", "Theirs, from another program.", TEXT], "what was written over is kept");
    assert!(history[2]["score"].as_u64() > history[0]["score"].as_u64(), "each has its own score: {history}");
}

#[tokio::test]
async fn a_deleted_specification_can_be_brought_back() {
    let stage = Stage::new();
    stage.spec("main", TEXT, None).await;
    stage.spec("web", "A page.", None).await;
    let mut frames = stage.listen();
    stage.ok(Procedure::spec_delete, json!({ "name": "web" })).await;
    assert_eq!(heard(&mut frames), ["specs_changed"]);
    assert!(!stage.dir.join("prompts/app_spec_web.txt").exists());
    assert_eq!(stage.code(Procedure::spec_delete, json!({ "name": "web" })).await, ErrorCode::NotFound);
    let history = stage.ok(Procedure::spec_history, json!({ "name": "web" })).await;
    stage.spec("web", history[0]["text"].as_str().expect("its text"), Some("")).await;
    let list = stage.ok(Procedure::spec_list, json!({})).await;
    assert_eq!((&list[1]["name"], &list[1]["text"]), (&json!("web"), &json!("A page.")));
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused_and_changes_nothing() {
    let stage = Stage::new();
    let written = |name: &str, text: &str| stage.call(Procedure::spec_write, json!({ "name": name, "text": text }));
    for name in ["", "Main", "../main", "a/b", "prompts/app_spec.txt"] {
        assert_eq!(written(name, TEXT).await.unwrap_err().code, ErrorCode::BadInput, "{name:?}");
    }
    for text in ["", " \n", "a\0b", &"x".repeat(harness_domain::spec::LARGEST + 1)] {
        assert_eq!(written("main", text).await.unwrap_err().code, ErrorCode::BadInput, "{} bytes", text.len());
    }
    let key = format!("{}-ant-api03-{}", "sk", "Zk3vQ9xLpW7mRt2Y".repeat(6));
    let refusal = written("main", &format!("{TEXT}\nUse {key}.")).await.unwrap_err();
    assert!(!refusal.message.contains(&key), "the refusal does not say it again: {}", refusal.message);
    assert!(!stage.dir.join("prompts").exists(), "nothing was made");
    stage.write("prompts/app_spec.txt", &format!("{TEXT}\nUse {key}."));
    let list = stage.ok(Procedure::spec_list, json!({})).await;
    assert!(!list.to_string().contains(&key), "nor does the list show what another program wrote");
    assert!(list[0]["check"]["warnings"][0].as_str().is_some_and(|warning| warning.contains("credential")), "{list}");
    stage.spec("main", TEXT, None).await;
    let history = stage.ok(Procedure::spec_history, json!({ "name": "main" })).await.to_string();
    assert!(!history.contains(&key), "nor the history");
}

#[tokio::test]
async fn a_text_is_checked_as_a_run_would_read_it() {
    let stage = Stage::new();
    let check = |text: &str| stage.ok(Procedure::spec_check, json!({ "text": text }));
    let empty = check("<overview><!-- what for --></overview>").await;
    assert!(empty["problem"].as_str().is_some_and(|problem| problem.contains("is empty")), "{empty}");
    assert_eq!((&empty["score"], empty["missing"].as_array().map(Vec::len)), (&json!(0), Some(9)));
    let template = check("# YOUR_PROJECT_NAME\n\n## Overview\nIt does things.").await;
    assert!(template["problem"].as_str().is_some_and(|problem| problem.contains("still the template")), "{template}");
    let good = check(TEXT).await;
    assert_eq!((&good["problem"], &good["feature_count"]), (&json!(null), &json!(null)));
    assert!(good["missing"].as_array().unwrap().contains(&json!("feature_count")), "{good}");
    let zero = check("not text: \0").await;
    assert!(zero["problem"].as_str().is_some_and(|problem| problem.contains("UTF-8")), "{zero}");
    std::fs::create_dir_all(stage.dir.join("prompts")).unwrap();
    std::fs::write(stage.dir.join("prompts/app_spec.txt"), b"Caf\xe9").unwrap();
    let file = stage.ok(Procedure::spec_list, json!({})).await;
    let problem = "the specification is not UTF-8 text (byte 3); save it as UTF-8";
    assert_eq!(file[0]["check"]["problem"], problem, "a file that is no text is listed with its problem");
}

#[tokio::test]
async fn each_part_shows_the_cards_that_build_it_and_whether_they_are_done() {
    let stage = Stage::new();
    stage.spec("main", TEXT, None).await;
    let card = stage.card("Adding a recipe", &[]).await;
    let coverage = || stage.ok(Procedure::spec_coverage, json!({}));
    let parts = coverage().await;
    let (added, exported) = (&parts[0], &parts[1]);
    assert_eq!((&added["spec"], &added["section"]), (&json!("main"), &json!("core_features")));
    assert_eq!((&added["is_covered"], &added["is_done"]), (&json!(true), &json!(false)));
    assert_eq!(
        added["features"],
        json!([{ "id": card, "name": "Adding a recipe", "status": "pending", "is_proven": null }])
    );
    assert_eq!((&exported["is_covered"], &exported["features"]), (&json!(false), &json!([])), "nobody builds it");
    stage.ok(Procedure::bug_report, json!({ "name": "Export as PDF is broken", "description": "" })).await;
    assert_eq!(coverage().await[1]["is_covered"], false, "a bug builds nothing");
}

#[cfg(unix)]
#[tokio::test]
async fn whoever_writes_during_a_run_is_told_what_the_run_makes_of_it() {
    let stage = Stage::new();
    #[expect(clippy::disallowed_methods, reason = "stands for another host")]
    let mut other = std::process::Command::new("sleep").arg("30").spawn().expect("a process");
    let host: ProcessIdentity = harness_agent::process_identity(other.id()).expect("it lives");
    let run = NewRun { mode: Mode::Auto, is_quick: false, rehearsal: None, sandbox: SandboxLevel::Full, host };
    stage.open.store.run_start(run, 1).expect("a run");
    let mut frames = stage.listen();
    let written = stage.spec("main", TEXT, None).await;
    assert!(written["told"].as_str().is_some_and(|told| told.contains("the next run reads the new one")), "{written}");
    assert_eq!(heard(&mut frames), ["specs_changed", "noticed"], "the run's page tells it, too");
    other.kill().expect("it ends");
    other.wait().expect("it has ended");
    assert_eq!(stage.spec("main", "Later.", None).await["told"], json!(null));
}
