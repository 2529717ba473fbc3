//! `harness policy show`: everything that counts, in one place.

use super::{Ground, ShowArgs, USAGE, print_json, scope_title};
use crate::print::say;
use harness_sandbox::{
    Decision,
    policy::{Entry, HARD_BLOCKS, PolicyFile, RULES, listed_commands},
};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Where lists of names are broken, in columns.
const WIDTH: usize = 100;
/// Arguments with which a command that runs at all runs: none, a question about itself, a file of the project, a task, a
/// port of this machine.
const PLAIN_CALLS: [&str; 6] = ["", " --version", " x", " list", " x y", " -z localhost 80"];

pub fn show(args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let Some(ground) = args.at.ground(true)? else { return Ok(ExitCode::from(USAGE)) };
    let files = ground.layers().files();
    if args.format.json {
        let listed = Listed::of(&ground);
        let rules: Vec<Value> =
            RULES.iter().map(|rule| json!({ "rule": rule.id, "sentence": rule.sentence })).collect();
        return print_json(&json!({
            "files": files.iter().map(as_json).collect::<Vec<_>>(),
            "hard_blocks": HARD_BLOCKS[..],
            "listed": listed.run,
            "left_to_a_person": listed.ask,
            "refused": listed.refuse,
            "rules": rules,
        }));
    }
    for place in ground.places() {
        let file = files.iter().find(|file| file.path == place.path);
        let state = if file.is_some() { "" } else { "  (not there)" };
        say(&format!("{} file  {}{state}", scope_title(place.scope), place.path.display()));
        for (list, entries) in file.map(lists).unwrap_or_default() {
            for entry in entries {
                say(&format!("  {list:<14} {entry}"));
            }
        }
    }
    say_names("Blocked whatever a file says", &HARD_BLOCKS);
    let listed = Listed::of(&ground);
    say_names("Run without asking anybody, as far as the rules below go", &listed.run);
    say_names("Left to a person, whatever their arguments", &listed.ask);
    say_names("Refused, whatever their arguments (`harness policy check -- NAME` says why)", &listed.refuse);
    say("\nAny other command needs a person, or an entry in a file.\n\nRules:");
    for rule in RULES {
        say(&format!("  {:<27} {}", rule.id, rule.sentence));
    }
    Ok(ExitCode::SUCCESS)
}

/// What happens to the commands that the built-in rules know.
struct Listed {
    /// They run, with the arguments that the rules allow.
    run: Vec<&'static str>,
    /// No call of theirs runs without a person.
    ask: Vec<&'static str>,
    /// No call of theirs runs.
    refuse: Vec<&'static str>,
}

impl Listed {
    /// Judges the plainest calls of each command, with the files that count: what allows none of them allows none.
    fn of(ground: &Ground) -> Self {
        let mut listed = Self { run: Vec::new(), ask: Vec::new(), refuse: Vec::new() };
        for name in listed_commands() {
            let calls = PLAIN_CALLS.map(|arguments| ground.judge(&format!("{name}{arguments}"), true).decision);
            if calls.contains(&Decision::Allow) {
                listed.run.push(name);
            } else if calls.contains(&Decision::Ask) {
                listed.ask.push(name);
            } else {
                listed.refuse.push(name);
            }
        }
        listed
    }
}

/// A heading and names in lines of [`WIDTH`].
fn say_names(heading: &str, names: &[&str]) {
    if names.is_empty() {
        return;
    }
    let mut text = format!("\n{heading}:");
    let mut column = WIDTH;
    for name in names {
        if column + 1 + name.len() > WIDTH {
            text.push_str("\n ");
            column = 1;
        }
        text.push(' ');
        text.push_str(name);
        column += 1 + name.len();
    }
    say(&text);
}

/// A file's lists with their entries, the ones that have any.
fn lists(file: &PolicyFile) -> Vec<(&'static str, Vec<String>)> {
    let entries = |list: &[Entry]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    let lists = [
        ("allow", entries(&file.allow)),
        ("ask", entries(&file.ask)),
        ("deny", entries(&file.deny)),
        ("network.allow", file.hosts.clone()),
        ("readable", file.readable.iter().map(|path| path.display().to_string()).collect()),
    ];
    lists.into_iter().filter(|(_, entries)| !entries.is_empty()).collect()
}

fn as_json(file: &PolicyFile) -> Value {
    let lists: serde_json::Map<String, Value> =
        lists(file).into_iter().map(|(list, entries)| (list.to_owned(), json!(entries))).collect();
    json!({ "scope": scope_title(file.scope), "path": file.path, "entries": lists })
}
