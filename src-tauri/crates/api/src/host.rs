//! The API with what it works on, and the one way in.

use crate::{
    caller::Caller,
    error::{ApiError, ErrorCode},
    lan::{Lan, NoLan},
    procedures::{Procedure, dispatch},
};
use harness_domain::{event::Event, id::ProjectId, project::Project};
use harness_engine::{
    App, EngineError, OpenProject, accounts::Accounts, interview::Interviews, runs::Runs, session::ToolServer,
};
use serde_json::{Value, value::RawValue};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
    time::{Duration, Instant},
};

/// The longest wait before an interrupted run that could not go on is tried again.
pub const LONGEST_RETRY: Duration = Duration::from_secs(15 * 60);

/// An answer, as JSON text.
pub type Answer = Box<RawValue>;

/// The API of one data directory. Cheap to clone; every clone is the same.
#[derive(Clone)]
pub struct Api {
    inner: Arc<Inner>,
    /// Who calls, while a handler works for them.
    caller: Arc<Caller>,
}

struct Inner {
    app: App,
    runs: Runs,
    interviews: Interviews,
    tools: Arc<dyn ToolServer>,
    accounts: Accounts,
    lan: OnceLock<Arc<dyn Lan>>,
    /// Opening one takes a while, and settles what a crash left; so each is opened once.
    open: Mutex<HashMap<ProjectId, OpenProject>>,
}

impl Api {
    /// The API of `app`; agents of its runs get `tools`.
    pub fn new(app: App, tools: Arc<dyn ToolServer>) -> Self {
        let (runs, accounts) = (Runs::new(app.clone()), Accounts::of(&app));
        let interviews = Interviews::new(runs.clone(), tools.clone());
        let inner = Inner { app, runs, interviews, tools, accounts, lan: OnceLock::new(), open: Mutex::default() };
        Self { inner: Arc::new(inner), caller: Arc::new(Caller::desktop()) }
    }

    /// Gives it the host's door to the network, once; a second one is not taken. Without one there is none.
    pub fn set_lan(&self, lan: Arc<dyn Lan>) {
        // A host has one door, and gives it right after it made the API.
        let _ = self.inner.lan.set(lan);
    }

    /// The users, devices and tokens: for whoever asks them who calls.
    pub fn accounts(&self) -> &Accounts {
        &self.inner.accounts
    }

    pub(crate) fn lan(&self) -> Arc<dyn Lan> {
        self.inner.lan.get().cloned().unwrap_or_else(|| Arc::new(NoLan))
    }

    /// Who calls.
    pub(crate) fn caller(&self) -> &Caller {
        &self.caller
    }

    /// The product beneath.
    pub fn app(&self) -> &App {
        &self.inner.app
    }

    /// The runs of this process: for the desktop's quit, and for what it shows while they go on.
    pub fn runs(&self) -> &Runs {
        &self.inner.runs
    }

    /// The interviews of this process.
    pub(crate) fn interviews(&self) -> &Interviews {
        &self.inner.interviews
    }

    pub(crate) fn tools(&self) -> Arc<dyn ToolServer> {
        self.inner.tools.clone()
    }

