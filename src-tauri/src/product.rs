//! The product as the desktop uses it: the API, called as the person at this machine.

use crate::{
    activity::Project,
    ahead::{Ahead, board_asked},
    lan::Switch,
};
use harness_api::{
    Answer, Api, ApiError, Caller, ErrorCode, Frames, JoinStream, Procedure,
    shape::{
        account::LanStatus,
        project::ProjectSummary,
        setup::{AppSettings, LoginCommand},
    },
};
use harness_domain::id::ProjectId;
use harness_engine::{App, EngineError, clock::SystemClock, home::Home};
use harness_mcp::Tools;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Arc};
use tauri::AppHandle;

/// The API, and who calls it.
pub struct Product {
    api: Api,
    caller: Caller,
    ahead: Ahead,
}

impl Product {
    /// Opens the data directory.
    ///
    /// Fails when it cannot be used; the message says why.
    pub fn open() -> Result<Self, EngineError> {
        let app = App::open(Home::locate()?, Arc::new(SystemClock))?;
        Ok(Self { api: Api::new(app, Arc::new(Tools)), caller: Caller::desktop(), ahead: Ahead::default() })
    }

    /// Gives it the door to the network, which is shut.
    pub fn set_door(&self, app: &AppHandle) {
        self.api.set_lan(Arc::new(Switch::new(self.api.clone(), app.clone())));
    }

    /// Shuts the door to the network. A door that is shut is no error.
    pub async fn shut_door(&self) {
        let _: Option<LanStatus> = self.ask(Procedure::lan_stop, json!({})).await;
    }

    /// Runs the procedure of that name. Fails as it does, and with `not_found` when there is none.
    pub async fn call(&self, procedure: &str, input: Value) -> Result<Answer, ApiError> {
        if let Some(project) = board_asked(procedure, &input)
            && let Some(answer) = self.ahead.take(&self.api, project).await
        {
            return Ok(answer);
        }
        self.api.run_named(procedure, &self.caller, input).await
    }

    /// The product's events.
    pub fn subscribe(&self, join: &JoinStream) -> Frames {
        self.api.subscribe(join)
    }

    /// What the person chose. What cannot be read has its defaults: no setting of the desktop's is worth stopping for.
    pub async fn settings(&self) -> AppSettings {
        self.ask(Procedure::app_settings_read, json!({})).await.unwrap_or_default()
    }

    /// The projects whose runs go on in this program, also those of which no event has told yet.
    pub fn running(&self) -> Vec<ProjectId> {
        self.api.runs().projects()
    }

    /// Every project, with what goes on in it.
    pub async fn projects(&self) -> Vec<(ProjectId, Project)> {
        let projects: Vec<ProjectSummary> = self.ask(Procedure::project_list, json!({})).await.unwrap_or_default();
        projects.into_iter().map(|project| (project.id, Project::from(project))).collect()
    }

    /// What a project is called.
    pub async fn project(&self, project: ProjectId) -> Option<Project> {
        let summary: Option<ProjectSummary> = self.ask(Procedure::project_get, json!({ "project": project })).await;
        summary.map(Project::from)
    }

    /// Where the projects are.
    pub async fn directories(&self) -> Vec<PathBuf> {
        let projects: Vec<ProjectSummary> = self.ask(Procedure::project_list, json!({})).await.unwrap_or_default();
        projects.into_iter().map(|project| project.path.into()).collect()
    }

    /// Where a project is. Fails with `not_found` when there is none of that number.
    pub async fn directory(&self, project: ProjectId) -> Result<PathBuf, ApiError> {
        let answer = self.api.run(Procedure::project_get, &self.caller, json!({ "project": project })).await?;
        read::<ProjectSummary>(Procedure::project_get, &answer)
            .map(|summary| summary.path.into())
            .ok_or_else(|| unknown("The project's directory is not known."))
    }

    /// The CLI's own login. Fails with what finding the CLI fails with.
    pub async fn login_command(&self) -> Result<LoginCommand, ApiError> {
        let answer = self.api.run(Procedure::login_command, &self.caller, json!({})).await?;
        read(Procedure::login_command, &answer).ok_or_else(|| unknown("The CLI's login is not known."))
    }

    /// Begins to read the project's board, so that the page waits for less. What fails here fails again where it is told.
    pub fn read_ahead(&self, project: ProjectId) {
        self.ahead.begin(self.api.clone(), self.caller.clone(), project);
    }

    /// Lets the project's run end after its session. None under way is no error.
    pub async fn pause(&self, project: ProjectId) {
        self.tell(Procedure::run_pause, project).await;
    }

    /// Ends the project's run; its work is saved. None under way is no error.
    pub async fn stop(&self, project: ProjectId) {
        self.tell(Procedure::run_stop, project).await;
    }

    async fn tell(&self, procedure: Procedure, project: ProjectId) {
        if let Err(error) = self.api.run(procedure, &self.caller, json!({ "project": project })).await {
            tracing::info!(procedure = procedure.name(), %project, %error, "the run did not take it");
        }
    }

    async fn ask<T: DeserializeOwned>(&self, procedure: Procedure, input: Value) -> Option<T> {
        match self.api.run(procedure, &self.caller, input).await {
            Ok(answer) => read(procedure, &answer),
            Err(error) => {
                tracing::warn!(procedure = procedure.name(), %error, "the desktop goes on without it");
                None
            }
        }
    }
}

fn unknown(words: &str) -> ApiError {
    ApiError::new(ErrorCode::Internal, words)
}

fn read<T: DeserializeOwned>(procedure: Procedure, answer: &Answer) -> Option<T> {
    match serde_json::from_str(answer.get()) {
        Ok(value) => Some(value),
        Err(error) => {
            tracing::error!(procedure = procedure.name(), %error, "an answer is not what the list says");
            None
        }
    }
}

impl From<ProjectSummary> for Project {
    fn from(summary: ProjectSummary) -> Self {
        Self {
            name: summary.name,
            // A run of another process is stopped there.
            run: summary.run.filter(|run| run.is_here).map(|run| run.run),
            progress: (summary.counts.done, summary.counts.total),
            requests: summary.open_requests,
        }
    }
}
