//! Where policy files are, and a first one to start from.

use super::{InitArgs, USAGE, Where, print_json, scope_title};
use crate::{
    args::Format,
    open,
    print::{complain, say, say_table},
};
use anyhow::Context;
use harness_engine::{home::Home, policy};
use serde_json::json;
use std::{fs, io::Write, process::ExitCode};

/// What a new file holds: every key, explained, and nothing that counts yet.
const TEMPLATE: &str = include_str!("template.yaml");

/// Prints where policy files are looked for. A broken one is listed like any other: this is how it is found.
pub fn list(at: &Where, format: Format) -> anyhow::Result<ExitCode> {
    let Some((project, _)) = at.find(open::existing()?.as_ref())? else {
        complain(&format!("there is no directory and no project {:?}; see `harness projects list`", at.project));
        return Ok(ExitCode::from(USAGE));
    };
    let places = policy::places(&Home::look()?, project.as_ref().map(|project| project.id));
    if format.json {
        let rows: Vec<_> = places
            .iter()
            .map(
                |place| json!({ "scope": scope_title(place.scope), "path": place.path, "exists": place.path.exists() }),
            )
            .collect();
        return print_json(&rows);
    }
    let rows: Vec<Vec<String>> = places
        .iter()
        .map(|place| {
            let state = if place.path.exists() { "exists" } else { "-" };
            vec![scope_title(place.scope).into(), state.into(), place.path.display().to_string()]
        })
        .collect();
    say_table(&["SCOPE", "STATE", "FILE"], &rows);
    if project.is_none() {
        say("This directory is not registered as a project, so there is no project file; see `harness projects add`.");
    }
    Ok(ExitCode::SUCCESS)
}

pub fn init(args: &InitArgs) -> anyhow::Result<ExitCode> {
    let app = open::app()?;
    let path = if args.organisation {
        app.home.policy()
    } else {
        let Some((Some(project), _)) = args.at.find(Some(&app))? else {
            complain(&format!(
                "no project is registered for {:?}; `harness projects add DIR` registers one",
                args.at.project
            ));
            return Ok(ExitCode::from(USAGE));
        };
        let path = app.home.project_policy(project.id);
        let dir = path.parent().context("the data directory has no project directory")?;
        fs::create_dir_all(dir).with_context(|| format!("{} could not be made", dir.display()))?;
        path
    };
    let made = fs::File::create_new(&path).and_then(|mut file| file.write_all(TEMPLATE.as_bytes()));
    made.with_context(|| format!("{} could not be made", path.display()))?;
    say(&format!("{} is there now; nothing in it counts until you write something.", path.display()));
    Ok(ExitCode::SUCCESS)
}
