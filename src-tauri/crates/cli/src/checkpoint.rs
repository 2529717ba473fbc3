//! `harness checkpoint`: save a project's files and cards, look at what was saved, and put it back.

mod told;

use crate::{
    args::{Format, ProjectArg},
    features::time,
    open,
    print::{complain, harmless, say, say_bytes, say_json},
};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use harness_domain::{
    checkpoint::{CheckpointKind, Retention},
    id::{CheckpointId, FeatureId},
};
use harness_engine::{
    EngineError, OpenProject,
    checkpoint::{self, CheckpointView, New},
    instance::Instance,
    session,
};
use serde_json::json;
use std::{
    io::{BufRead, IsTerminal, Write},
    process::ExitCode,
    time::{Duration, Instant},
};
pub(crate) use told::{count, waiting};
use told::{show, tell, tell_left_out, tell_preview, tell_restored};

/// How long a run may take to end after it was told to.
const STOP_PATIENCE: Duration = Duration::from_secs(90);

#[derive(Debug, Subcommand)]
pub enum CheckpointCommand {
    /// Save the project's files, its repository and its cards as they are now
    Create(CreateArgs),
    /// List the checkpoints, newest first
    List {
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
    /// Show one checkpoint: what it holds and what it left out
    Show {
        #[command(flatten)]
        id: Id,
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
    /// Show what changed since a checkpoint, or between two
    Diff(DiffArgs),
    /// Put files, branch and cards back as they were
    #[command(after_help = "\
Ignored files are not touched, nor are runs and transcripts. The present state is saved first: `harness checkpoint undo`
goes back to it. Commits made since leave the branch and stay reachable from that checkpoint.")]
    Restore(RestoreArgs),
    /// Take the last restore back; undoing twice is undoing nothing
    Undo(HowArgs),
    /// Keep a checkpoint until you remove it yourself
    Pin {
        #[command(flatten)]
        id: Id,
        #[command(flatten)]
        project: ProjectArg,
    },
    /// Let a pinned checkpoint go with the others
    Unpin {
        #[command(flatten)]
        id: Id,
        #[command(flatten)]
        project: ProjectArg,
    },
    /// Remove a checkpoint
    #[command(visible_alias = "remove")]
    Delete {
        #[command(flatten)]
        id: Id,
        #[command(flatten)]
        project: ProjectArg,
    },
    /// Remove checkpoints that are too many or too old; pinned ones stay
    Prune {
        /// Keep this many that are not pinned
        #[arg(long, value_name = "N", default_value_t = Retention::default().most)]
        keep: usize,
        /// Keep automatic ones this many days
        #[arg(long, value_name = "DAYS")]
        days: Option<u32>,
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
}

#[derive(Debug, Clone, Copy, Args)]
pub struct Id {
    /// The checkpoint's number, as `harness checkpoint list` shows it
    #[arg(value_name = "ID")]
    id: u32,
}

#[derive(Debug, Args)]
pub struct CreateArgs {
    /// A name to know it by
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// The feature it is for, by number
    #[arg(long, value_name = "N")]
    feature: Option<u32>,
    /// Keep it until you remove it yourself
    #[arg(long)]
    pin: bool,
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Args)]
pub struct DiffArgs {
    /// The earlier checkpoint
    #[arg(value_name = "ID")]
    from: u32,
    /// The later checkpoint; the present state otherwise
    #[arg(value_name = "OTHER")]
    to: Option<u32>,
    /// Print the changed lines as a patch
    #[arg(long, conflicts_with = "json")]
    patch: bool,
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    format: Format,
}

#[derive(Debug, Args)]
pub struct RestoreArgs {
    #[command(flatten)]
    id: Id,
    #[command(flatten)]
    how: HowArgs,
}

#[derive(Debug, Args)]
pub struct HowArgs {
    /// Only say what would change
    #[arg(long)]
    dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    /// Stop a run that is under way first
    #[arg(long)]
    stop: bool,
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    format: Format,
}

/// Carries out one command. A restore after which files differ from the checkpoint ends with 1.
pub fn obey(command: CheckpointCommand) -> anyhow::Result<ExitCode> {
    match command {
        CheckpointCommand::Create(args) => create(args)?,
        CheckpointCommand::List { project, format } => list(&open::known(&project)?, format)?,
        CheckpointCommand::Show { id, project, format } => {
            let found = checkpoint::show(&open::known(&project)?, CheckpointId(id.id))?;
            if format.json { say_json(&found)? } else { show(&found) }
        }
        CheckpointCommand::Diff(args) => diff(&args)?,
        CheckpointCommand::Restore(args) => {
            let project = open::known(&args.how.project)?;
            return put_back(&project, CheckpointId(args.id.id), &args.how, false);
        }
        CheckpointCommand::Undo(how) => {
            let project = open::known(&how.project)?;
            let target = checkpoint::last_safety(&project)?.id;
            return put_back(&project, target, &how, true);
        }
        CheckpointCommand::Pin { id, project } => pin(&project, id, true)?,
        CheckpointCommand::Unpin { id, project } => pin(&project, id, false)?,
        CheckpointCommand::Delete { id, project } => {
            checkpoint::delete(&open::known(&project)?, CheckpointId(id.id))?;
            say(&format!("Checkpoint {} is removed.", id.id));
        }
        CheckpointCommand::Prune { keep, days, project, format } => {
            let rule = Retention { most: keep, days: days.or(Retention::default().days) };
            let gone = checkpoint::prune(&open::known(&project)?, rule)?;
            if format.json {
                say_json(&json!({ "removed": gone }))?;
            } else {
                say(&format!("{} removed.", count(gone.len(), "checkpoint")));
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn create(args: CreateArgs) -> anyhow::Result<()> {
    let project = open::project(&args.project)?;
    let feature = args.feature.map(FeatureId);
    if let Some(feature) = feature {
        project.store.feature(feature)?;
    }
    let new = New {
        name: args.name.unwrap_or_else(|| "by hand".into()),
        kind: CheckpointKind::Manual,
        feature,
        run: None,
        is_pinned: args.pin,
    };
    let created = waiting("saving files and cards", || checkpoint::create(&project, new))?.checkpoint;
    if args.format.json {
        return say_json(&created);
    }
    say(&format!(
        "Checkpoint {}: {}, {} of {} cards passing.",
        created.checkpoint.id,
        count(usize::try_from(created.files).unwrap_or(usize::MAX), "file"),
        created.cards_done,
        created.cards_total
    ));
    tell_left_out(&created);
    Ok(())
}

fn list(project: &OpenProject, format: Format) -> anyhow::Result<()> {
    let all = checkpoint::list(project)?;
    if format.json {
        return say_json(&all);
    }
    if all.is_empty() {
        say("No checkpoints yet. `harness checkpoint create` makes one, and so does each session of a run.");
        return Ok(());
    }
    told::table(&all);
    Ok(())
}

fn diff(args: &DiffArgs) -> anyhow::Result<()> {
    let project = open::known(&args.project)?;
    let (from, to) = (CheckpointId(args.from), args.to.map(CheckpointId));
    if args.patch {
        let patch = waiting("comparing", || checkpoint::patch(&project, from, to))?;
        if std::io::stdout().is_terminal() {
            say_bytes(harmless(&String::from_utf8_lossy(&patch)).as_bytes());
        } else {
            say_bytes(&patch);
        }
        return Ok(());
    }
    let comparison = waiting("comparing", || checkpoint::compare(&project, from, to))?;
    if args.format.json {
        return say_json(&comparison);
    }
    if comparison.files.is_empty() && comparison.cards.is_empty() {
        say("Nothing differs.");
    }
    tell(&comparison);
    Ok(())
}

fn pin(project: &ProjectArg, id: Id, is_pinned: bool) -> anyhow::Result<()> {
    checkpoint::pin(&open::known(project)?, CheckpointId(id.id), is_pinned)?;
    say(&format!(
        "Checkpoint {} {}.",
        id.id,
        if is_pinned { "stays until you remove it" } else { "is no longer pinned" }
    ));
    Ok(())
}

fn put_back(project: &OpenProject, target: CheckpointId, how: &HowArgs, is_undo: bool) -> anyhow::Result<ExitCode> {
    let wanted = checkpoint::show(project, target)?;
    if how.dry_run {
        let preview = waiting("comparing", || checkpoint::preview(project, target))?;
        if how.format.json {
            say_json(&preview)?
        } else {
            tell_preview(&preview)
        }
        return Ok(ExitCode::SUCCESS);
    }
    if !how.yes {
        if !std::io::stdin().is_terminal() {
            bail!("say --yes to put files and cards back without being asked, or --dry-run to see what would change");
        }
        if !how.stop {
            // Refused before anybody has to answer a question.
            drop(take_over(project, false)?);
        }
        tell_preview(&waiting("comparing", || checkpoint::preview(project, target))?);
        if !confirmed(&wanted)? {
            say("Nothing was changed.");
            return Ok(ExitCode::SUCCESS);
        }
    }
    let alone = take_over(project, how.stop)?;
    let restored = waiting("putting files and cards back", || match is_undo {
        true => checkpoint::undo(project, &alone),
        false => checkpoint::restore(project, target, &alone),
    })?;
    if how.format.json {
        say_json(&restored)?;
    } else {
        tell_restored(&restored, &wanted);
    }
    if restored.unverified.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    complain(&format!(
        "{} differ from the checkpoint: something writes to the project. Close it and restore again",
        count(restored.unverified.len(), "file")
    ));
    Ok(ExitCode::FAILURE)
}

/// Makes sure that no run is under way and none can start; ends one first when asked to.
fn take_over(project: &OpenProject, should_stop: bool) -> anyhow::Result<Instance> {
    let activity = format!("checkpoint restore {}", project.dir().display());
    let take = || Instance::take(&project.app.home, &activity, project.app.clock.as_ref());
    let held = match take() {
        Err(error @ EngineError::HeldByAnother { .. }) => error,
        taken => return Ok(taken?),
    };
    let is_ours = project.store.runs_unfinished()?.iter().any(|run| harness_agent::is_alive(run.host));
    if !is_ours {
        return Err(held.into());
    }
    if !should_stop {
        bail!("a run is under way in {}: wait for its end, or say --stop to end it first", project.project.name);
    }
    session::request(project, "stop")?;
    let deadline = Instant::now() + STOP_PATIENCE;
    waiting("waiting for the run to end", || {
        loop {
            match take() {
                Err(EngineError::HeldByAnother { .. }) if Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(50));
                }
                taken => return taken,
            }
        }
    })
    .context("the run did not end")
}

fn confirmed(wanted: &CheckpointView) -> anyhow::Result<bool> {
    let mut out = std::io::stdout().lock();
    write!(out, "Put everything back as it was at {}? [y/N] ", time(wanted.checkpoint.created_at_ms))?;
    out.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes"))
}
