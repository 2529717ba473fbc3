//! `harness policy show`: everything that counts, in one place.

use super::{ShowArgs, USAGE, print_json, scope_title};
use crate::print::say;
use harness_sandbox::policy::{Entry, HARD_BLOCKS, PolicyFile, RULES, listed_commands};
use serde_json::{Value, json};
use std::process::ExitCode;

/// Where lists of names are broken, in columns.
const WIDTH: usize = 100;

pub fn show(args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let Some(ground) = args.at.ground()? else { return Ok(ExitCode::from(USAGE)) };
    let files = ground.layers().files();
    if args.format.json {
        let rules: Vec<Value> =
            RULES.iter().map(|rule| json!({ "rule": rule.id, "sentence": rule.sentence })).collect();
        return print_json(&json!({
            "files": files.iter().map(as_json).collect::<Vec<_>>(),
            "hard_blocks": HARD_BLOCKS[..],
            "listed": listed_commands(),
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
    say_names("Run without asking anybody, as far as the rules below go", &listed_commands());
    say("\nAny other command needs a person, or an entry in a file.\n\nRules:");
    for rule in RULES {
        say(&format!("  {:<27} {}", rule.id, rule.sentence));
    }
    Ok(ExitCode::SUCCESS)
}

/// A heading and names in lines of [`WIDTH`].
fn say_names(heading: &str, names: &[&str]) {
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
