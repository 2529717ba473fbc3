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
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};
use tauri::{AppHandle, Manager};
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind, MessageDialogResult};
use tokio::sync::oneshot;

/// How long the page may take to put the question on the screen before the system's own dialog asks it.
const PAGE_PATIENCE: Duration = Duration::from_secs(3);
/// How long runs that were told to stop may take; what is still there then is killed with the program.
const STOP_PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at what still runs.
const PAUSE: Duration = Duration::from_millis(20);

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
    questions: AtomicU32,
}

#[derive(Default)]
enum State {
    #[default]
    Staying,
    /// The person is asked. The sender is there until the question is on the page's screen.
    Asking { number: u32, shown: Option<oneshot::Sender<()>> },
    /// Leaves when the last run has ended.
    WhenDone,
    /// On the way out; nothing turns it round.
    Leaving,
}

impl Quit {
    /// The question is on the page's screen: no other dialog has to ask it.
    pub fn shown(&self) {
        if let State::Asking { shown, .. } = &mut *self.state()
            && let Some(shown) = shown.take()
        {
            // Whoever waited may have given up already, and its dialog is then answered instead.
            let _ = shown.send(());
        }
    }

    /// The person came back to the window: what was planned is off. A question stays until it is answered.
    pub fn call_off(&self) {
        let mut state = self.state();
        if matches!(*state, State::WhenDone) {
            *state = State::Staying;
        }
    }

    /// The page that had the question on its screen is gone, and nobody can answer it any more.
    pub fn forget_question(&self) {
        let mut state = self.state();
        if matches!(*state, State::Asking { shown: None, .. }) {
            *state = State::Staying;
        }
    }

    /// Begins a question, unless one is being asked or the program leaves already. Gives its number, and what tells when
    /// the page shows it.
    fn ask(&self) -> Option<(u32, oneshot::Receiver<()>)> {
        let mut state = self.state();
        if matches!(*state, State::Asking { .. } | State::Leaving) {
            return None;
        }
        let (shown, is_shown) = oneshot::channel();
        let number = self.questions.fetch_add(1, Ordering::Relaxed);
        *state = State::Asking { number, shown: Some(shown) };
        Some((number, is_shown))
    }

    /// Whether that question is still open and no page shows it, so that the system's dialog has to ask it. From here on
    /// it is on the screen.
    fn has_to_ask_natively(&self, question: u32) -> bool {
        match &mut *self.state() {
            State::Asking { number, shown } if *number == question => shown.take().is_some(),
            _ => false,
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
        let stays = app.state::<Product>().settings().await.close_to_tray && app.state::<Tray>().is_shown().await;
        if stays { desktop::close_window(&app) } else { begin(&app) }
    });
}

/// A person wants to quit: at once when nothing is under way, after the question otherwise.
pub fn begin(app: &AppHandle) {
    let projects = running(app);
    if projects.is_empty() {
        return leave(app);
    }
    desktop::open_window_only(app);
    let Some((question, is_shown)) = app.state::<Quit>().ask() else { return };
    let is_heard = app.state::<Page>().tell(HostEvent::QuitAsked { projects: projects.clone() });
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        if is_heard && tokio::time::timeout(PAGE_PATIENCE, is_shown).await.is_ok() {
            // The page shows it, or it was answered meanwhile.
            return;
        }
        if app.state::<Quit>().has_to_ask_natively(question) {
            ask_natively(&app, &projects);
        }
    });
}

/// The person's answer, from the page or from the system's dialog.
pub fn answer(app: &AppHandle, answer: QuitAnswer) {
    let quit = app.state::<Quit>();
    if !matches!(*quit.state(), State::Asking { .. }) {
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
                for project in running(&app) {
                    app.state::<Product>().pause(project).await;
                }
                // The last one may have ended before it could be told.
                if running(&app).is_empty() {
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

/// Shuts the door to the network: whoever is connected through it is cut off.
pub fn shut_door(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move { app.state::<Product>().shut_door().await });
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
        // Nobody else begins anything meanwhile.
        app.state::<Product>().shut_door().await;
        stop_runs(&app).await;
        // Together, so that what holds up both holds up leaving once. What the watch still has to hear of is told to the
        // person before the program is gone.
        let watch = app.state::<Watch>();
        tokio::join!(watch.wait_until_idle(STOP_PATIENCE), wait_for_runs(&app, STOP_PATIENCE));
        app.exit(0);
    });
}

/// The projects in which a run is under way, also those that were only just started.
fn running(app: &AppHandle) -> Vec<ProjectId> {
    app.state::<Product>().running()
}

/// Waits until no run goes on in this program, at most for `patience`.
async fn wait_for_runs(app: &AppHandle, patience: Duration) {
    let ended = async {
        while !app.state::<Product>().running().is_empty() {
            tokio::time::sleep(PAUSE).await;
        }
    };
    if tokio::time::timeout(patience, ended).await.is_err() {
        tracing::warn!("a run that was only just started ends with the program and is recovered at the next start");
    }
}

async fn stop_runs(app: &AppHandle) {
    for project in running(app) {
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
    fn a_question_is_asked_once_and_by_one_dialog_only() {
        let quit = Quit::default();
        let (question, mut is_shown) = quit.ask().expect("nobody asks yet");
        assert!(quit.ask().is_none(), "closing the window twice asks once");
        quit.shown();
        assert!(is_shown.try_recv().is_ok(), "the page shows it");
        assert!(!quit.has_to_ask_natively(question), "no second dialog comes over the page's");
        quit.call_off();
        assert!(quit.ask().is_none(), "looking at the window answers nothing");

        *quit.state() = State::Staying;
        let (later, _is_shown) = quit.ask().expect("the first one was answered");
        assert!(!quit.has_to_ask_natively(question), "nor one for a question that was answered");
        assert!(quit.has_to_ask_natively(later), "the page was too slow");
        assert!(!quit.has_to_ask_natively(later), "it is on the screen now");
        quit.forget_question();
        assert!(quit.ask().is_some(), "with its page a question is gone, and can be asked anew");
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
