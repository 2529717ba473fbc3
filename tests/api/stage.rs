//! A data directory of its own and the API over it.

use harness_api::{Answer, Api, ApiError, Caller, Frame, JoinStream, Procedure};
use harness_engine::{App, clock::SystemClock, home::Home};
use harness_mcp::Tools;
use serde_json::{Value, json};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;

/// No run of a small scenario takes this long; one that does hangs.
const PATIENCE: Duration = Duration::from_secs(150);

pub struct Stage {
    pub api: Api,
    root: TempDir,
}

impl Stage {
    pub fn new() -> Self {
        let root = tempfile::Builder::new().prefix("harness-test-").tempdir().expect("a directory");
        let home = Home::at(root.path().join("data")).expect("a data directory");
        let app = App::open(home, Arc::new(SystemClock)).expect("an application");
        Self { api: Api::new(app, Arc::new(Tools)), root }
    }

    /// Another process at the same data directory, as far as databases can tell.
    pub fn twin(&self) -> Self {
        let home = Home::at(self.path("data")).expect("the same data directory");
        let app = App::open(home, Arc::new(SystemClock)).expect("an application");
        Self { api: Api::new(app, Arc::new(Tools)), root: tempfile::tempdir().expect("a directory") }
    }

    /// Registers a directory and gives its number.
    pub async fn project(&self, name: &str) -> u64 {
        let dir = self.path(name);
        std::fs::create_dir_all(&dir).expect("a directory");
        let made = self.ok(Procedure::project_open, json!({ "path": dir })).await;
        made["id"].as_u64().expect("a project has a number")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub async fn call(&self, procedure: Procedure, input: Value) -> Result<Value, ApiError> {
        let answer: Answer = self.api.run(procedure, &Caller::desktop(), input).await?;
        Ok(serde_json::from_str(answer.get()).expect("an answer is JSON"))
    }

    pub async fn ok(&self, procedure: Procedure, input: Value) -> Value {
        let name = procedure.name();
        self.call(procedure, input).await.unwrap_or_else(|error| panic!("{name} answers: {error:?}"))
    }

    /// Everything that happens from now on until an event of that name of that project.
    pub async fn until(&self, frames: &mut harness_api::Frames, project: u64, name: &str) -> Vec<Value> {
        let mut seen = Vec::new();
        let waiting = async {
            loop {
                let Frame::Event { envelope } = frames.next().await else { continue };
                let event = serde_json::to_value(&envelope).expect("an event is JSON");
                let is_it = event["event"] == name && event["project"] == project;
                seen.push(event);
                if is_it {
                    break;
                }
            }
        };
        let came = tokio::time::timeout(PATIENCE, waiting).await;
        assert!(
            came.is_ok(),
            "{name} never came; the last of what did: {:?}",
            seen.iter().rev().take(5).collect::<Vec<_>>()
        );
        seen
    }

    pub fn listen(&self) -> harness_api::Frames {
        self.api.subscribe(&JoinStream::default())
    }
}

/// Whether any file below lies there.
pub fn has_file(dir: &Path, name: &str) -> bool {
    dir.join(name).is_file()
}
