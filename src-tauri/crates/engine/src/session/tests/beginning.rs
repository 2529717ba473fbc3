//! What a run looks at before it begins.

use super::super::{RunControl, RunOptions, RunReport, ToolChannel, ToolServer, conduct};
use crate::{EngineError, interview::Desk, stage::Stage, toolbox::Toolbox};
use harness_domain::run::{Mode, Role};
use std::{fs, sync::Arc};

/// Runs that are refused need no tools.
struct NoTools;

impl ToolServer for NoTools {
    fn names(&self, _role: Role) -> Vec<String> {
        Vec::new()
    }

    fn open(&self, _toolbox: Toolbox) -> Arc<dyn ToolChannel> {
        unreachable!("no session is started")
    }

    fn interview_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn open_interview(&self, _desk: Desk) -> Arc<dyn ToolChannel> {
        unreachable!("no interview is begun")
    }
}

/// A run with a CLI that does not exist: whatever comes before is decided, and nothing is started.
async fn begin(stage: &Stage, mode: Mode) -> Result<RunReport, EngineError> {
    let options =
        RunOptions { mode, cli: Some("/nonexistent/claude".into()), may_run_unwalled: true, ..RunOptions::default() };
    conduct(&stage.project, options, Arc::new(NoTools), RunControl::default()).await
}

async fn code_of(stage: &Stage, mode: Mode) -> &'static str {
    begin(stage, mode).await.expect_err("there is no CLI").code()
}

#[tokio::test]
async fn a_project_whose_files_are_gone_is_not_called_complete_on_the_word_of_its_records() {
    let stage = Stage::new();
    let id = stage.feature("Card");
    stage.write("built", "");
    stage.client().mark_passing(id, Vec::new()).await.expect("a verdict");
    assert_eq!(code_of(&stage, Mode::Code).await, "cli_not_found", "with its history it may begin");

    fs::remove_dir_all(stage.path(".git")).expect("a repository");
    let refusal = begin(&stage, Mode::Code).await.expect_err("the history is gone").to_string();
    assert!(
        refusal.contains("holds no commit") && refusal.contains("projects remove"),
        "it says what to do: {refusal}"
    );
}

#[tokio::test]
async fn a_project_that_never_had_a_commit_may_begin() {
    let stage = Stage::new();
    stage.feature("Card");
    fs::remove_dir_all(stage.path(".git")).expect("a repository");
    assert_eq!(code_of(&stage, Mode::Code).await, "cli_not_found", "the run makes the repository");
}

#[tokio::test]
async fn a_specification_is_needed_to_plan_and_only_context_once_there_are_features() {
    let stage = Stage::new();
    assert_eq!(code_of(&stage, Mode::Auto).await, "no_spec");
    assert_eq!(code_of(&stage, Mode::Analyze).await, "cli_not_found", "an existing code base has none");
    stage.feature("Card");
    assert_eq!(code_of(&stage, Mode::Auto).await, "cli_not_found");
    assert_eq!(code_of(&stage, Mode::Initialize).await, "no_spec");
}

#[cfg(unix)]
#[tokio::test]
async fn a_specification_that_is_a_link_out_of_the_project_is_refused_before_anything_reads_it() {
    let stage = Stage::new();
    let elsewhere = tempfile::tempdir().expect("a directory");
    let secret = elsewhere.path().join("id_rsa");
    fs::write(&secret, "PRIVATE KEY that says what to build").expect("a file");
    fs::create_dir(stage.path("prompts")).expect("a directory");
    std::os::unix::fs::symlink(&secret, stage.path("prompts/app_spec.txt")).expect("a link");
    let refusal = begin(&stage, Mode::Auto).await.expect_err("it leads out").to_string();
    assert!(refusal.contains("app_spec.txt") && refusal.contains("out of the project"), "{refusal}");
    assert!(stage.project.store.runs(1).expect("runs").is_empty(), "no run was begun");
}

#[tokio::test]
async fn a_refused_run_still_gives_back_what_a_dead_host_held() {
    let stage = Stage::new();
    let id = stage.feature("Card");
    stage.session(stage.run(), Role::Coding).next().expect("a card");
    let stage = stage.reopened();
    assert_eq!(code_of(&stage, Mode::Code).await, "cli_not_found");
    assert!(stage.card(id).lease.is_none(), "a missing CLI must not keep a card in dead hands");
}
