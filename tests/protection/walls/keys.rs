//! The CLI's key and login are for the CLI, not for what it runs.

use crate::stage::*;
use serde_json::Value;
use std::{fs, os::unix::fs::PermissionsExt};

/// Looks for the key everywhere a process of the same person may look, and reads the login.
const ATTACK: &str = r#"
import fs from 'node:fs';
const seen = [];
const read = (path) => { try { return fs.readFileSync(path, 'latin1'); } catch { return ''; } };
const look = (where, text) => { if (/ANTHROPIC_API_KEY=|s3cret-login/.test(text)) seen.push(where); };
look('its own environment', Object.entries(process.env).map((pair) => pair.join('=')).join('\n'));
for (const pid of fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name)).concat('self'))
  for (const name of ['environ', 'mem', 'root/proc/1/environ']) look(`${pid}/${name}`, read(`/proc/${pid}/${name}`));
for (const dir of ['.claude', '.claude-rehearsal'])
  for (const name of ['.credentials.json', '.claude.json', 'settings.json']) look(name, read(`${process.env.HOME}/${dir}/${name}`));
const wrote = [];
for (const name of ['.bashrc', '.bash_profile', '.profile', '.zshenv', '.gitconfig'])
  try { fs.writeFileSync(`${process.env.HOME}/${name}`, 'env > /tmp/leak\n'); wrote.push(name); } catch {}
for (const name of ['.bashrc', '.gitconfig'])
  try { fs.renameSync(`${process.env.HOME}/${name}`, `${process.env.HOME}/x`); wrote.push(name); } catch {}
fs.writeFileSync('report.json', JSON.stringify({ seen, wrote }));
"#;

#[test]
fn neither_key_nor_login_of_the_cli_reaches_what_an_agent_starts() {
    let stage = Stage::new(&["Attack"]);
    stage.file("attack.mjs", ATTACK);
    let config = stage.machine.path("data/projects/1/home/.claude-rehearsal");
    fs::create_dir_all(&config).expect("a directory");
    fs::write(config.join(".credentials.json"), "s3cret-login").expect("a file");

    stage.run_to_all_passing(&builds("keys", "node attack.mjs"), &[]);

    let report: Value = serde_json::from_str(&stage.read("report.json")).expect("the attack came to its end");
    assert_eq!(report["seen"], serde_json::json!([]), "the key works anywhere in the world");
    assert_eq!(report["wrote"], serde_json::json!([]), "a later session's shell would run it with the key at hand");
    assert!(config.join(".credentials.json").is_file(), "the CLI itself keeps its login");
}

/// A fake Claude CLI: none of these tests may use a person's account. It finds the login as the real one does, and starts
/// a command as the real one does, which looks for the login before and after the CLI has replaced its file.
const FAKE: &str = r#"#!/bin/sh
[ "$1" = --version ] && { echo '2.1.197 (fake)'; exit 0; }
[ -n "$CLAUDE_CODE_SHELL_PREFIX" ] || exit 3
cat "$HOME/.claude.json" "$HOME/.claude/.credentials.json" > cli.txt
look="cat '$HOME'/.claude.json* '$HOME'/.claude/.credentials.json ~/.claude.json* ~/.claude/.credentials.json"
"$CLAUDE_CODE_SHELL_PREFIX" "cd '$PWD'; { $look; touch looked; until [ -e replaced ]; do sleep 0.01; done; $look; } > seen.txt 2>&1; echo ~ > home.txt" &
until [ -e looked ]; do sleep 0.01; done
cp "$HOME/.claude.json" "$HOME/.claude.json.new" && mv "$HOME/.claude.json.new" "$HOME/.claude.json" && touch replaced
wait
exit 3
"#;

#[test]
fn the_login_of_a_person_is_for_the_cli_and_no_command_sees_it_not_even_while_the_cli_replaces_it() {
    let stage = Stage::new(&["Build"]);
    let home = stage.machine.path("home");
    fs::create_dir(home.join(".claude")).expect("a directory");
    for (name, text) in [(".claude.json", "s3cret-login-key"), (".claude/.credentials.json", "s3cret-login-token")] {
        fs::write(home.join(name), text).expect("a file");
    }
    let old = stage.machine.path("data/projects/1/home/.claude.json");
    fs::write(&old, "s3cret-login-key").expect("what an older version left there");
    let fake = stage.machine.path("fake-claude");
    fs::write(&fake, FAKE).expect("a script");
    fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).expect("its mode");
    let (dir, fake) = (stage.dir.to_str().expect("a plain path"), fake.to_str().expect("a plain path"));
    let words = ["run", dir, "--json", "--claude", fake, "--backoff", "0.01", "--max-sessions", "1"];

    let (ended, events) = Watched::over(stage.machine.command(&words)).end();

    let told = told(&ended, &events);
    let found = fs::read_to_string(stage.dir.join("cli.txt")).unwrap_or_else(|error| panic!("{error}: {told}"));
    assert_eq!(found, "s3cret-login-keys3cret-login-token", "the CLI itself is logged in: {told}");
    let seen = stage.read("seen.txt");
    assert!(!seen.contains("s3cret") && seen.contains("No such file"), "a key works anywhere in the world: {seen}");
    assert_eq!(stage.read("home.txt").trim(), home.to_str().expect("a plain path"), "commands have the usual home");
    assert!(!old.exists(), "and no copy is left where commands look");
    let own = fs::read_to_string(home.join(".claude.json")).expect("the person's own");
    assert_eq!(own, "s3cret-login-key", "nothing of the person's changed");
}

#[test]
fn a_server_that_one_command_starts_answers_the_next_one() {
    let stage = Stage::new(&["Serve"]);
    stage.file("server.mjs", "import http from 'node:http';\nhttp.createServer((q, r) => r.end('at your service')).listen(18234, '127.0.0.1');\n");
    let call = "for i in 1 2 3 4 5 6 7 8 9 10; do curl -s http://127.0.0.1:18234/ > answer.txt && break; sleep 0.3; done; test -s answer.txt";
    let serve = serde_json::json!({ "calls": [{ "Bash": { "command": "node server.mjs", "description": "serve", "run_in_background": true } }] });
    let scenario =
        coding("serve", serde_json::json!([take_card(), serve, bash(call), ask_for_checks(), { "say": "Done." }]));

    stage.run_to_all_passing(&scenario, &[]);

    assert_eq!(stage.read("answer.txt"), "at your service", "a development server is everyday work");
}
