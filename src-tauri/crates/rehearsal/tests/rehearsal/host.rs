//! As much of a host and of the CLI's tools as a scenario needs: a board, a gate that really runs tests, files, a shell.

use crate::client::Conversation;
use harness_rehearsal::{Rehearsal, Scenario};
use serde_json::{Value, json};
use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    process::{Command, Output},
};
use tempfile::TempDir;

/// More turns than any session of a shipped scenario has.
const MOST_TURNS: usize = 60;

/// A card of the board.
#[derive(Debug)]
pub struct Card {
    pub id: usize,
    pub kind: &'static str,
    pub card: Value,
    pub needs: Vec<usize>,
    pub is_done: bool,
}

/// What a session did.
#[derive(Debug, Default)]
pub struct Session {
    /// Every tool call, with the tool's answer and whether that was an error.
    pub calls: Vec<(String, Value, String, bool)>,
    pub closing: String,
}

impl Session {
    /// The calls of one tool.
    pub fn of<'s>(&'s self, tool: &'s str) -> impl Iterator<Item = &'s (String, Value, String, bool)> {
        self.calls.iter().filter(move |call| call.0 == tool)
    }
}

/// A project, its board, and the scripted model that works on it.
pub struct Host {
    pub rehearsal: Rehearsal,
    pub project: TempDir,
    home: TempDir,
    pub cards: Vec<Card>,
    sessions: usize,
    /// Whether tests succeeded since the last change of a file.
    is_tested: bool,
}

impl Host {
    pub async fn of(scenario: Scenario) -> Self {
        let project = TempDir::new().expect("a project");
        if let Some(spec) = scenario.spec() {
            std::fs::create_dir(project.path().join("prompts")).expect("a folder");
            std::fs::write(project.path().join("prompts/app_spec.txt"), spec).expect("a specification");
        }
        let rehearsal = Rehearsal::start(scenario).await.expect("a port is free");
        Self {
            rehearsal,
            project,
            home: TempDir::new().expect("a home"),
            cards: Vec::new(),
            sessions: 0,
            is_tested: false,
        }
    }

    /// Adds a card as a person or the host would.
    pub fn add(&mut self, kind: &'static str, card: Value, needs: Vec<usize>) -> usize {
        let id = self.cards.len() + 1;
        self.cards.push(Card { id, kind, card, needs, is_done: false });
        id
    }

    /// Plays one session to its end.
    pub async fn session(&mut self, role: &str) -> Session {
        self.play(role, false).await
    }

    /// Plays one session and breaks it off when it asks for passing. Programs are not run, only looked for.
    pub async fn interrupted_session(&mut self, role: &str) -> Session {
        self.play(role, true).await
    }

    async fn play(&mut self, role: &str, is_interrupted: bool) -> Session {
        self.sessions += 1;
        let mut session = Session::default();
        let mut known = HashSet::new();
        let mut conversation = Conversation::begin(&self.rehearsal, role, &format!("session-{}", self.sessions));
        conversation.runs_in(self.project.path());
        for _ in 0..MOST_TURNS {
            let blocks = conversation.turn().await;
            let calls: Vec<&Value> = blocks.iter().filter(|block| block["type"] == "tool_use").collect();
            if calls.is_empty() {
                session.closing = blocks[0]["text"].as_str().unwrap_or_default().to_owned();
                return session;
            }
            let mut answers = Vec::new();
            for call in calls {
                let name = call["name"].as_str().unwrap_or_default();
                let tool = name.strip_prefix("mcp__features__").unwrap_or(name).to_owned();
                if is_interrupted && tool == "feature_mark_passing" {
                    return session;
                }
                let is_run =
                    !is_interrupted || call["input"]["command"].as_str().is_none_or(|line| line.starts_with("ls"));
                let (text, is_error) =
                    if is_run { self.tool(&tool, &call["input"], &mut known) } else { (String::new(), false) };
                session.calls.push((tool, call["input"].clone(), text.clone(), is_error));
                answers.push((text, is_error));
            }
            let answers: Vec<(&str, bool)> =
                answers.iter().map(|(text, is_error)| (text.as_str(), *is_error)).collect();
            conversation.answer(&answers);
        }
        panic!("a session did not end in {MOST_TURNS} turns: {:?}", session.calls.last());
    }