    /// Calls a procedure. Every call of every host ends here: the role is checked, a panic becomes `internal` with an
    /// incident, and the input appears in no log.
    ///
    /// Must be called within a tokio runtime. Fails with what the handler fails with, with `Forbidden` when the caller
    /// may not or the project is not theirs to touch, and with `BadInput` when the input is not what the list says.
    pub async fn run(&self, procedure: Procedure, caller: &Caller, input: Value) -> Result<Answer, ApiError> {
        self.permit(procedure, caller, &input)?;
        let began = Instant::now();
        // Paths that the caller named itself may come back in a refusal.
        let mut named = Vec::new();
        gather_paths(&input, &mut named);
        let project = input.get("project").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        let api = Self { inner: self.inner.clone(), caller: Arc::new(caller.clone()) };
        // Handlers ask databases, repositories and files, all of which block.
        let done = tokio::task::spawn_blocking(move || dispatch(&api, procedure, input)).await;
        let result = match done {
            Ok(result) => result,
            Err(_) => Err(incident()),
        };
        let (name, ms) = (procedure.name(), u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX));
        match result {
            Ok(answer) => {
                tracing::debug!(procedure = name, caller = caller.name, ms, "answered");
                Ok(answer)
            }
            Err(error) => {
                let error = if error.code == ErrorCode::Internal && error.incident.is_none() {
                    ApiError { incident: incident().incident, ..error }
                } else {
                    error
                };
                if let Some(incident) = &error.incident {
                    tracing::error!(procedure = name, incident, message = %error.message, "a fault of the product");
                } else {
                    tracing::info!(procedure = name, caller = caller.name, ms, code = ?error.code, "refused");
                }
                named.extend(project.and_then(|id| self.directory_of(ProjectId(id))));
                let known: Vec<&Path> = named.iter().map(PathBuf::as_path).collect();
                Err(error.presentable(&known))
            }
        }
    }

    /// Whether `caller` has the role that a procedure needs, whatever the input: who has not, need not send one.
    ///
    /// Fails with `Forbidden`.
    pub fn permit_role(&self, procedure: Procedure, caller: &Caller) -> Result<(), ApiError> {
        if caller.role >= procedure.role() {
            return Ok(());
        }
        let needed = procedure.role().as_str();
        let message = format!("{} needs the role {needed}; you have {}", procedure.name(), caller.role.as_str());
        Err(ApiError::new(ErrorCode::Forbidden, message))
    }

    /// Whether `caller` may do this. [`Api::run`] asks itself; a host that answers with what it has kept of an earlier
    /// answer asks first.
    ///
    /// Fails with `Forbidden`.
    pub fn permit(&self, procedure: Procedure, caller: &Caller, input: &Value) -> Result<(), ApiError> {
        self.permit_role(procedure, caller)?;
        refuse_other_projects(procedure, caller, input)
    }

    /// The number of the project of that name. Blocks. Fails with `NotFound` when there is none.
    pub fn project_named(&self, name: &str) -> Result<ProjectId, ApiError> {
        let found = self.app().store.project_by_name(name)?;
        found.map(|project| project.id).ok_or_else(|| ApiError::not_found(format!("there is no project {name}")))
    }

    /// Calls the procedure of that name. Fails with `NotFound` when there is none, and as [`Api::run`] does.
    pub async fn run_named(&self, name: &str, caller: &Caller, input: Value) -> Result<Answer, ApiError> {
        match Procedure::parse(name) {
            Some(procedure) => self.run(procedure, caller, input).await,
            None => Err(ApiError::not_found("there is no such procedure")),
        }
    }

    /// A registered project, opened once and with the settings of now.
    pub(crate) fn project(&self, id: ProjectId) -> Result<OpenProject, ApiError> {
        let known = self.app().store.project(id)?;
        let opened = self.opened().get(&id).filter(|open| open.project.path == known.path).cloned();
        let opened = match opened {
            Some(open) => {
                let settings = self.app().store.project_settings(id)?;
                OpenProject { project: known, settings, ..open }
            }
            None => {
                let open = self.app().open_registered(known)?;
                self.runs().know(&open);
                open
            }
        };
        self.opened().insert(id, opened.clone());
        Ok(opened)
    }

    /// Goes on with the runs that the end of an earlier host cut off, and returns when each of them does or is left to a
    /// person. What keeps one from going on is logged and told at its project, concerns no other, and is tried again after
    /// `first_wait`, then after twice as long each time, up to [`LONGEST_RETRY`]. For hosts that nobody sits in front of,
    /// once.
    ///
    /// Must be called within a tokio runtime.
    pub async fn resume_interrupted(&self, first_wait: Duration) {
        let mut left = self.interrupted().await;
        let mut wait = first_wait.min(LONGEST_RETRY);
        loop {
            let mut refused = Vec::new();
            for id in left {
                if !self.is_settled(id).await {
                    refused.push(id);
                }
            }
            if refused.is_empty() {
                return;
            }
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_RETRY);
            left = refused;
        }
    }

    /// Goes on with a project's interrupted run. False when that has to be tried again.
    async fn is_settled(&self, id: ProjectId) -> bool {
        // With the settings of now.
        let project = match self.opened_now(id).await {
            Ok(project) => project,
            // Removed meanwhile.
            Err(error) if error.code == ErrorCode::NotFound => return true,
            Err(error) => {
                tracing::warn!(project = %id, message = %error.message, "it cannot be asked for an interrupted run");
                return false;
            }
        };
        match self.runs().resume(project.clone(), self.tools()).await {
            Ok(_) => true,
            Err(error) => {
                tracing::warn!(project = %project.project.name, %error, "an interrupted run does not go on");
                false
            }
        }
    }

    /// Leaves the runs that the end of an earlier host cut off to a person.
    pub async fn leave_interrupted(&self) {
        for id in self.interrupted().await {
            let left = match self.opened_now(id).await {
                Ok(project) => self.runs().leave(&project).map_err(ApiError::from),
                Err(error) => Err(error),
            };
            if let Err(error) = left {
                let message = error.message;
                tracing::warn!(project = %id, %message, "an interrupted run may go on by itself later");
            }
        }
    }

    /// A project, opened where it holds up nobody.
    async fn opened_now(&self, id: ProjectId) -> Result<OpenProject, ApiError> {
        let api = self.clone();
        let opened = tokio::task::spawn_blocking(move || api.project(id)).await;
        opened.unwrap_or_else(|_| Err(ApiError::new(ErrorCode::Internal, "the project could not be opened")))
    }

    async fn interrupted(&self) -> Vec<ProjectId> {
        let api = self.clone();
        // Asks the database of every project.
        let found = tokio::task::spawn_blocking(move || api.look_for_interrupted()).await;
        found.unwrap_or_else(|error| {
            tracing::error!(%error, "a fault of the product: interrupted runs do not go on");
            Vec::new()
        })
    }

    /// The projects whose last run was cut off, and those that cannot tell now. Others are not kept open for the question.
    fn look_for_interrupted(&self) -> Vec<ProjectId> {
        let known = self.app().store.project_list().unwrap_or_else(|error| {
            tracing::warn!(%error, "the projects cannot be asked for interrupted runs");
            Vec::new()
        });
        let look = |known: Project| -> Result<bool, EngineError> {
            self.runs().is_interrupted(&self.app().open_registered(known)?)
        };
        let looked = known.into_iter().map(|known| (known.id, look(known)));
        let found = looked.filter(|(id, found)| {
            *found.as_ref().unwrap_or_else(|error| {
                tracing::warn!(project = %id, %error, "it cannot be asked for an interrupted run");
                &true
            })
        });
        found.map(|(id, _)| id).collect()
    }

    /// Forgets that a project is open, when it is no longer registered.
    pub(crate) fn close(&self, id: ProjectId) {
        self.opened().remove(&id);
        self.interviews().forget(id);
        self.runs().forget(id);
    }

    /// Waits for something asynchronous from within a handler.
    pub(crate) fn wait<F: Future>(&self, future: F) -> F::Output {
        tokio::runtime::Handle::current().block_on(future)
    }

    /// Tells the world of something that concerns no single project.
    pub(crate) fn publish(&self, event: Event) {
        self.app().bus.publish(ProjectId::ALL, event);
    }

    fn directory_of(&self, id: ProjectId) -> Option<PathBuf> {
        self.opened().get(&id).map(|open| open.project.path.clone())
    }

    fn opened(&self) -> std::sync::MutexGuard<'_, HashMap<ProjectId, OpenProject>> {
        // Whole after every statement, so a panic elsewhere cannot have left it half-changed.
        self.inner.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a caller who is limited to some projects may ask besides what is of one project. The list of projects is cut
