//! `harness policy show`: everything that counts, in one place.

use super::{ShowArgs, USAGE, print_json, scope_title};
use crate::print::say;
use harness_sandbox::policy::{Entry, HARD_BLOCKS, PolicyFile};
use serde_json::{Value, json};
use std::process::ExitCode;

pub fn show(args: &ShowArgs) -> anyhow::Result<ExitCode> {
    let Some(ground) = args.at.ground()? else { return Ok(ExitCode::from(USAGE)) };
    let files = ground.layers().files();
    if args.format.json {
        return print_json(&json!({
            "files": files.iter().map(as_json).collect::<Vec<_>>(),
            "hard_blocks": HARD_BLOCKS[..],
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
    say("");
    say(&format!("Blocked whatever a file says: {}", HARD_BLOCKS.join(" ")));
    Ok(ExitCode::SUCCESS)
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
