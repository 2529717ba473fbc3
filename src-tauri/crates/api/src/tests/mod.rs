//! What the procedures promise, each called as every host calls it: through `run`.

mod asking;
mod board;
mod checkpoints;
mod projects;
mod review;
mod runs;
mod setup;
mod specs;
mod transcript;

use crate::{Api, ApiError, Caller, ErrorCode, Frame, Frames, JoinStream, Procedure};
use async_trait::async_trait;
use harness_domain::{event::Event, id::ProjectId, run::Role};
use harness_engine::{
    App, OpenProject,
    clock::{Clock, SystemClock},
    home::Home,
    session::{ToolChannel, ToolServer},
    toolbox::Toolbox,
};
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Arc};

/// A data directory, a project with a repository, and the API over both.
struct Stage {
    api: Api,
    dir: PathBuf,
    project: ProjectId,
    /// The project once more, with handles of its own, as the engine has it.
    open: OpenProject,
    _root: tempfile::TempDir,
}

/// No agent runs in these tests.
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

impl Stage {
    fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    fn with_clock(clock: Arc<dyn Clock>) -> Self {
        let root = tempfile::tempdir().expect("a directory");
        let dir = root.path().join("to do");
        std::fs::create_dir(&dir).expect("a directory");
        let repository = git2::Repository::init(&dir).expect("a repository");
        let mut config = repository.config().expect("it has settings");
        config.set_str("user.name", "Ada").expect("a name");
        config.set_str("user.email", "ada@example.org").expect("an address");
        let app =
            App::open(Home::at(root.path().join("data")).expect("a data directory"), clock).expect("an application");
        let open = app.open_directory(&dir).expect("a project");
        let api = Api::new(app, Arc::new(NoTools));
        Self { api, dir: dir.canonicalize().expect("it is there"), project: open.project.id, open, _root: root }
    }

    async fn call_as(&self, caller: &Caller, procedure: Procedure, input: Value) -> Result<Value, ApiError> {
        let answer = self.api.run(procedure, caller, input).await?;
        Ok(serde_json::from_str(answer.get()).expect("an answer is JSON"))
    }

    /// Calls a procedure of this project, as the person at the machine.
    async fn call(&self, procedure: Procedure, mut input: Value) -> Result<Value, ApiError> {
        if let Value::Object(fields) = &mut input {
            fields.entry("project").or_insert_with(|| json!(self.project.0));
        }
        self.call_as(&Caller::desktop(), procedure, input).await
    }

    async fn ok(&self, procedure: Procedure, input: Value) -> Value {
        let name = procedure.name();
        self.call(procedure, input).await.unwrap_or_else(|error| panic!("{name} answers: {error:?}"))
    }

    async fn code(&self, procedure: Procedure, input: Value) -> ErrorCode {
        match self.call(procedure, input).await {
            Ok(answer) => panic!("{} should have refused: {answer}", procedure.name()),
            Err(error) => error.code,
        }
    }

    /// Adds a card and gives its number.
    async fn card(&self, name: &str, needs: &[u64]) -> u64 {
        let feature = json!({
            "kind": "feature", "category": "functional", "name": name, "description": "", "steps": [], "priority": null,
            "layer": null, "source_spec": "main", "parent": null, "dependencies": needs, "model": null, "checks": [],
        });
        let created = self.ok(Procedure::feature_create, json!({ "feature": feature })).await;
        created["id"].as_u64().expect("a card has a number")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.dir.join(name);
        std::fs::create_dir_all(path.parent().expect("it lies in the project")).expect("directories");
        std::fs::write(path, text).expect("a file");
    }

    fn listen(&self) -> Frames {
        self.api.subscribe(&JoinStream::default())
    }
}

/// The names of the events that came in.
fn heard(frames: &mut Frames) -> Vec<String> {
    let mut names = Vec::new();
    while let Some(frame) = frames.try_next() {
        if let Frame::Event { envelope } = frame {
            names.push(name_of(&envelope.event));
        }
    }
    names
}

fn name_of(event: &Event) -> String {
    serde_json::to_value(event).expect("an event is JSON")["event"].as_str().expect("it has a name").to_owned()
}
