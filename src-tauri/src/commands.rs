//! What the page may ask of the host: every command there is. Nothing else of Tauri or its plugins is open to it.
//!
//! The product's procedures come through one of them, [`call`]: which there are, who may use them and what their types
//! are is decided by the API's own list, where the page's typed client comes from too. A command for each would say the
//! same a second time. What only a desktop can do has a command of its own.

use crate::{
    native,
    page::{HostEvent, Page},
    product::Product,
    quit::{self, Quit, QuitAnswer},
    stream::Streams,
};
use harness_api::{Answer, ApiError, Frame, JoinStream, shape::Json};
use harness_domain::id::ProjectId;
use serde::{Deserialize, Serialize};
use specta::Type;
use specta_typescript::{Number, Unknown};
use tauri::{AppHandle, Manager, State, ipc::Channel};
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands};

/// Every command, with its types.
pub fn all() -> Builder<tauri::Wry> {
    Builder::new().error_handling(ErrorHandlingMode::Throw).disable_serde_phases().commands(collect_commands![
        call,
        subscribe,
        unsubscribe,
        host_listen,
        pick_folder,
        pick_file,
        open_in_editor,
        open_link,
        reveal,
        login_start,
        login_cancel,
        quit_shown,
        quit_answer,
        is_tray_shown,
    ])
}

/// Runs a procedure of the API, as the person at this machine.
///
/// Fails with what the procedure fails with, and with `not_found` when there is none of that name.
#[tauri::command]
#[specta::specta]
pub async fn call(product: State<'_, Product>, procedure: String, input: Json) -> Result<Answered, Refusal> {
    product.call(&procedure, input.0).await.map(Answered).map_err(Refusal)
}

