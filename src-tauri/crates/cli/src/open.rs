//! Opening the data directory and projects, as every command does.

use crate::args::ProjectArg;
use anyhow::Context;
use harness_domain::id::SessionId;
use harness_engine::{
    App, EngineError, OpenProject,
    bounds::Bounds,
    clock::SystemClock,
    home::Home,
    toolbox::{Scope, Toolbox},
    verify::Verifier,
};
use std::{path::Path, sync::Arc};
use tokio_util::sync::CancellationToken;

/// The data directory.
pub fn app() -> Result<App, EngineError> {
    App::open(Home::locate()?, Arc::new(SystemClock))
}

/// The data directory where there is one; none where nothing was ever kept. Looking makes nothing.
pub fn existing() -> Result<Option<App>, EngineError> {
    if Home::look()?.is_in_use() { app().map(Some) } else { Ok(None) }
}

/// A project by name, or by any directory in it. A directory that belongs to none yet is registered.
pub fn project(arg: &ProjectArg) -> anyhow::Result<OpenProject> {
    let app = app()?;
    let dir = Path::new(&arg.project);
    if dir.is_dir() {
        return Ok(app.open_around(dir)?);
    }
    Ok(app.open_named(&arg.project)?)
}

/// A project by name, or by any directory in it. Looking does not register: a directory that belongs to none is refused.
pub fn known(arg: &ProjectArg) -> Result<OpenProject, EngineError> {
    known_as(&arg.project)
}

/// As [`known`], by the words of a command.
pub fn known_as(name_or_dir: &str) -> Result<OpenProject, EngineError> {
    match existing()? {
        Some(app) => app.open_known(name_or_dir),
        None => Err(Bounds::of_this_machine().no_project(name_or_dir)),
    }
}

/// The tools of a project for a client outside any run.
pub fn toolbox(project: OpenProject) -> Toolbox {
    let scope = Scope { session: SessionId(uuid::Uuid::new_v4().to_string()), run: None, role: None, is_quick: false };
    let verifier = Verifier::new(project.clone());
    Toolbox::new(project, scope, verifier, CancellationToken::new())
}

/// Serves the tools on standard input and output until the client goes away.
pub async fn serve_tools(arg: &ProjectArg) -> anyhow::Result<()> {
    let toolbox = toolbox(project(arg)?);
    harness_mcp::serve_stdio(toolbox).await.context("the MCP connection failed")
}