    fn tool(&mut self, tool: &str, input: &Value, known: &mut HashSet<PathBuf>) -> (String, bool) {
        let path = PathBuf::from(input["file_path"].as_str().unwrap_or_default());
        let text = |key: &str| input[key].as_str().unwrap_or_default().to_owned();
        let outcome = match tool {
            "Read" => std::fs::read_to_string(&path).map_err(|error| error.to_string()),
            // The CLI refuses to overwrite what the session has not seen.
            "Write" | "Edit" if path.exists() && !known.contains(&path) => Err("File has not been read yet".into()),
            "Write" => {
                std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
                std::fs::write(&path, text("content")).map(|()| "written".into()).map_err(|error| error.to_string())
            }
            "Edit" => edit(&path, &text("old_string"), &text("new_string")),
            "Bash" => self.shell(&text("command")),
            "feature_get_next" => Ok(self.next().to_string()),
            "feature_create_bulk" => Ok(self.create(&input["features"]).to_string()),
            "feature_mark_passing" => self.mark_passing(input, known),
            "bug_get_status" => Ok("{}".into()),
            "feature_get_for_regression" => Ok(json!({"features": [{"id": 1}]}).to_string()),
            "feature_mark_failing" => {
                let fix = json!({"name": "Fix", "description": input["reason"]});
                Ok(json!({"fix_id": self.add("fix", fix, Vec::new())}).to_string())
            }
            "feature_request_human_input" => Ok(json!({"status": "needs_input"}).to_string()),
            _ => Err(format!("there is no tool {tool}")),
        };
        match tool {
            "Write" | "Edit" => self.is_tested = false,
            "Bash" => self.is_tested |= outcome.is_ok() && text("command").contains("--test"),
            _ => {}
        }
        if outcome.is_ok() && path.is_absolute() {
            known.insert(path);
        }
        match outcome {
            Ok(text) => (text, false),
            Err(text) => (text, true),
        }
    }

    /// What `feature_get_next` answers.
    pub fn next(&self) -> Value {
        let is_done = |id: &usize| self.cards.iter().any(|card| card.id == *id && card.is_done);
        let ready = |kind: &str| {
            self.cards.iter().find(|card| card.kind == kind && !card.is_done && card.needs.iter().all(is_done))
        };
        let is_mended = |bug: &Card| self.cards.iter().any(|card| card.card["parent_bug_id"] == bug.id);
        let bug = ready("bug").filter(|bug| !is_mended(bug));
        let Some(card) = bug.or_else(|| ready("fix")).or_else(|| ready("feature")) else {
            return json!({"type": "all_done", "instruction": "End the session."});
        };
        let mut view = card.card.clone();
        view["id"] = card.id.into();
        match card.kind {
            "bug" => json!({"type": "bug_analysis_needed", "bug": view, "feature": view}),
            "fix" => json!({"type": "bug_fix", "feature": view}),
            _ => json!({"type": "feature", "feature": view}),
        }
    }

    fn create(&mut self, features: &Value) -> Value {
        let first = self.cards.len() + 1;
        let mut created = Vec::new();
        for card in features.as_array().expect("a list of features") {
            let number = |value: &Value| usize::try_from(value.as_u64().expect("an index")).expect("small");
            let needs = card["depends_on_index"].as_array().into_iter().flatten().map(|i| first + number(i)).collect();
            let kind = if card["parent_bug_id"].is_null() { "feature" } else { "fix" };
            let id = self.add(kind, card.clone(), needs);
            created.push(json!({"id": id, "name": card["name"]}));
        }
        json!({"created": created.len(), "features": created})
    }

    fn mark_passing(&mut self, input: &Value, known: &HashSet<PathBuf>) -> Result<String, String> {
        let id = usize::try_from(input["feature_id"].as_u64().expect("a number")).expect("small");
        // A session's own tests tell what the script must react to; running all of them each time takes minutes.
        let tests = known.iter().filter_map(|path| path.to_str()).filter(|path| path.ends_with(".test.js"));
        let tests: Vec<&str> = tests.filter(|path| Path::new(path).exists()).collect();
        if !self.is_tested {
            self.gate(&tests).map_err(|output| format!("#{id} does not pass: tests fail\n{output}"))?;
        }
        let card = self.cards.iter_mut().find(|card| card.id == id).expect("the card exists");
        card.is_done = true;
        Ok(json!({"status": "passing", "feature_id": id, "evidence_id": 1, "commit": "c0ffee"}).to_string())
    }

    /// Runs these tests of the program, or all when none are named. Fails with their output.
    pub fn gate(&self, tests: &[&str]) -> Result<String, String> {
        assert!(
            self.shell("node --version").is_ok(),
            "node (20 or newer) must be on PATH: the program's tests run with it"
        );
        self.shell(&format!("node --test {}", tests.join(" ")))
    }

    /// Runs a command in the project, as the CLI's Bash tool does.
    pub fn shell(&self, command: &str) -> Result<String, String> {
        #[expect(clippy::disallowed_methods, reason = "the test owns this child and waits for it")]
        let mut bash = Command::new("bash");
        let path = std::env::var_os("PATH").expect("a PATH");
        bash.args(["-c", command]).current_dir(self.project.path()).env_clear();
        bash.env("PATH", path).env("HOME", self.home.path()).env("TMPDIR", self.home.path());
        let Output { status, stdout, stderr } = bash.output().expect("bash runs");
        let text = String::from_utf8_lossy(&stdout).into_owned() + &String::from_utf8_lossy(&stderr);
        if status.success() { Ok(text) } else { Err(text) }
    }
}

fn edit(path: &Path, old: &str, new: &str) -> Result<String, String> {
    let text = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
    match text.matches(old).count() {
        1 => std::fs::write(path, text.replacen(old, new, 1)).map(|()| "edited".into()).map_err(|e| e.to_string()),
        found => Err(format!("old_string was found {found} times")),
    }
}
