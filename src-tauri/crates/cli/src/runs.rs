//! `harness runs`: look at runs, their sessions and transcripts.

use crate::{
    args::{Format, ProjectArg},
    features::time,
    open,
    print::{say, say_json, say_table},
};
use clap::Subcommand;
use harness_domain::id::{RunId, SessionId};
use harness_engine::session::LOOP_ROW;
use harness_store::ProjectStore;

/// Rows of a transcript read at once.
const WINDOW: usize = 500;

#[derive(Debug, Subcommand)]
pub enum RunsCommand {
    /// List the runs, newest first
    List {
        #[command(flatten)]
        project: ProjectArg,
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
        #[command(flatten)]
        format: Format,
    },
    /// Show one run: its states and sessions
    Show {
        /// The run's number, as `harness runs list` shows it
        id: u32,
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
    /// Print the transcript of a session, one JSON message a line
    Transcript {
        /// The session's id, as `harness runs show` lists it
        session: String,
        #[command(flatten)]
        project: ProjectArg,
    },
    /// Find words in all transcripts
    Search {
        /// All of these words, in any order
        words: String,
        /// How many at most
        #[arg(long, value_name = "N", default_value_t = 20)]
        limit: usize,
        #[command(flatten)]
        project: ProjectArg,
    },
}

pub fn obey(command: RunsCommand) -> anyhow::Result<()> {
    match command {
        RunsCommand::List { project, limit, format } => {
            let store = open::known(&project)?.store;
            let runs = store.runs(limit)?;
            if format.json {
                return say_json(&runs);
            }
            let alive = alive(&store)?;
            let rows: Vec<Vec<String>> = runs
                .iter()
                .map(|run| {
                    let end = match &run.end {
                        Some(end) => end.code(),
                        None if alive.contains(&run.id) => "running",
                        // The next run puts right what its host left.
                        None => "cut off",
                    };
                    let kind = run.rehearsal.as_ref().map_or_else(String::new, |name| format!("rehearsal {name}"));
                    vec![
                        run.id.to_string(),
                        time(run.started_at_ms),
                        run.mode.as_str().into(),
                        end.into(),
                        run.sessions.to_string(),
                        format!("{:.2}", run.cost_usd),
                        kind,
                    ]
                })
                .collect();
            if rows.is_empty() {
                say("No runs yet. `harness run DIR` starts one.");
                return Ok(());
            }
            say_table(&["ID", "STARTED", "MODE", "END", "SESSIONS", "USD", ""], &rows);
        }
        RunsCommand::Show { id, project, format } => show(&open::known(&project)?, RunId(id), format)?,
        RunsCommand::Transcript { session, project } => {
            let store = open::known(&project)?.store;
            let session = SessionId(session);
            let mut from = 0;
            let is_known = !store.transcript_window(&session, 0, 1)?.is_empty();
            anyhow::ensure!(
                is_known,
                "no session {session} is known here; `harness runs show RUN` lists a run's sessions"
            );
            loop {
                let rows = store.transcript_window(&session, from, WINDOW)?;
                let Some(last) = rows.last() else { break };
                from = last.ordinal + 1;
                for row in &rows {
                    say(&row.body);
                }
            }
        }
        RunsCommand::Search { words, limit, project } => {
            let hits = open::known(&project)?.store.transcript_search(&words, limit)?;
            if hits.is_empty() {
                say("Nothing was found.");
            }
            for hit in hits {
                say(&format!("{}  {}  {}", hit.session, hit.ordinal, hit.excerpt));
            }
        }
    }
    Ok(())
}

/// The runs whose host is there.
fn alive(store: &ProjectStore) -> anyhow::Result<Vec<RunId>> {
    let unfinished = store.runs_unfinished()?.into_iter();
    Ok(unfinished.filter(|found| harness_agent::is_alive(found.host)).map(|found| found.run.id).collect())
}

/// The loops that were found in a session, as its transcript has them.
fn loops_of(project: &harness_engine::OpenProject, session: &SessionId) -> anyhow::Result<Vec<serde_json::Value>> {
    let rows = project.store.transcript_of_kind(session, LOOP_ROW)?;
    Ok(rows.iter().map(|row| serde_json::from_str(&row.body)).collect::<Result<_, _>>()?)
}

fn show(project: &harness_engine::OpenProject, id: RunId, format: Format) -> anyhow::Result<()> {
    let run = project.store.run(id)?;
    let sessions = project.store.sessions_of(id)?;
    let transitions = project.store.run_transitions(id)?;
    if format.json {
        let mut json = serde_json::to_value(&run)?;
        json["session_list"] = serde_json::to_value(&sessions)?;
        for (listed, session) in json["session_list"].as_array_mut().into_iter().flatten().zip(&sessions) {
            listed["loops"] = serde_json::Value::Array(loops_of(project, &session.id)?);
        }
        json["transitions"] = serde_json::to_value(&transitions)?;
        return say_json(&json);
    }
    let walls = crate::display::walls(run.sandbox);
    say(&format!("Run {}  {}  state {}  walls {walls}", run.id, run.mode.as_str(), run.state.as_str()));
    for session in &sessions {
        let outcome = session.outcome.as_ref().map_or("running", |outcome| outcome.code());
        let card = session.feature.map_or_else(String::new, |feature| format!(" #{feature}"));
        say(&format!(
            "  {}  {}{card}  {outcome}  {} turns  ${:.2}",
            session.id,
            session.role.as_str(),
            session.turns,
            session.cost_usd
        ));
        for found in loops_of(project, &session.id)? {
            let text = |key: &str| found[key].as_str().unwrap_or_default().replace('_', " ");
            let description = found["description"].as_str().unwrap_or_default();
            say(&format!("    ↻ {} ({}): {description}", text("kind"), text("step")));
        }
    }
    for change in &transitions {
        let card = change.feature.map_or_else(String::new, |feature| format!(" #{feature}"));
        say(&format!(
            "  {}  {} → {}{card}  {}",
            time(change.at_ms),
            change.from.as_str(),
            change.to.as_str(),
            change.reason
        ));
    }
    Ok(())
}
