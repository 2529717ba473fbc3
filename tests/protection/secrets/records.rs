//! Whole runs whose agent shows every secret it can, and everything that is kept or shown of them.

use super::planted::{Planted, anthropic, lookalikes, planted};
use crate::stage::*;
use rusqlite::types::ValueRef;
use serde_json::json;
use std::{fs, os::unix::fs::PermissionsExt, path::Path};

/// Everything a run leaves behind and shows, by where it stands.
struct Records(Vec<(String, String)>);

impl Records {
    fn of(stage: &Stage, printed: &[(&str, &str)]) -> Self {
        let mut all: Vec<(String, String)> =
            printed.iter().map(|(place, text)| ((*place).to_owned(), (*text).to_owned())).collect();
        for file in files(&stage.machine.path("data")) {
            let name = file.display().to_string();
            // The home that agents see is theirs; the CLI keeps its own notes there.
            if name.contains("/home/") {
                continue;
            }
            all.push((name.clone(), String::from_utf8_lossy(&fs::read(&file).expect("it can be read")).into_owned()));
            if name.ends_with(".db") {
                all.push((format!("rows of {name}"), rows(&file)));
            }
        }
        for run in stage.runs() {
            let run = stage.a_run(u32::try_from(run["id"].as_u64().expect("a number")).expect("a small one"));
            for session in run["session_list"].as_array().into_iter().flatten() {
                // One that crashed at once has none.
                let id = session["id"].as_str().expect("an id");
                all.push(("a transcript".into(), stage.tell(&["runs", "transcript", id]).stdout));
            }
            all.push(("a run".into(), run.to_string()));
        }
        for card in stage.machine.features(&stage.dir) {
            all.push(("a card".into(), stage.ok(&["features", "show", &card["id"].to_string(), "--json"])));
        }
        all.push(("what waits".into(), stage.ok(&["questions", "list", "--json"])));
        // Branches and what the harness keeps beside them.
        all.push(("history".into(), stage.git(&["log", "--all", "--format=%B%n%an%n%D", "-p", "--no-textconv"])));
        Self(all)
    }

    fn hold_none_of(&self, planted: &Planted) {
        for (place, text) in &self.0 {
            for part in &planted.parts {
                if let Some(at) = text.find(part.as_str()) {
                    let from = text[..at].char_indices().rev().nth(160).map_or(0, |(at, _)| at);
                    panic!("a secret stands in {place}: …{}", &text[from..at + part.len()]);
                }
            }
        }
    }

    fn find(&self, place: &str, text: &str) -> bool {
        self.0.iter().any(|(found, words)| found.contains(place) && words.contains(text))
    }
}

fn files(dir: &Path) -> Vec<std::path::PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => all.extend(files(&entry.path())),
            Ok(kind) if kind.is_file() => all.push(entry.path()),
            _ => {}
        }
    }
    all
}

/// Every value of every table, indexes for searching too: a long row lies scattered over the file.
fn rows(file: &Path) -> String {
    let db = rusqlite::Connection::open(file).expect("a database");
    let mut tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").expect("it has tables");
    let names: Vec<String> = tables.query_map([], |row| row.get(0)).expect("names").flatten().collect();
    let mut text = String::new();
    for name in names {
        let mut all = db.prepare(&format!("SELECT * FROM \"{name}\"")).expect("a table");
        let columns = all.column_count();
        let mut rows = all.query([]).expect("rows");
        while let Ok(Some(row)) = rows.next() {
            for column in 0..columns {
                if let Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) = row.get_ref(column) {
                    text.push_str(&String::from_utf8_lossy(bytes));
                }
                text.push('\n');
            }
        }
    }
    text
}