/// down to theirs; the others know nothing of any project.
const OF_NO_PROJECT: [Procedure; 3] = [Procedure::project_list, Procedure::rehearsal_list, Procedure::spec_check];

fn refuse_other_projects(procedure: Procedure, caller: &Caller, input: &Value) -> Result<(), ApiError> {
    if caller.projects.is_none() {
        return Ok(());
    }
    let is_theirs = if procedure.path().contains("{project}") {
        let asked = input.get("project").and_then(Value::as_u64).and_then(|id| u32::try_from(id).ok());
        asked.is_some_and(|id| caller.may_see(ProjectId(id)))
    } else {
        OF_NO_PROJECT.contains(&procedure)
    };
    if is_theirs {
        return Ok(());
    }
    let message = format!("{} is about something else than the projects that this token is for", procedure.name());
    Err(ApiError::new(ErrorCode::Forbidden, message))
}

/// A fault of the product, under a number that the log has too.
fn incident() -> ApiError {
    let number = uuid::Uuid::new_v4().simple().to_string();
    ApiError {
        hint: Some("Try again. If it stays, report it with the incident's number.".into()),
        incident: number.get(..12).map(str::to_owned),
        ..ApiError::new(ErrorCode::Internal, "this is a fault of the product; nothing that was recorded is lost")
    }
}

fn gather_paths(input: &Value, paths: &mut Vec<PathBuf>) {
    match input {
        Value::String(text) if text.len() > 1 && Path::new(text).is_absolute() => paths.push(text.into()),
        Value::Object(fields) => fields.values().for_each(|value| gather_paths(value, paths)),
        _ => {}
    }
}
