//! The demonstration, played once, and what the host tells about it.

use crate::support::{Ended, Machine, events, finish_within, of_kind};
use serde_json::Value;
use std::{
    collections::{HashMap, HashSet},
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

/// Fifteen sessions of the CLI and the checks of fourteen cards, on a machine that does other things as well.
const PATIENCE: Duration = Duration::from_secs(900);

/// The demonstration after its run.
pub struct Demo {
    pub machine: Machine,
    pub dir: PathBuf,
    pub events: Vec<Value>,
    /// As `harness features list --json` gives them.
    pub cards: Vec<Value>,
}

impl Demo {
    /// Plays the demonstration in a directory that does not exist yet.
    pub fn play() -> Self {
        let machine = Machine::new();
        let dir = machine.path("todo");
        let mut command = machine.command(&["run", plain(&dir), "--rehearse", "demo", "--json"]);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let ended: Ended = finish_within(PATIENCE, child);
        let told: Vec<&str> = ended.stdout.lines().rev().take(20).collect();
        assert_eq!(
            ended.code,
            Some(0),
            "everything passes: {}\nthe last events, newest first: {told:#?}",
            ended.stderr
        );
        let events = events(&ended.stdout);
        let cards = machine.features(&dir);
        Self { machine, dir, events, cards }
    }

    /// A command of the program about this project, as JSON.
    pub fn ask(&self, words: &[&str]) -> Value {
        let words: Vec<&str> = words.iter().copied().chain(["--project", plain(&self.dir), "--json"]).collect();
        self.machine.json(&words)
    }

    /// Cards that are proven by checks of their own: all but bugs, for which their fixes speak.
    pub fn proven(&self) -> impl Iterator<Item = &Value> {
        self.cards.iter().filter(|card| card["kind"] != "bug")
    }

    pub fn every_event_has_its_place_and_the_run_says_it_is_a_rehearsal(&self) {
        for (event, seq) in self.events.iter().zip(1..) {
            assert_eq!(event["seq"], seq, "no event is missing or doubled: {event}");
            assert_eq!(event["epoch"], self.events[0]["epoch"], "all are of one host: {event}");
        }
        let started = of_kind(&self.events, "run_started");
        assert_eq!(started.len(), 1, "one command is one run");
        assert_eq!(started[0]["rehearsal"], "demo", "a program that reads events can tell a rehearsal");
        let run = self.ask(&["runs", "show", "1"]);
        assert_eq!(run["rehearsal"], "demo", "and so can whoever looks at the run later");
        let list = self.machine.harness(&["runs", "list", "--project", plain(&self.dir)]);
        assert!(list.stdout.contains("rehearsal demo"), "people too: {}", list.stdout);
    }

    pub fn what_happened_is_told_in_the_order_of_the_job(&self) {
        let last = self.events.last().expect("there are events");
        assert_eq!((&last["event"], &last["end"]["code"]), (&"run_ended".into(), &"all_passing".into()), "{last}");
        let roles: Vec<&str> =
            of_kind(&self.events, "session_started").iter().filter_map(|event| event["role"].as_str()).collect();
        assert_eq!(roles[0], "initializer", "features come from the specification first");
        assert!(roles[1..].iter().all(|role| *role == "coding"), "then every session codes: {roles:?}");
        for change in of_kind(&self.events, "run_state_changed") {
            assert_ne!(change["from"], change["to"], "a change of state changes it: {change}");
        }
        for card in self.proven() {
            let about = |kind: &str, test: &dyn Fn(&Value) -> bool| {
                self.events
                    .iter()
                    .position(|event| event["event"] == kind && event["feature"] == card["id"] && test(event))
            };
            let checked = about("check_ended", &|event| event["is_ok"] == true);
            let proven = about("evidence_stored", &|event| event["is_passing"] == true);
            let committed = about("committed", &|_| true);
            let passing = about("feature_changed", &|event| event["status"] == "passing");
            assert!(checked.is_some() && checked < proven, "checks come before the evidence of {}", card["name"]);
            assert!(proven < committed, "evidence comes before the commit of {}", card["name"]);
            assert!(committed < passing, "and only then {} passes", card["name"]);
        }
    }

    pub fn every_card_passes_with_evidence(&self) {
        let features = self.cards.iter().filter(|card| card["kind"] == "feature").count();
        assert!(features >= 8, "the demonstration has at least eight features, not {features}");
        for card in &self.cards {
            for key in [
                "id",
                "name",
                "kind",
                "category",
                "priority",
                "layer",
                "status",
                "dependencies",
                "attempts",
                "evidence",
            ] {
                assert!(card.get(key).is_some(), "{key} is on every card: {card}");
            }
            assert_eq!(card["status"], "passing", "all is done at the end: {card}");
            let evidence = &card["evidence"];
            assert_eq!(evidence["is_passing"], true, "and proven: {card}");
            assert_eq!(evidence["is_quick"], false, "by all checks: {card}");
            let checks = evidence["checks"].as_array().expect("a list of checks");
            assert!(checks.iter().any(|check| check["command"] == "npm test"), "the tests are among them: {card}");
            for check in checks {
                assert!(check["command"].as_str().is_some_and(|command| !command.is_empty()), "{check}");
                assert_eq!(check["exit_code"], 0, "a proof has no failing command: {card}");
            }
            assert!(evidence["tests_run"].as_u64() >= Some(1), "tests really ran: {card}");
            assert_eq!(evidence["commit"].as_str().map(str::len), Some(40), "the proven tree has a commit: {card}");
        }
    }

    pub fn cards_wait_for_what_they_need(&self) {
        let passed: HashMap<&Value, usize> = self
            .events
            .iter()
            .enumerate()
            .filter(|(_, event)| event["event"] == "feature_changed" && event["status"] == "passing")
            .map(|(place, event)| (&event["feature"], place))
            .collect();
        let begun = |card: &Value| {
            let is_begun = |event: &Value| {
                event["event"] == "feature_changed" && event["status"] == "in_progress" && event["feature"] == *card
            };
            self.events.iter().position(is_begun)
        };
        let links: Vec<(&Value, &Value)> = self
            .cards
            .iter()
            .flat_map(|card| card["dependencies"].as_array().into_iter().flatten().map(move |need| (&card["id"], need)))
            .collect();
        assert!(links.len() >= 8, "the features depend on one another: {links:?}");
        for (card, need) in links {
            assert!(Some(passed[need]) < begun(card), "#{card} began only when #{need} passed");
        }
    }

    pub fn the_bug_was_resolved_through_one_fix(&self) {
        let bugs = self.ask(&["bugs", "list"]);
        let bugs = bugs.as_array().expect("a list");
        assert_eq!(bugs.len(), 1, "one bug is reported on the way");
        assert_eq!((&bugs[0]["status"], &bugs[0]["fixes_total"]), (&"resolved".into(), &1.into()), "{}", bugs[0]);
        let fix = &bugs[0]["fixes"][0];
        assert_eq!((&fix["kind"], &fix["parent_id"]), (&"fix".into(), &bugs[0]["bug"]["id"]), "{fix}");
        let reported = self.place("feature_changed", &bugs[0]["bug"]["id"]);
        let mended = self.place("committed", &fix["id"]);
        let later = of_kind(&self.events[reported..mended], "session_started");
        assert_eq!(later.len(), 2, "a bug goes before every feature: one session finds its cause, the next mends it");
    }

    fn place(&self, kind: &str, card: &Value) -> usize {
        let found = self.events.iter().position(|event| event["event"] == kind && event["feature"] == *card);
        found.unwrap_or_else(|| panic!("there is a {kind} of #{card}"))
    }

    pub fn the_gate_refused_before_it_let_pass(&self) {
        let refusals: Vec<Value> = self
            .proven()
            .map(|card| self.ask(&["features", "show", &card["id"].to_string()]))
            .filter(|card| {
                let proofs = card["evidence_history"].as_array().expect("a list of evidence");
                proofs.iter().any(|proof| proof["is_passing"] == false)
            })
            .collect();
        assert!(!refusals.is_empty(), "an agent that said done too early was refused once");
        for card in refusals {
            let refused =
                card["evidence_history"].as_array().into_iter().flatten().find(|proof| proof["is_passing"] == false);
            let refused = refused.expect("filtered for it");
            let failed = refused["results"].as_array().into_iter().flatten().find(|result| result["exit_code"] != 0);
            let failed = failed.expect("a refusal names the command that failed");
            assert!(failed["output_tail"].as_str().is_some_and(|tail| !tail.is_empty()), "with its output: {failed}");
            assert_eq!(refused["commit"], Value::Null, "nothing is committed for it: {refused}");
        }
    }

    pub fn every_session_left_a_transcript(&self) {
        let run = self.ask(&["runs", "show", "1"]);
        let sessions = run["session_list"].as_array().expect("a list of sessions");
        assert_eq!(sessions.len(), of_kind(&self.events, "session_started").len(), "every session is known");
        let mut ids = HashSet::new();
        for session in sessions {
            let id = session["id"].as_str().expect("an id");
            assert!(ids.insert(id), "no session is told twice");
            assert_eq!(session["outcome"]["code"], "completed", "each came to its end: {session}");
            let told = self.machine.harness(&["runs", "transcript", id, "--project", plain(&self.dir)]);
            let rows = events(&told.stdout);
            let kinds: HashSet<&str> = rows.iter().filter_map(|row| row["type"].as_str()).collect();
            for kind in ["system", "assistant", "user", "result"] {
                assert!(kinds.contains(kind), "the transcript of {id} has its {kind}: {kinds:?}");
            }
        }
    }

    pub fn the_home_directory_is_as_empty_as_before(&self) {
        let traces: Vec<PathBuf> = files_below(&self.machine.path("home"));
        assert!(traces.is_empty(), "nothing was written to the person's home: {traces:?}");
    }
}

/// Every file and directory below `dir`.
pub fn files_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).expect("a directory") {
            let path = entry.expect("an entry").path();
            if path.is_dir() && !path.is_symlink() {
                open.push(path.clone());
            }
            found.push(path);
        }
    }
    found
}

/// Paths of the tests are plain text.
pub fn plain(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}