/// An answer of the API, already written as JSON. Its type is the procedure's.
#[derive(Serialize, Type)]
#[serde(transparent)]
pub struct Answered(#[specta(type = Unknown)] Answer);

/// An `ApiError`, whose type the API's own bindings have.
#[derive(Serialize, Type)]
#[serde(transparent)]
pub struct Refusal(#[specta(type = Unknown)] ApiError);

/// Several `Frame`s, whose type the API's own bindings have.
#[derive(Clone, Serialize, Type)]
#[serde(transparent)]
pub struct Batch(#[specta(type = Vec<Unknown>)] pub Vec<Frame>);

/// Sends the product's events to `channel`, in batches, in order: from now on, or after the event the page last heard.
/// Returns a number for [`unsubscribe`].
#[tauri::command]
#[specta::specta]
pub fn subscribe(
    product: State<'_, Product>,
    streams: State<'_, Streams>,
    channel: Channel<Batch>,
    after: Option<Seq>,
    epoch: Option<String>,
) -> u32 {
    streams.begin(&product, &JoinStream { after: after.map(|after| after.0), epoch }, channel)
}

/// Ends a stream of events.
#[tauri::command]
#[specta::specta]
pub fn unsubscribe(streams: State<'_, Streams>, subscription: u32) {
    streams.end(subscription);
}

/// The number of an event.
#[derive(Debug, Clone, Copy, Deserialize, Type)]
#[serde(transparent)]
pub struct Seq(#[specta(type = Number)] u64);

/// Sends what the host has to say to `on_event`: where a link leads, that the person quits. Call it once the page can
/// act on it.
#[tauri::command]
#[specta::specta]
pub fn host_listen(page: State<'_, Page>, on_event: Channel<HostEvent>) {
    page.listen(on_event);
}

/// Lets the person choose a directory. None when they chose none.
#[tauri::command]
#[specta::specta]
pub async fn pick_folder(app: AppHandle, title: String) -> Option<String> {
    native::pick_folder(&app, &title).await
}

/// Lets the person choose a text file, and reads it. None when they chose none.
///
/// Fails with `bad_input` when it is larger than a mebibyte or no text.
#[tauri::command]
#[specta::specta]
pub async fn pick_file(app: AppHandle, title: String) -> Result<Option<native::PickedFile>, Refusal> {
    native::pick_file(&app, &title).await.map_err(Refusal)
}

/// Opens a file of a project in the person's editor, at a line if one is given. `path` is relative to the project.
///
/// Fails with `bad_input` when `path` is no file of that project, with `unavailable` when the editor does not start.
#[tauri::command]
#[specta::specta]
pub async fn open_in_editor(
    app: AppHandle,
    project: ProjectId,
    path: String,
    line: Option<u32>,
) -> Result<(), Refusal> {
    native::open_in_editor(&app, project, &path, line).await.map_err(Refusal)
}

/// Opens a web page in the person's browser, or begins a mail. Fails with `refused` for any other link.
#[tauri::command]
#[specta::specta]
pub async fn open_link(url: String) -> Result<(), Refusal> {
    native::open_link(&url).await.map_err(Refusal)
}

/// Shows a file or directory of a project in the system's file manager. Fails with `bad_input` when it is in no project.
#[tauri::command]
#[specta::specta]
pub async fn reveal(app: AppHandle, path: String) -> Result<(), Refusal> {
    native::reveal(&app, &path).await.map_err(Refusal)
}

/// Starts the Claude CLI's own login, which opens a browser. What it says comes as `login_said` and `login_ended`.
///
/// Fails with `busy` when one is under way, with `unavailable` when there is no CLI.
#[tauri::command]
#[specta::specta]
pub async fn login_start(app: AppHandle) -> Result<(), Refusal> {
    native::login::start(&app).await.map_err(Refusal)
}

/// Ends a login that is under way.
#[tauri::command]
#[specta::specta]
pub fn login_cancel(login: State<'_, native::login::Login>) {
    login.cancel();
}

/// Says that the question of `quit_asked` is on the screen. Without it the system's own dialog comes after 3 seconds.
#[tauri::command]
#[specta::specta]
pub fn quit_shown(quit: State<'_, Quit>) {
    quit.shown();
}

/// The person's answer to `quit_asked`.
#[tauri::command]
#[specta::specta]
pub fn quit_answer(app: AppHandle, answer: QuitAnswer) {
    quit::answer(&app, answer);
}

/// Whether this desktop shows an icon in a tray, so that a closed window can be found again.
#[tauri::command]
#[specta::specta]
pub async fn is_tray_shown(app: AppHandle) -> bool {
    app.state::<crate::tray::Tray>().is_shown().await
}

#[cfg(test)]
mod tests {
    use specta_typescript::Typescript;
    use std::{fs, path::Path};

    const BINDINGS: &str = "../src/host/commands.ts";
    const HEADER: &str =
        "// Written by `UPDATE_BINDINGS=1 cargo test -p auto-agent-harness the_pages_types`. Not to be edited.\n";

    #[test]
    fn the_pages_types_are_those_of_the_commands() {
        let directory = tempfile::tempdir().expect("a directory");
        let fresh = directory.path().join("commands.ts");
        super::all().export(Typescript::default().header(HEADER), &fresh).expect("the commands can be written");
        let fresh = fs::read_to_string(fresh).expect("it was written");
        // What is used as a type only is imported as one.
        let fresh =
            fresh.replace("{ invoke as __TAURI_INVOKE, Channel }", "{ type Channel, invoke as __TAURI_INVOKE }");
        let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join(BINDINGS);
        if std::env::var_os("UPDATE_BINDINGS").is_some() {
            fs::write(&committed, &fresh).expect("the bindings can be written");
        }
        let committed = fs::read_to_string(committed).unwrap_or_default();
        assert_eq!(
            fresh,
            committed.replace("\r\n", "\n"),
            "write them anew: UPDATE_BINDINGS=1 cargo test -p auto-agent-harness the_pages_types"
        );
    }

    #[test]
    fn the_window_is_allowed_exactly_the_commands_there_are() {
        let capability = include_str!("../capabilities/main.json");
        let capability: serde_json::Value = serde_json::from_str(capability).expect("it is JSON");
        let permissions = capability["permissions"].as_array().expect("it lists permissions");
        let mut allowed: Vec<String> = permissions.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
        let mut wanted: Vec<String> =
            COMMANDS.iter().map(|command| format!("allow-{}", command.replace('_', "-"))).collect();
        allowed.sort();
        wanted.sort();
        assert_eq!(allowed, wanted, "the page reaches our commands, each by name, and nothing of Tauri's own");
    }

    include!("command_names.rs");
}
