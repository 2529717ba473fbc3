//! Opening the data directory and projects, as every command does.

use crate::args::ProjectArg;
use anyhow::Context;
use harness_domain::id::SessionId;
use harness_engine::{
    App, EngineError, OpenProject,
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
    app()?.open_known(&arg.project)
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
