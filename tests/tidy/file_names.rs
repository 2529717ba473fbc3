//! Rules about what is tracked and what it is called.

use super::tracked::{Tracked, file};
use std::collections::BTreeSet;

/// All that may stand at the top: where things go is decided once, for everybody.
const TOP_LEVEL: [&str; 29] = [
    ".ci",
    ".dockerignore",
    ".editorconfig",
    ".gitattributes",
    ".github",
    ".gitignore",
    ".npmrc",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile",
    "LICENSE.md",
    "README.md",
    "clippy.toml",
    "deny.toml",
    "docker-compose.yml",
    "docs",
    "eslint.config.js",
    "icons",
    "index.html",
    "package-lock.json",
    "package.json",
    "prompts",
    "rustfmt.toml",
    "src",
    "src-tauri",
    "tests",
    "tsconfig.json",
    "vite.config.ts",
    "vitest.config.ts",
];

/// Words that fit any content, and so say nothing of it.
const VAGUE: [&str; 12] = [
    "common", "helper", "helpers", "manager", "managers", "misc", "service", "services", "shared", "stuff", "util",
    "utils",
];

/// Folders whose content is built or installed.
const UNTRACKED: [&str; 4] = ["dist/", "node_modules/", "src-tauri/binaries/", "target/"];

/// How executables begin on Linux, macOS (thin and universal) and Windows.
const EXECUTABLE: [&[u8]; 4] = [b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"MZ"];

const LARGEST_BYTES: usize = 1024 * 1024;

/// Entries of the top level that have no place there.
pub fn strangers_at_the_top(files: &[Tracked]) -> Vec<String> {
    let top: BTreeSet<&str> = files.iter().filter_map(|file| file.path.split('/').next()).collect();
    top.into_iter()
        .filter(|name| !TOP_LEVEL.contains(name))
        .map(|name| format!("{name}: move it below an existing folder"))
        .collect()
}

/// Files and folders whose name contains a word that fits anything.
pub fn vague_names(files: &[Tracked]) -> Vec<String> {
    let is_vague =
        |part: &str| part.split(['-', '_', '.', ' ']).any(|word| VAGUE.contains(&word.to_ascii_lowercase().as_str()));
    files
        .iter()
        // The ending is systemd's word, and says what kind of file it is.
        .filter(|file| file.path.trim_end_matches(".service").split('/').any(is_vague))
        .map(|file| format!("{}: name it for the thing it holds", file.path))
        .collect()
}

/// Executables, and whatever lies in a folder that is built or installed.
pub fn programs(files: &[Tracked]) -> Vec<String> {
    let is_program = |file: &&Tracked| {
        UNTRACKED.iter().any(|folder| file.path.starts_with(folder))
            || EXECUTABLE.iter().any(|start| file.bytes.starts_with(start) && file.text().is_none())
    };
    files
        .iter()
        .filter(is_program)
        .map(|file| format!("{}: run `git rm --cached` on it and ignore it", file.path))
        .collect()
}

/// Files of more than a mebibyte.
pub fn oversized(files: &[Tracked]) -> Vec<String> {
    files
        .iter()
        .filter(|file| file.bytes.len() > LARGEST_BYTES)
        .map(|file| format!("{} has {} bytes: generate it where it is used", file.path, file.bytes.len()))
        .collect()
}

#[test]
fn a_stranger_at_the_top_is_named_once() {
    let files = [file("scripts/a.sh", ""), file("scripts/b.sh", ""), file("src-tauri/src/main.rs", "")];
    assert_eq!(strangers_at_the_top(&files), ["scripts: move it below an existing folder"]);
}

#[test]
fn a_vague_name_is_found_in_files_and_folders_but_not_inside_words() {
    let vague = [file("src/utils/time.ts", ""), file("tests/common.rs", ""), file("a/session_manager.rs", "")];
    assert_eq!(vague_names(&vague).len(), 3, "a folder, a file, and a part of a name");
    assert!(vague_names(&[file("src/futile.rs", ""), file("a/commonplace.rs", "")]).is_empty(), "whole words only");
    assert!(vague_names(&[file("docs/harness.service", "")]).is_empty(), "a unit of systemd ends so");
}

#[test]
fn a_tracked_program_is_found_by_its_place_or_its_first_bytes() {
    let by_place = file("src-tauri/binaries/auto-agent-harness-claude-x86_64-unknown-linux-gnu", "");
    let by_content = Tracked { path: "tests/fixtures/tool".into(), bytes: b"\x7fELF\x02\x01\x01\0".to_vec() };
    let prose = file("README.md", "MZ is how Windows programs begin");
    assert_eq!(programs(&[by_place, by_content, prose]).len(), 2, "text that begins like a program is no program");
}

#[test]
fn a_file_of_more_than_a_mebibyte_is_named() {
    let at_the_limit = Tracked { path: "icons/a.png".into(), bytes: vec![0; LARGEST_BYTES] };
    let above = Tracked { path: "icons/b.png".into(), bytes: vec![0; LARGEST_BYTES + 1] };
    let found = oversized(&[at_the_limit, above]);
    assert!(found.len() == 1 && found[0].starts_with("icons/b.png"), "the limit itself is allowed: {found:?}");
}
