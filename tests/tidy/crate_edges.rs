//! Which crate may use which: the layers of the workspace, read from `cargo metadata`.

use super::tracked::output;
use serde_json::Value;

/// The layers, lowest first. A crate may use those of lower layers: never its neighbours, never what is above.
const LAYERS: [&[&str]; 6] = [
    &["domain"],
    &["sandbox", "store", "agent", "rehearsal"],
    &["engine"],
    &["api", "mcp"],
    &["server"],
    &["cli", "shell"],
];

/// What only the named crates may ship with; tests may use anything.
const HOMES: [(&str, &[&str]); 8] = [
    ("rusqlite", &["store"]),
    ("git2", &["engine"]),
    ("keyring", &["engine"]),
    ("rmcp", &["mcp"]),
    ("petgraph", &["domain"]),
    ("axum", &["rehearsal", "server"]),
    ("clap", &["cli", "shell"]),
    ("tauri", &["shell"]),
];

/// All that the rules of the product may be built from.
const PURE: [&str; 6] = ["petgraph", "serde", "serde_json", "specta", "strsim", "thiserror"];

/// One line of a manifest: `from` depends on `to`.
#[derive(Clone, Debug)]
pub struct Edge {
    pub from: String,
    pub to: String,
    pub is_for_tests: bool,
}

/// Every dependency of every member of this workspace, our crates by their short names.
pub fn read_workspace() -> Vec<Edge> {
    let metadata = output(env!("CARGO"), &["metadata", "--no-deps", "--offline", "--format-version", "1"]);
    let metadata: Value = serde_json::from_str(&metadata).expect("cargo prints JSON");
    let text = |value: &Value| value.as_str().expect("cargo names every package").to_owned();
    let packages = metadata["packages"].as_array().expect("cargo lists the packages");
    packages
        .iter()
        .flat_map(|package| {
            let dependencies = package["dependencies"].as_array().expect("cargo lists the dependencies");
            dependencies.iter().map(move |dependency| Edge {
                from: short(&text(&package["name"])),
                to: short(&text(&dependency["name"])),
                is_for_tests: dependency["kind"] == "dev",
            })
        })
        .collect()
}

fn short(package: &str) -> String {
    if package == "auto-agent-harness" {
        return "shell".into();
    }
    package.strip_prefix("harness-").unwrap_or(package).into()
}

fn layer(name: &str) -> Option<usize> {
    LAYERS.iter().position(|names| names.contains(&name))
}

/// Edges between our crates that do not lead downwards, in tests too; and crates that no layer knows.
pub fn wrong_directions(edges: &[Edge]) -> Vec<String> {
    let violation = |edge: &Edge| {
        let Some(from) = layer(&edge.from) else {
            return Some(format!("{} is in no layer: give it one in tests/tidy/crate_edges.rs", edge.from));
        };
        let to = layer(&edge.to)?;
        (to >= from).then(|| {
            let order = if to == from { "beside" } else { "above" };
            format!(
                "{} uses {}, which is {order} it: move what both need into a lower crate, or pass it in",
                edge.from, edge.to
            )
        })
    };
    edges.iter().filter_map(violation).collect()
}

/// Heavy dependencies outside the crate that isolates them.
pub fn strays(edges: &[Edge]) -> Vec<String> {
    let shipped = edges.iter().filter(|edge| !edge.is_for_tests);
    shipped
        .filter_map(|edge| {
            let (_, homes) = HOMES.iter().find(|(name, _)| *name == edge.to)?;
            let is_home = homes.contains(&edge.from.as_str());
            (!is_home).then(|| format!("{} uses {}: ask {} for it instead", edge.from, edge.to, homes.join(" or ")))
        })
        .collect()
}

/// What the domain uses beyond the few pure libraries it is made of.
pub fn impurities(edges: &[Edge]) -> Vec<String> {
    let shipped = edges.iter().filter(|edge| edge.from == "domain" && !edge.is_for_tests);
    shipped
        .filter(|edge| !PURE.contains(&edge.to.as_str()))
        .map(|edge| format!("domain uses {}: do that work in a crate above, and pass the result in", edge.to))
        .collect()
}

fn edge(from: &str, to: &str) -> Edge {
    Edge { from: from.into(), to: to.into(), is_for_tests: false }
}

#[test]
fn a_crate_that_uses_its_neighbour_or_one_above_is_named() {
    assert!(wrong_directions(&[edge("engine", "store"), edge("cli", "domain")]).is_empty(), "downwards is the way");
    let sideways = wrong_directions(&[edge("agent", "sandbox")]);
    assert!(sideways[0].contains("beside"), "neighbours must not know each other: {sideways:?}");
    let upwards = wrong_directions(&[Edge { is_for_tests: true, ..edge("store", "engine") }]);
    assert!(upwards[0].contains("above"), "tests must not turn the direction round either: {upwards:?}");
    let unknown = wrong_directions(&[edge("telemetry", "serde")]);
    assert!(unknown[0].contains("no layer"), "a new crate has to take its place: {unknown:?}");
}

#[test]
fn a_heavy_dependency_away_from_home_is_named() {
    assert!(strays(&[edge("store", "rusqlite")]).is_empty(), "this is its home");
    assert!(strays(&[Edge { is_for_tests: true, ..edge("cli", "git2") }]).is_empty(), "tests may look for themselves");
    assert!(strays(&[edge("mcp", "rusqlite")])[0].contains("ask store"), "the tools ask the engine, never SQLite");
}

#[test]
fn an_impure_dependency_of_the_domain_is_named() {
    assert!(impurities(&[edge("domain", "serde"), edge("engine", "tokio")]).is_empty());
    assert_eq!(impurities(&[edge("domain", "tokio"), edge("domain", "rusqlite")]).len(), 2, "neither is a pure rule");
}
