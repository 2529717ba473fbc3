//! Leaving in order: nobody's run is cut off unasked, and no agent outlives the program.

use crate::{
    desktop,
    page::{HostEvent, Page},
    product::Product,
    tray::Tray,
    watch::Watch,
};
use harness_domain::id::ProjectId;
use serde::Deserialize;
use specta::Type;
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind, MessageDialogResult};
use tokio::sync::oneshot;

/// How long the page may take to put the question on the screen before the system's own dialog asks it.
const PAGE_PATIENCE: Duration = Duration::from_secs(3);
/// How long runs that were told to stop may take; what is still there then is killed with the program.
const STOP_PATIENCE: Duration = Duration::from_secs(30);

const FINISH: &str = "Finish the session, then quit";
const STOP: &str = "Stop now";
const KEEP: &str = "Keep running in the background";

/// What becomes of the runs that are under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum QuitAnswer {
    /// Quit as soon as the sessions that are under way have ended; the window closes meanwhile.
    FinishSession,
    /// Interrupt the sessions, save their work, and quit.
    StopNow,
    /// Close the window and let the runs go on.
    KeepInTray,
    /// Do not quit.
    Cancel,
}

/// Where leaving stands.
#[derive(Default)]
pub struct Quit {
    state: Mutex<State>,
}

#[derive(Default)]
enum State {
    #[default]
    Staying,
    /// The page was asked; the sender is used when the question is on its screen.
    Asking(Option<oneshot::Sender<()>>),
    /// Leaves when the last run has ended.
    WhenDone,
    /// On the way out; nothing turns it round.
    Leaving,
}

impl Quit {
    /// The question is on the page's screen: no other dialog has to ask it.
    pub fn shown(&self) {
        if let State::Asking(shown) = &mut *self.state()
            && let Some(shown) = shown.take()
        {
            // Whoever waited may have given up already, and its dialog is then answered instead.
            let _ = shown.send(());
        }
    }

    /// The person came back to the window: what was planned is off.
    pub fn call_off(&self) {
        let mut state = self.state();
        if !matches!(*state, State::Leaving) {
            *state = State::Staying;
        }
    }

    /// Whether the program leaves as soon as no run is under way.
    pub fn is_when_done(&self) -> bool {
        matches!(*self.state(), State::WhenDone)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is one assignment.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The window is to be closed. With a tray and the setting for it the program stays; otherwise it quits.
pub fn window_closes(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let stays = app.state::<Product>().settings().await.close_to_tray && app.state::<Tray>().is_shown();
        if stays { desktop::close_window(&app) } else { begin(&app) }
    });
}

/// A person wants to quit: at once when nothing is under way, after the question otherwise.
pub fn begin(app: &AppHandle) {
    let projects = app.state::<Watch>().running();
    if projects.is_empty() {
        return leave(app);
    }
    let (shown, is_shown) = oneshot::channel();
    {
        let quit = app.state::<Quit>();
        let mut state = quit.state();
        if matches!(*state, State::Leaving) {
            return;
        }
        *state = State::Asking(Some(shown));
    }
    desktop::open_window_only(app);
    let is_heard = app.state::<Page>().tell(HostEvent::QuitAsked { projects: projects.clone() });
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let is_asked = is_heard && matches!(tokio::time::timeout(PAGE_PATIENCE, is_shown).await, Ok(Ok(())));
        if !is_asked {
            ask_natively(&app, &projects);
        }
    });
}

/// The person's answer, from the page or from the system's dialog.
pub fn answer(app: &AppHandle, answer: QuitAnswer) {
    let quit = app.state::<Quit>();
    if !matches!(*quit.state(), State::Asking(_)) {
        // Asked twice, as when the page was slow and the system's dialog came too: the first answer counts.
        return;
    }
    match answer {
        QuitAnswer::Cancel => *quit.state() = State::Staying,
        QuitAnswer::KeepInTray => {
            *quit.state() = State::Staying;
            desktop::close_window(app);
        }
        QuitAnswer::FinishSession => {
            *quit.state() = State::WhenDone;
            desktop::close_window(app);
            let app = app.clone();
            tauri::async_runtime::spawn(async move {
                for project in app.state::<Watch>().running() {
                    app.state::<Product>().pause(project).await;
                }
                // The last one may have ended before it could be told.
                if app.state::<Watch>().running().is_empty() {
                    done(&app);
                }
            });
        }
        QuitAnswer::StopNow => leave(app),
    }
}

/// No run is under way any more: leaves when that was waited for.
pub fn done(app: &AppHandle) {
    if app.state::<Quit>().is_when_done() {
        leave(app);
    }
}

/// Stops every run and stays.
pub fn stop_all(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move { stop_runs(&app).await });
}

/// Leaves without a question: stops what is under way, waits for it, and ends the process.
pub fn leave(app: &AppHandle) {
    {
        let quit = app.state::<Quit>();
        let mut state = quit.state();
        if matches!(*state, State::Leaving) {
            return;
        }
        *state = State::Leaving;
    }
    desktop::close_window(app);
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        stop_runs(&app).await;
        app.state::<Watch>().wait_until_idle(STOP_PATIENCE).await;
        app.exit(0);
    });
}

async fn stop_runs(app: &AppHandle) {
    for project in app.state::<Watch>().running() {
        app.state::<Product>().stop(project).await;
    }
}

fn ask_natively(app: &AppHandle, projects: &[ProjectId]) {
    let question = match projects.len() {
        1 => "A run is under way. What shall become of it?".to_owned(),
        several => format!("{several} runs are under way. What shall become of them?"),
    };
    let buttons = MessageDialogButtons::YesNoCancelCustom(FINISH.into(), STOP.into(), KEEP.into());
    let dialog = app.dialog().message(question).title("Quit").kind(MessageDialogKind::Warning).buttons(buttons);
    let app = app.clone();
    dialog.show_with_result(move |result| answer(&app, understood(&result)));
}

/// Closing the dialog says nothing about the runs, so nothing happens to them.
fn understood(result: &MessageDialogResult) -> QuitAnswer {
    match result {
        MessageDialogResult::Yes => QuitAnswer::FinishSession,
        MessageDialogResult::No => QuitAnswer::StopNow,
        MessageDialogResult::Custom(words) if words == FINISH => QuitAnswer::FinishSession,
        MessageDialogResult::Custom(words) if words == STOP => QuitAnswer::StopNow,
        MessageDialogResult::Custom(words) if words == KEEP => QuitAnswer::KeepInTray,
        _ => QuitAnswer::Cancel,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_the_question_leaves_the_runs_alone() {
        assert_eq!(understood(&MessageDialogResult::Cancel), QuitAnswer::Cancel);
        assert_eq!(understood(&MessageDialogResult::Custom("something else".into())), QuitAnswer::Cancel);
        assert_eq!(understood(&MessageDialogResult::Custom(STOP.into())), QuitAnswer::StopNow);
    }

    #[test]
    fn coming_back_to_the_window_calls_off_leaving_but_not_once_it_has_begun() {
        let quit = Quit::default();
        *quit.state() = State::WhenDone;
        quit.call_off();
        assert!(!quit.is_when_done(), "a person who looks at the window is using the program");
        *quit.state() = State::Leaving;
        quit.call_off();
        assert!(matches!(*quit.state(), State::Leaving), "runs were stopped for it already");
    }
}
