//! The Claude CLI's own login, as the person would run it in a terminal. What it stores is its own business.

use crate::{
    page::{HostEvent, Page},
    product::Product,
};
use harness_api::{ApiError, ErrorCode};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tauri::{AppHandle, Manager};
use tauri_plugin_shell::{
    ShellExt,
    process::{CommandChild, CommandEvent},
};

/// The login that is under way.
#[derive(Default)]
pub struct Login {
    child: Mutex<Option<CommandChild>>,
}

impl Login {
    /// Ends it. None under way is no error.
    pub fn cancel(&self) {
        if let Some(child) = self.child().take()
            && let Err(error) = child.kill()
        {
            tracing::debug!(%error, "the login had ended by itself");
        }
    }

    fn child(&self) -> MutexGuard<'_, Option<CommandChild>> {
        // It is there or it is not.
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts it; its words go to the page as they come.
pub async fn start(app: &AppHandle) -> Result<(), ApiError> {
    let command = app.state::<Product>().login_command().await?;
    let login = app.state::<Login>();
    let mut child = login.child();
    if child.is_some() {
        return Err(ApiError::new(ErrorCode::Busy, "A login is under way already."));
    }
    let spawned = app.shell().command(&command.program).args(&command.args).spawn();
    let (mut events, started) = spawned
        .map_err(|cause| ApiError::new(ErrorCode::Unavailable, format!("The login could not be started: {cause}.")))?;
    *child = Some(started);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let mut is_ok = false;
        while let Some(event) = events.recv().await {
            match event {
                CommandEvent::Stdout(line) | CommandEvent::Stderr(line) => {
                    let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                    app.state::<Page>().tell(HostEvent::LoginSaid { line });
                }
                CommandEvent::Terminated(end) => is_ok = end.code == Some(0),
                _ => {}
            }
        }
        app.state::<Login>().child().take();
        app.state::<Page>().tell(HostEvent::LoginEnded { is_ok });
    });
    Ok(())
}
