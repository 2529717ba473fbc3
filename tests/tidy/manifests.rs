//! Rules about what the manifests, the licence and the prompts' list say of the rest.

use super::{
    crate_edges::Edge,
    tracked::{Tracked, file},
};
use serde_json::Value;

const LICENCE: &str = "AGPL-3.0-only";

fn text<'a>(files: &'a [Tracked], path: &str) -> &'a str {
    files.iter().find(|file| file.path == path).and_then(Tracked::text).unwrap_or_default()
}

fn json(files: &[Tracked], path: &str) -> Value {
    serde_json::from_str(text(files, path)).unwrap_or_default()
}

/// The lines of one `[table]` of a TOML file, up to the next table.
fn table<'a>(toml: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    let header = format!("[{name}]");
    toml.lines().skip_while(move |line| line.trim() != header).skip(1).take_while(|line| !line.starts_with('['))
}

/// The value of a plain `key = "value"` line of a table.
fn value<'a>(toml: &'a str, table_name: &'a str, key: &str) -> &'a str {
    table(toml, table_name)
        .filter_map(|line| line.split_once('='))
        .find(|(found, _)| found.trim() == key)
        .map_or("", |(_, value)| value.trim().trim_matches('"'))
}

/// Dependencies of the workspace's table that no member asks for.
pub fn unused_dependencies(files: &[Tracked], members: &[Edge]) -> Vec<String> {
    let is_used = |name: &str| {
        let short = name.strip_prefix("harness-").unwrap_or(name);
        members.iter().any(|edge| edge.to == short)
    };
    table(text(files, "Cargo.toml"), "workspace.dependencies")
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| Some(line.split_once('=')?.0.trim()))
        .filter(|name| !is_used(name))
        .map(|name| format!("no crate uses {name}: remove it from [workspace.dependencies]"))
        .collect()
}

/// Manifests whose version is not the workspace's.
pub fn version_conflicts(files: &[Tracked]) -> Vec<String> {
    let version = value(text(files, "Cargo.toml"), "workspace.package", "version");
    if version.is_empty() {
        return vec!["Cargo.toml: set version in [workspace.package]".into()];
    }
    let lock = json(files, "package-lock.json");
    let found = [
        ("package.json", json(files, "package.json")["version"].clone()),
        ("package-lock.json", lock["version"].clone()),
        ("package-lock.json", lock["packages"][""]["version"].clone()),
    ];
    let npm = found
        .into_iter()
        .filter(|(_, other)| other != version)
        .map(|(path, other)| format!("{path} has version {other}, Cargo.toml has \"{version}\": make them equal"));
    let crates = files
        .iter()
        .filter(|file| file.path.starts_with("src-tauri/") && file.path.ends_with("Cargo.toml"))
        .filter(|file| !file.text().is_some_and(|toml| toml.contains("version.workspace = true")))
        .map(|file| format!("{}: write `version.workspace = true`", file.path));
    npm.chain(crates).collect()
}

/// What is missing of the licence's text, and manifests that name another.
pub fn licence_faults(files: &[Tracked]) -> Vec<String> {
    let licence = text(files, "LICENSE.md");
    let landmarks = [
        "# GNU AFFERO GENERAL PUBLIC LICENSE",
        "Version 3, 19 November 2007",
        "### 13. Remote Network Interaction; Use with the GNU General Public License.",
        "## END OF TERMS AND CONDITIONS",
    ];
    let mut faults: Vec<String> = landmarks
        .iter()
        .filter(|landmark| !licence.lines().any(|line| line == **landmark))
        .map(|landmark| format!("LICENSE.md lacks the line {landmark:?}: restore the verbatim text"))
        .collect();
    if licence.lines().count() < 660 {
        faults.push("LICENSE.md is shorter than the licence: restore the verbatim text".into());
    }
    if value(text(files, "Cargo.toml"), "workspace.package", "license") != LICENCE {
        faults.push(format!("Cargo.toml: set license = \"{LICENCE}\" in [workspace.package]"));
    }
    if json(files, "package.json")["license"] != LICENCE {
        faults.push(format!("package.json: set \"license\": \"{LICENCE}\""));
    }
    faults
}

/// Prompts that the prompts' README does not name by their path.
pub fn undocumented_prompts(files: &[Tracked]) -> Vec<String> {
    let readme = text(files, "prompts/README.md");
    files
        .iter()
        .filter_map(|file| file.path.strip_prefix("prompts/"))
        .filter(|path| *path != "README.md" && !readme.contains(&format!("`{path}`")))
        .map(|path| format!("prompts/{path}: list `{path}` in prompts/README.md, with what it is for"))
        .collect()
}

#[test]
fn a_dependency_that_nobody_uses_is_named() {
    let cargo = "[workspace.dependencies]\n# text\nserde = \"1\"\nharness-store = { path = \"s\" }\nleft = \"2\"\n[profile.dev]\nx = 1\n";
    let uses = |to: &str| Edge { from: "cli".into(), to: to.into(), is_for_tests: true };
    let unused = unused_dependencies(&[file("Cargo.toml", cargo)], &[uses("serde"), uses("store")]);
    assert_eq!(unused, ["no crate uses left: remove it from [workspace.dependencies]"], "tests count as use");
}

#[test]
fn a_version_of_its_own_is_named_wherever_it_is() {
    let files = [
        file("Cargo.toml", "[workspace.package]\nversion = \"0.2.0\"\n"),
        file("package.json", r#"{"version":"0.1.0"}"#),
        file("package-lock.json", r#"{"version":"0.2.0","packages":{"":{"version":"0.1.0"}}}"#),
        file("src-tauri/crates/domain/Cargo.toml", "version = \"0.2.0\""),
    ];
    let conflicts = version_conflicts(&files);
    assert_eq!(
        conflicts.len(),
        3,
        "package.json, the lock's inner entry, and a crate that does not inherit: {conflicts:?}"
    );
    assert_eq!(version_conflicts(&[]).len(), 1, "a missing version is not an equal one");
}

#[test]
fn a_shortened_or_different_licence_is_found() {
    let files = [
        file("LICENSE.md", "# GNU AFFERO GENERAL PUBLIC LICENSE\nVersion 3, 19 November 2007\n"),
        file("Cargo.toml", "[workspace.package]\nlicense = \"MIT\"\n"),
        file("package.json", r#"{"license":"AGPL-3.0-only"}"#),
    ];
    let faults = licence_faults(&files);
    assert_eq!(faults.len(), 4, "two landmarks, the length, and Cargo's licence: {faults:?}");
}

#[test]
fn a_prompt_that_is_not_listed_is_named() {
    let files =
        [file("prompts/README.md", "- `coding.md`: …"), file("prompts/coding.md", ""), file("prompts/new.md", "")];
    assert_eq!(undocumented_prompts(&files).len(), 1, "only new.md is missing from the list");
}
