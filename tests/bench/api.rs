//! The API over a data directory of its own, for measurements.

use async_trait::async_trait;
use harness_api::{Answer, Api, Caller, Procedure};
use harness_domain::{id::ProjectId, run::Role};
use harness_engine::{
    App, OpenProject,
    clock::SystemClock,
    home::Home,
    session::{ToolChannel, ToolServer},
    toolbox::Toolbox,
};
use serde_json::Value;
use std::sync::Arc;

pub struct Ground {
    pub open: OpenProject,
    pub project: ProjectId,
    api: Api,
    runtime: tokio::runtime::Runtime,
    _root: tempfile::TempDir,
}

struct NoTools;

#[async_trait]
impl ToolServer for NoTools {
    fn names(&self, _: Role) -> Vec<String> {
        Vec::new()
    }

    fn open(&self, _: Toolbox) -> Arc<dyn ToolChannel> {
        unreachable!("no session is started here")
    }

    fn interview_names(&self) -> Vec<String> {
        Vec::new()
    }

    fn open_interview(&self, _desk: harness_engine::interview::Desk) -> Arc<dyn ToolChannel> {
        unreachable!("no interview is begun")
    }
}

impl Ground {
    pub fn new() -> Self {
        let root = tempfile::tempdir().expect("a directory");
        let dir = root.path().join("project");
        std::fs::create_dir(&dir).expect("a directory");
        let home = Home::at(root.path().join("data")).expect("a data directory");
        let app = App::open(home, Arc::new(SystemClock)).expect("an application");
        let open = app.open_directory(&dir).expect("a project");
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let api = Api::new(app, Arc::new(NoTools));
        Self { project: open.project.id, open, api, runtime, _root: root }
    }

    /// Calls a procedure as every host does; the answer is the JSON that leaves the process.
    pub fn call(&self, procedure: Procedure, input: Value) -> Answer {
        self.runtime.block_on(self.api.run(procedure, &Caller::desktop(), input)).expect("it answers")
    }
}
