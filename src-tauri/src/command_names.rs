/// The commands of the page, for the build script: what is not named here is refused by Tauri.
const COMMANDS: &[&str] = &[
    "call",
    "subscribe",
    "unsubscribe",
    "host_listen",
    "pick_folder",
    "pick_file",
    "open_in_editor",
    "open_link",
    "reveal",
    "login_start",
    "login_cancel",
    "quit_shown",
    "quit_answer",
    "is_tray_shown",
];
