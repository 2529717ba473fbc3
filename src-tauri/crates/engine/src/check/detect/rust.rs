//! Cargo packages.

use super::{Found, place::Place};
use harness_domain::evidence::CheckKind;
use std::path::Path;

/// Adds the checks of a Cargo package; returns whether it is a workspace.
///
/// There is no network inside the walls, which cargo is told by a variable: dependencies have to be vendored
/// or fetched before.
pub(super) fn detect(place: &Place, found: &mut Found<'_>) -> bool {
    let Some(manifest) = place.read("Cargo.toml") else { return false };
    let is_workspace =
        manifest.lines().any(|line| line.trim() == "[workspace]" || line.trim().starts_with("[workspace."));
    if !found.needs(place, "Cargo.toml", "cargo") {
        return is_workspace;
    }
    // Members left out of the default ones were left out for a reason, such as a library this machine lacks.
    let has_defaults = manifest.lines().any(|line| line.trim_start().starts_with("default-members"));
    let all = if is_workspace && !has_defaults { " --workspace" } else { "" };
    if found.has_tool("cargo-clippy") {
        // Clippy checks types as well.
        found.add(place, CheckKind::Lint, format!("cargo clippy{all} --all-targets"), "Cargo.toml");
    } else {
        found.add(place, CheckKind::TypeCheck, format!("cargo check{all} --all-targets"), "Cargo.toml");
    }
    found.add(place, CheckKind::Test, format!("cargo test{all}"), "Cargo.toml");
    is_workspace
}

/// Whether the program at `path` is there and does something.
///
/// Rustup puts a stand-in for every component next to itself, installed or not: those count only when a
/// toolchain has the component.
pub(super) fn is_usable(path: &Path, tool: &str) -> bool {
    if !path.is_file() {
        return false;
    }
    if !tool.starts_with("cargo-") || !path.with_file_name("rustup").is_file() {
        return true;
    }
    let home = std::env::var_os("RUSTUP_HOME")
        .map(Into::into)
        .or_else(|| std::env::home_dir().map(|home| home.join(".rustup")));
    let toolchains = home.and_then(|home| std::fs::read_dir(home.join("toolchains")).ok());
    toolchains.is_some_and(|entries| entries.flatten().any(|entry| entry.path().join("bin").join(tool).is_file()))
}
