//! A small project on a machine of its own: a package of sums with a test command, and features on its board.

use crate::support::{Ended, Machine, events, git, of_kind};
use serde_json::{Value, json};
use std::{cell::Cell, fs, path::PathBuf};

pub const PACKAGE: &str =
    "{\"name\": \"sums\", \"private\": true, \"type\": \"module\", \"scripts\": {\"test\": \"node --test\"}}\n";
pub const ADD: &str = "export const add = (a, b) => a + b;\n";
pub const TEST_OF_ADD: &str = "import assert from 'node:assert/strict';
import test from 'node:test';
import { add } from '../src/add.js';

test('2 and 3 make 5', () => assert.equal(add(2, 3), 5));
";

/// The project, with its machine.
pub struct Sums {
    pub machine: Machine,
    pub dir: PathBuf,
    plays: Cell<u32>,
}

/// How a run went.
#[derive(Debug)]
pub struct Played {
    pub code: Option<i32>,
    pub events: Vec<Value>,
    pub stderr: String,
}

impl Sums {
    /// A repository with a committed package and these features, in this order.
    pub fn with_features(names: &[&str]) -> Self {
        let sums = Self::bare(&[("package.json", PACKAGE)]);
        for name in names {
            sums.harness(&["features", "add", name, "--step", "It works"]);
        }
        sums
    }

    /// A repository with these files committed, and an empty board.
    pub fn bare(files: &[(&str, &str)]) -> Self {
        let machine = Machine::new();
        let dir = machine.project("sums");
        let sums = Self { machine, dir, plays: Cell::new(0) };
        git(&sums.dir, &["init", "--quiet", "--initial-branch", "main"]);
        sums.commit(files);
        sums
    }

    /// A person writes these files and commits them.
    pub fn commit(&self, files: &[(&str, &str)]) {
        for (name, content) in files {
            let path = self.dir.join(name);
            fs::create_dir_all(path.parent().expect("a file lies in a folder")).expect("a folder");
            fs::write(path, content).expect("a file");
        }
        git(&self.dir, &["add", "--all"]);
        git(&self.dir, &["commit", "--quiet", "--allow-empty", "--message", "By hand"]);
    }

    /// A command about this project, which must succeed; what it printed.
    pub fn harness(&self, words: &[&str]) -> String {
        let ended = self.try_harness(words);
        assert_eq!(ended.code, Some(0), "`harness {words:?}` must succeed: {ended:?}");
        ended.stdout
    }

    /// A command about this project.
    pub fn try_harness(&self, words: &[&str]) -> Ended {
        let words: Vec<&str> = words.iter().copied().chain(["--project", self.path()]).collect();
        self.machine.harness(&words)
    }

    /// A command about this project that answers with JSON.
    pub fn json(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        serde_json::from_str(&self.harness(&words)).expect("the command prints JSON")
    }

    /// A run in which the model follows `roles`, as SCENARIOS.md describes them.
    pub fn play(&self, roles: &Value, more: &[&str]) -> Played {
        self.rehearse(&self.scenario(roles), more)
    }

    /// A run with a built-in scenario or a scenario file.
    pub fn rehearse(&self, scenario: &str, more: &[&str]) -> Played {
        let (ended, _) = self.machine.rehearse(&self.dir, scenario, more);
        Played::new(ended)
    }

    /// A scenario file; JSON is YAML too.
    pub fn scenario(&self, roles: &Value) -> String {
        self.plays.set(self.plays.get() + 1);
        let name = format!("play-{}", self.plays.get());
        let scenario = json!({ "name": name, "title": "Rehearsal: sums", "roles": roles });
        self.machine.scenario(&name, &scenario.to_string())
    }

    /// `features show --json`.
    pub fn card(&self, id: u32) -> Value {
        self.json(&["features", "show", &id.to_string()])
    }

    /// `features list --json`.
    pub fn board(&self) -> Vec<Value> {
        self.machine.features(&self.dir)
    }

    /// `runs show --json` of the newest run.
    pub fn newest_run(&self) -> Value {
        let runs = self.json(&["runs", "list", "--limit", "1"]);
        self.json(&["runs", "show", &runs[0]["id"].to_string()])
    }

    pub fn git(&self, words: &[&str]) -> String {
        git(&self.dir, words)
    }

    pub fn head(&self) -> String {
        self.git(&["rev-parse", "HEAD"]).trim().to_owned()
    }

    pub fn path(&self) -> &str {
        self.dir.to_str().expect("a plain path")
    }
}

impl Played {
    /// Also makes sure that the model found its cue every time: a script that got lost proves nothing.
    pub fn new(ended: Ended) -> Self {
        let played = Self { code: ended.code, events: events(&ended.stdout), stderr: ended.stderr };
        let lost = played.said().into_iter().find(|text| text.contains("rehearsal error"));
        assert_eq!(lost, None, "the script got lost: {:#?}", played.events);
        played
    }

    pub fn of(&self, kind: &str) -> Vec<&Value> {
        of_kind(&self.events, kind)
    }

    /// Everything the model said, in order.
    pub fn said(&self) -> Vec<&str> {
        self.of("agent_said").into_iter().filter_map(|event| event["text"].as_str()).collect()
    }

    /// The sentence of every notice about `topic`.
    pub fn notices(&self, topic: &str) -> Vec<&str> {
        let about = self.of("noticed").into_iter().filter(|event| event["topic"] == topic);
        about.filter_map(|event| event["message"].as_str()).collect()
    }

    /// How every session ended, in order.
    pub fn outcomes(&self) -> Vec<&str> {
        self.of("session_ended").into_iter().filter_map(|event| event["outcome"]["code"].as_str()).collect()
    }

    /// Fails, with the whole run, unless it ended like this.
    pub fn expect(&self, exit_code: i32, end: &str) -> &Value {
        let told = self.events.last().map(|event| &event["end"]).unwrap_or(&Value::Null);
        assert_eq!(
            (self.code, told["code"].as_str()),
            (Some(exit_code), Some(end)),
            "the run must end as {end}: {}\n{:#?}",
            self.stderr,
            self.events
        );
        told
    }
}

/// Steps that write a test which succeeds, ask for the verdict on the session's card, and end.
pub fn builds() -> Value {
    builds_and_says("Done.")
}

/// The same with other last words.
pub fn builds_and_says(last_words: &str) -> Value {
    let id = "{{ feature_get_next.feature.id }}";
    json!({ "turns": [
        { "calls": ["feature_get_next"] },
        { "calls": [
            { "Write": { "file_path": format!("test/{id}.test.js"), "content": "import test from 'node:test';\n\ntest('it works', () => {});\n" } },
            { "feature_mark_passing": { "feature_id": id } }
        ] },
        { "say": last_words }
    ] })
}
