//! Embeds the window's pages, its configuration, its icons, and the list of what the page may ask for.

use std::{fs, path::Path};

include!("src/command_names.rs");

/// Stands in for the pages where they were not built, as in a check of the Rust code alone.
const NOT_BUILT: &str = "<!doctype html><meta charset=utf-8><title>Auto Agent Harness</title>\
    <p>The pages are not built. Run <code>npm run build:ui</code>, then build the program again.\n";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed=src/command_names.rs");
    println!("cargo:rerun-if-changed=../dist");
    let page = Path::new("../dist/index.html");
    if !page.exists() {
        if std::env::var("PROFILE").is_ok_and(|profile| profile == "release") {
            return Err("the pages are not built: run `npm run build:ui` first".into());
        }
        fs::create_dir_all("../dist")?;
        fs::write(page, NOT_BUILT)?;
    }
    let commands = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))?;
    Ok(())
}