#[test]
fn what_an_agent_prints_says_writes_and_asks_leaves_no_secret_in_any_record() {
    let planted = planted();
    let harmless = lookalikes();
    let stage = Stage::new(&["Build", "Ask"]);
    stage.file("config.txt", format!("{}{}\n", planted.text, harmless.join("\n")));
    // A check that shows everything and fails until the agent has done its part.
    stage.file(
        "test/leak.test.js",
        "import test from 'node:test';\nimport fs from 'node:fs';\n\
         test('it leaks', () => { console.log(fs.readFileSync('config.txt', 'utf8')); \
         if (!fs.existsSync('built.txt')) throw new Error(fs.readFileSync('config.txt', 'utf8')); });\n",
    );
    let id = "{{ feature_get_next.feature.id }}";
    let scenario = coding(
        "leak",
        json!([
            take_card(),
            { "choose": [
                { "when": { "feature_get_next.feature.name": "Build" }, "turns": [
                    { "say": format!("I found this: {}", planted.text), "calls": [
                        { "Bash": { "command": "cat config.txt", "description": planted.text } },
                        { "Write": { "file_path": "src/leak.js", "content": format!("/* {} */", planted.text) } },
                        { "Write": { "file_path": "src/fine.js", "content": "export const fine = 1;\n" } }
                    ] },
                    { "calls": [{ "feature_mark_passing": { "feature_id": id } }] },
                    bash("echo done > built.txt"),
                    { "calls": [{ "feature_mark_passing": { "feature_id": id } }] },
                    { "say": format!("Done. {}", planted.text) }
                ] },
                { "turns": [
                    { "calls": [{ "feature_request_human_input": {
                        "feature_id": id, "question": format!("Is this yours? {}", planted.text) } }] },
                    { "say": "Waiting." }
                ] }
            ] }
        ]),
    );
    let (ended, events) = {
        let mut command = stage.machine.command(&stage.words_of(&scenario, &[]));
        command.env("HARNESS_LOG", "debug");
        Watched::over(command).end()
    };
    assert_eq!(ended.code, Some(4), "one card passes, the other waits: {}", told(&ended, &events));

    let records = Records::of(&stage, &[("standard output", &ended.stdout), ("the log", &ended.stderr)]);
    records.hold_none_of(&planted);
    for place in ["standard output", "a transcript", "a card", "what waits", "rows of"] {
        assert!(records.find(place, "[redacted: GitHub token]"), "{place} says what stood there");
    }
    assert!(ended.stderr.contains("DEBUG"), "there was a log to look at");
    for text in &harmless {
        assert!(records.find("a transcript", text), "{text} is no secret and must stay readable");
    }
    let left_out = notices(&events, "secret_left_out");
    for file in ["config.txt", "src/leak.js"] {
        assert!(left_out.iter().any(|notice| notice.contains(file)), "the person is told of {file}: {left_out:?}");
    }
    let evidence = stage.ok(&["features", "show", "1", "--json"]);
    assert!(evidence.contains("config.txt was not committed"), "and the evidence says so: {evidence}");
    assert!(stage.git(&["ls-files"]).contains("src/fine.js"), "what is no secret is committed");
    assert!(records.find("a transcript", "was not committed: looks like a secret"), "the agent is told as well");
}

#[test]
fn the_last_words_of_a_cli_that_crashes_are_kept_without_secrets() {
    let planted = planted();
    let stage = Stage::new(&["Build"]);
    let fake = stage.machine.path("fake-claude");
    let script = "#!/bin/sh\n# A fake Claude CLI: the real one does not crash with a secret on its lips.\n\
                  [ \"$1\" = --version ] && { echo '2.1.197 (fake)'; exit 0; }\ncat config.txt >&2\nexit 3\n";
    fs::write(&fake, script).expect("a script");
    fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).expect("its mode");
    stage.file("config.txt", &planted.text);
    let fake = fake.to_str().expect("a plain path");
    let (ended, events) = stage.run(&builds("crash", BUILD), &["--claude", fake, "--backoff", "0.01"]);
    assert_ne!(ended.code, Some(0), "a CLI that crashes builds nothing: {}", told(&ended, &events));
    let records = Records::of(&stage, &[("standard output", &ended.stdout), ("standard error", &ended.stderr)]);
    records.hold_none_of(&planted);
    assert!(records.find("standard output", "[redacted: "), "there was something to take out");
}

