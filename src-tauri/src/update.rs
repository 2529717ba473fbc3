//! Updates, where a release was built with a key and an address for them; nothing is asked of the net unasked.

use crate::log::complain;
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt, MessageDialogButtons, MessageDialogKind};
use tauri_plugin_updater::{Update, UpdaterExt};

/// Whether this build knows where updates are, and whose signature they carry. Builds from source do not.
pub fn is_configured(app: &AppHandle) -> bool {
    app.config().plugins.0.contains_key("updater")
}

/// Looks for a newer release because a person asked, and installs it when they agree.
pub fn check(app: &AppHandle) {
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let found = match app.updater() {
            Ok(updater) => updater.check().await,
            Err(error) => Err(error),
        };
        match found {
            Ok(Some(update)) => offer(&app, update),
            Ok(None) => tell(&app, "This is the newest version.", MessageDialogKind::Info),
            Err(error) => fail(&app, &format!("Updates could not be looked for: {error}. Try again later.")),
        }
    });
}

fn offer(app: &AppHandle, update: Update) {
    let question = format!(
        "Version {} is available; this is {}. It is installed now and used from the next start.",
        update.version, update.current_version
    );
    let answering = app.clone();
    let buttons = MessageDialogButtons::OkCancelCustom("Install".into(), "Not now".into());
    app.dialog().message(question).title("Update").buttons(buttons).show(move |is_wanted| {
        if is_wanted {
            tauri::async_runtime::spawn(install(answering, update));
        }
    });
}

async fn install(app: AppHandle, update: Update) {
    match update.download_and_install(|_, _| {}, || {}).await {
        Ok(()) => {
            let words = format!("Version {} is installed. It is used from the next start.", update.version);
            tell(&app, &words, MessageDialogKind::Info);
        }
        Err(error) => fail(&app, &format!("The update was not installed: {error}. Nothing was changed.")),
    }
}

fn fail(app: &AppHandle, words: &str) {
    complain(words);
    tell(app, words, MessageDialogKind::Error);
}

fn tell(app: &AppHandle, words: &str, kind: MessageDialogKind) {
    app.dialog().message(words).title("Update").kind(kind).show(|_| {});
}
