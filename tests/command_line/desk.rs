//! A person at a project: commands about it, and what they must come to.

use crate::support::{Ended, Machine};
use serde_json::Value;
use std::path::PathBuf;

/// One machine with one project.
pub struct Desk {
    pub machine: Machine,
    pub dir: PathBuf,
}

impl Desk {
    /// An empty project.
    pub fn new() -> Self {
        let machine = Machine::new();
        let dir = machine.project("shop");
        Self { machine, dir }
    }

    /// Makes the directory a project, which looking at it does not.
    pub fn register(&self) {
        let ended = self.machine.harness(&["projects", "add", self.project()]);
        assert_eq!(ended.code, Some(0), "an empty directory can be a project: {ended:?}");
    }

    /// The project's directory, as an argument.
    pub fn project(&self) -> &str {
        self.dir.to_str().expect("a plain path")
    }

    /// A command about the project, however it ends.
    pub fn run(&self, words: &[&str]) -> Ended {
        let words: Vec<&str> = words.iter().copied().chain(["--project", self.project()]).collect();
        self.machine.harness(&words)
    }

    /// A command that must succeed; what it prints.
    pub fn ok(&self, words: &[&str]) -> String {
        let ended = self.run(words);
        assert_eq!((ended.code, ended.stderr.as_str()), (Some(0), ""), "{words:?} succeeds quietly: {ended:?}");
        ended.stdout
    }

    /// A command that must succeed; what it prints as JSON.
    pub fn json(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        let stdout = self.ok(&words);
        serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{words:?}: {error}: {stdout}"))
    }

    /// A command that must fail with one line on standard error and nothing else; that line.
    pub fn refused(&self, words: &[&str]) -> String {
        let ended = self.run(words);
        assert_eq!((ended.code, ended.stdout.as_str()), (Some(1), ""), "{words:?} is refused: {ended:?}");
        assert!(ended.stderr.starts_with("harness: "), "it says who speaks: {}", ended.stderr);
        assert_eq!(ended.stderr.lines().count(), 1, "in one line: {}", ended.stderr);
        ended.stderr
    }

    /// Cards of the queue in order: their numbers.
    pub fn order(&self) -> Vec<u64> {
        let list = self.json(&["features", "list"]);
        list.as_array().expect("a list").iter().filter_map(|card| card["id"].as_u64()).collect()
    }

    /// One card with its history.
    pub fn card(&self, id: u32) -> Value {
        self.json(&["features", "show", &id.to_string()])
    }
}
