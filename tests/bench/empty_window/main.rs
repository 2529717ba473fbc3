//! A window with an empty page and nothing else: what the desktop application is measured against.

fn main() {
    let built =
        tauri::Builder::default().build(tauri::generate_context!("../tests/bench/empty_window/tauri.conf.json"));
    built.expect("a window needs a screen").run(|_, _| {});
}