#[test]
fn a_key_of_the_surrounding_environment_reaches_neither_a_rehearsal_nor_its_checks() {
    let key = anthropic(30);
    let stage = Stage::new(&["Build"]);
    stage.file(
        "test/env.test.js",
        "import test from 'node:test';\nimport fs from 'node:fs';\n\
         test('env', () => fs.writeFileSync('check-env.txt', JSON.stringify(process.env)));\n",
    );
    let mut command = stage.machine.command(&stage.words_of(&builds("env", "env > agent-env.txt"), &[]));
    command.env("ANTHROPIC_API_KEY", &key).env("SHOP_SECRET_TOKEN", "Zz9-shop-4711-tokenvalue");
    let (ended, events) = Watched::over(command).end();
    assert_eq!(ended.code, Some(0), "{}", told(&ended, &events));
    for file in ["agent-env.txt", "check-env.txt"] {
        let env = stage.read(file);
        assert!(env.contains("PATH"), "there is an environment: {env}");
        for secret in [key.as_str(), "Zz9-shop-4711-tokenvalue"] {
            assert!(!env.contains(secret), "{file} must not have it: {env}");
        }
    }
}

#[test]
fn a_secret_that_an_agent_commits_by_itself_is_told_in_the_same_run_and_stands_in_the_evidence() {
    let (in_file, in_message) = (anthropic(33), anthropic(34));
    let stage = Stage::new(&["One", "Two"]);
    let is_first = json!({ "feature_get_next.feature.name": "One" });
    // Taken away again before the checks, so that only the history has it.
    let leak = format!(
        "echo 'const key = \"{in_file}\";' > key.js && git add key.js && git commit -qm 'Add a key' && git rm -q key.js && \
         git commit -qm 'Without it' && git checkout -qb aside && git commit -q --allow-empty -m 'it was {in_message}' && \
         git checkout -q -"
    );
    let scenario = coding(
        "leaks",
        json!([
            take_card(),
            { "when": is_first, "turns": [bash(&leak)] },
            bash(BUILD),
            ask_for_checks(),
            { "say": "Done." },
        ]),
    );

    let events = stage.run_to_all_passing(&scenario, &[]);

    let commit = stage.git(&["log", "--all", "--format=%h", "--abbrev=8", "--grep=Add a key"]).trim().to_owned();
    let told = notices(&events, "secrets_committed");
    assert_eq!(told.len(), 1, "once, for the session that did it: {told:?}");
    assert!(told[0].contains(&format!("commit {commit} brought key.js (Anthropic key)")), "which and where: {told:?}");
    assert!(told[0].contains("the message of commit"), "another branch counts, and so does a message: {told:?}");
    let (one, two) = (stage.ok(&["features", "show", "1", "--json"]), stage.ok(&["features", "show", "2", "--json"]));
    assert!(one.contains(&format!("A secret was committed: commit {commit}")), "the card says so: {one}");
    assert!(!two.contains("A secret was committed"), "the next one is not to blame: {two}");
    for secret in [in_file, in_message] {
        assert!(!format!("{told:?}{one}").contains(&secret[20..40]), "and never the secret");
    }
}

#[test]
fn secrets_that_are_committed_already_are_told_once_and_a_person_cannot_store_one_by_accident() {
    let stage = Stage::new(&["One", "Two"]);
    stage.file("legacy.txt", anthropic(31));
    stage.git(&["init", "-q"]);
    stage.git(&["add", "."]);
    stage.git(&["commit", "-qm", "Start"]);
    let events = stage.run_to_all_passing(&builds("tracked", BUILD), &[]);
    let told = notices(&events, "secrets_committed");
    assert_eq!(told.len(), 1, "once a run, not once a session: {told:?}");
    assert!(told[0].contains("legacy.txt (Anthropic key)"), "file and kind: {told:?}");
    assert!(!told[0].contains(&anthropic(31)[20..40]), "and never the secret");

    for words in [
        vec!["bugs", "report", &anthropic(32)],
        vec!["features", "add", &anthropic(32)],
        vec!["features", "edit", "1", "--description", &anthropic(32)],
    ] {
        let refused = stage.tell(&words);
        assert_eq!(refused.code, Some(1), "{words:?} would store it: {refused:?}");
        assert!(refused.stderr.contains("Anthropic key"), "with the reason: {refused:?}");
    }
}
