//! `harness features`: look at features and change them.

use crate::{
    args::{Format, ProjectArg},
    open,
    print::{say, say_json, say_table},
};
use clap::{Args, Subcommand};
use harness_domain::{
    event::Event,
    feature::{Actor, Feature, Kind, NewFeature},
    id::FeatureId,
    layer::Layer,
    split::Draft,
};
use harness_engine::{
    OpenProject, redact,
    toolbox::{FeatureView, evidence_of_all},
};
use harness_store::{FeatureEdit, import::read_foreign};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum FeaturesCommand {
    /// List all cards in queue order
    List {
        #[command(flatten)]
        project: ProjectArg,
        /// Only cards with this status; bugs are also found by open, analyzing, fixing and resolved
        #[arg(long, value_parser = STATUSES)]
        status: Option<String>,
        #[command(flatten)]
        format: Format,
    },
    /// Show one card with its evidence and history
    Show {
        /// The card's number, as `harness features list` shows it
        id: u32,
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
    /// Add a feature
    Add(AddArgs),
    /// Change a card
    Edit(EditArgs),
    /// Put a card behind the others of its layer
    Skip(One),
    /// Put a card at the front of the queue
    Pin(One),
    /// Let a pinned card go back to its place
    Unpin(One),
    /// Give a parked or waiting card another try, with no attempts counted
    Retry(One),
    /// Say that a passing card fails; a fix is created for it
    Fail {
        /// The card's number
        id: u32,
        /// What fails and how it was seen
        #[arg(long)]
        reason: String,
        #[command(flatten)]
        project: ProjectArg,
    },
    /// Remove a card
    Remove(One),
    /// Choose what must pass before a card can start
    Depend {
        /// The card's number
        id: u32,
        /// Cards that must pass first, as 3,5; none removes all
        #[arg(long, value_name = "ID", value_delimiter = ',', num_args = 0..)]
        on: Vec<u32>,
        #[command(flatten)]
        project: ProjectArg,
    },
    /// Adopt the features.db of an older project
    Import {
        /// The database file
        file: PathBuf,
        #[command(flatten)]
        project: ProjectArg,
    },
}

/// One card of a project.
#[derive(Debug, Args)]
pub struct One {
    /// The card's number, as `harness features list` shows it
    pub id: u32,
    #[command(flatten)]
    pub project: ProjectArg,
}

#[derive(Debug, Args)]
pub struct AddArgs {
    /// A short title
    pub name: String,
    /// What is to be built
    #[arg(long, default_value = "", hide_default_value = true)]
    pub description: String,
    /// Decides the architectural layer, such as database, api or pages
    #[arg(long, default_value = "functional")]
    pub category: String,
    /// An acceptance step; repeat it for more
    #[arg(long = "step", value_name = "TEXT")]
    pub steps: Vec<String>,
    /// Lower goes first within a layer; behind all others otherwise
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub priority: Option<i32>,
    /// From 0 (skeleton) to 8 (quality), instead of the category's
    #[arg(long, value_name = "0-8", value_parser = layer)]
    pub layer: Option<Layer>,
    /// Cards that must pass first, as 3,5
    #[arg(long = "depends-on", value_delimiter = ',', value_name = "ID")]
    pub depends_on: Vec<u32>,
    /// A command of its own that must succeed; repeat it for more
    #[arg(long = "check", value_name = "COMMAND")]
    pub checks: Vec<String>,
    /// The model to use for it, instead of the run's
    #[arg(long)]
    pub model: Option<String>,
    #[command(flatten)]
    pub project: ProjectArg,
    #[command(flatten)]
    pub format: Format,
}

#[derive(Debug, Args)]
pub struct EditArgs {
    /// The card's number, as `harness features list` shows it
    pub id: u32,
    /// A new title
    #[arg(long)]
    pub name: Option<String>,
    /// What is to be built
    #[arg(long)]
    pub description: Option<String>,
    /// Replaces the acceptance steps; repeat it for more
    #[arg(long = "step", value_name = "TEXT")]
    pub steps: Option<Vec<String>>,
    /// Decides the architectural layer
    #[arg(long)]
    pub category: Option<String>,
    /// Lower goes first within a layer
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    pub priority: Option<i32>,
    /// From 0 (skeleton) to 8 (quality)
    #[arg(long, value_name = "0-8", value_parser = layer)]
    pub layer: Option<Layer>,
    /// The model to use for it; empty for the run's
    #[arg(long)]
    pub model: Option<String>,
    /// Replaces the card's own check commands; repeat it for more
    #[arg(long = "check", value_name = "COMMAND")]
    pub checks: Option<Vec<String>>,
    #[command(flatten)]
    pub project: ProjectArg,
}

/// Every word that a list shows as a status.
const STATUSES: [&str; 10] = [
    "pending",
    "in_progress",
    "passing",
    "failing",
    "needs_input",
    "blocked",
    "open",
    "analyzing",
    "fixing",
    "resolved",
];

fn layer(text: &str) -> Result<Layer, String> {
    let number = text.parse::<u64>().map_err(|_| format!("{text:?} is not a number from 0 to 8"))?;
    Layer::new(number).map_err(|error| error.to_string())
}

pub fn obey(command: FeaturesCommand) -> anyhow::Result<()> {
    match command {
        FeaturesCommand::List { project, status, format } => list(&open::known(&project)?, status.as_deref(), format),
        FeaturesCommand::Show { id, project, format } => show(&open::known(&project)?, FeatureId(id), format),
        FeaturesCommand::Add(args) => add(args),
        FeaturesCommand::Edit(args) => edit(args),
        FeaturesCommand::Skip(one) => change(&one, "skipped by a person", |project, id, reason| {
            project.store.skip(id, &project.cause(Actor::Person, None, reason)).map(drop)
        }),
        FeaturesCommand::Pin(one) => change(&one, "pinned by a person", |project, id, reason| {
            project.store.pin(id, true, &project.cause(Actor::Person, None, reason)).map(drop)
        }),
        FeaturesCommand::Unpin(one) => change(&one, "unpinned by a person", |project, id, reason| {
            project.store.pin(id, false, &project.cause(Actor::Person, None, reason)).map(drop)
        }),
        FeaturesCommand::Retry(one) => change(&one, "another try, asked for by a person", |project, id, reason| {
            project.store.retry(id, &project.cause(Actor::Person, None, reason)).map(drop)
        }),
        FeaturesCommand::Fail { id, reason, project } => {
            anyhow::ensure!(!reason.trim().is_empty(), "say what fails and how it was seen: the fix starts from that");
            let project = open::known(&project)?;
            let cause = project.cause(Actor::Person, None, &reason);
            let (_, fix) = project.store.mark_failing(FeatureId(id), &reason, &cause)?;
            say(&format!("#{id} is failing; #{} mends it.", fix.id));
            Ok(())
        }
        FeaturesCommand::Remove(one) => remove(&one),
        FeaturesCommand::Depend { id, on, project } => {
            let project = open::known(&project)?;
            let needs: Vec<FeatureId> = on.into_iter().map(FeatureId).collect();
            let cause = project.cause(Actor::Person, None, "dependencies chosen by a person");
            project.store.dependency_set(FeatureId(id), &needs, &cause)?;
            show(&project, FeatureId(id), Format { json: false })
        }
        FeaturesCommand::Import { file, project } => import(&open::project(&project)?, &file),
    }
}

fn list(project: &OpenProject, status: Option<&str>, format: Format) -> anyhow::Result<()> {
    let mut views = evidence_of_all(&project.store)?;
    if let Some(status) = status {
        views.retain(|view| view.status == status || view.bug_status == Some(status));
    }
    if format.json {
        return say_json(&views);
    }
    if let (true, Some(status)) = (views.is_empty(), status) {
        say(&format!("No card is {}.", status.replace('_', " ")));
        return Ok(());
    }
    if views.is_empty() {
        say(
            "No features yet. `harness run DIR` makes them from prompts/app_spec.txt, `harness features add` adds one.",
        );
        return Ok(());
    }
    let rows: Vec<Vec<String>> = views.iter().map(row).collect();
    say_table(&["ID", "KIND", "STATUS", "LAYER", "PRIO", "NEEDS", "TRIES", "EVIDENCE", "NAME"], &rows);
    Ok(())
}

fn row(view: &FeatureView) -> Vec<String> {
    let numbers = |ids: &[FeatureId]| ids.iter().map(|id| id.0.to_string()).collect::<Vec<_>>().join(",");
    let evidence = match &view.evidence {
        None => "-".into(),
        Some(evidence) => {
            let commit = evidence.commit.as_deref().and_then(|commit| commit.get(..8)).unwrap_or("-");
            let mark = if evidence.is_passing { "ok" } else { "FAILED" };
            let quick = if evidence.is_quick { " quick" } else { "" };
            let warned = if evidence.warnings.is_empty() { "" } else { " !" };
            format!("{mark} {commit}{quick}{warned}")
        }
    };
    vec![
        view.id.to_string(),
        view.kind.as_str().into(),
        view.bug_status.unwrap_or(view.status).into(),
        format!("{} {}", view.layer, view.layer_name),
        view.priority.to_string(),
        numbers(&view.dependencies),
        view.attempts.to_string(),
        evidence,
        view.name.clone(),
    ]
}

fn show(project: &OpenProject, id: FeatureId, format: Format) -> anyhow::Result<()> {
    let view = open::toolbox(project.clone()).get(id)?;
    let evidence = project.store.evidence_of(id)?;
    let history = project.store.history(id)?;
    if format.json {
        let mut json = serde_json::to_value(&view)?;
        json["history"] = serde_json::to_value(&history)?;
        json["evidence_history"] = serde_json::to_value(&evidence)?;
        return say_json(&json);
    }
    say(&format!("#{} {}  [{}, {}]", view.id, view.name, view.kind.as_str(), view.bug_status.unwrap_or(view.status)));
    say(&format!("{} · layer {} {} · priority {}", view.category, view.layer, view.layer_name, view.priority));
    if !view.description.is_empty() {
        say(&format!("\n{}", view.description));
    }
    for (number, step) in (1..).zip(&view.steps) {
        say(&format!("  {number}. {step}"));
    }
    for line in links(&view) {
        say(&line);
    }
    if let Some(note) = &view.note {
        say(&format!("\nNote: {note}"));
    }
    for evidence in &evidence {
        let mark = if evidence.is_passing { "passing" } else { "failed" };
        say(&format!("\nEvidence {} ({mark}, {}):", evidence.id, time(evidence.at_ms)));
        for result in &evidence.results {
            let code = result.exit_code.map_or_else(|| "killed".into(), |code| code.to_string());
            say(&format!("  {}  exit {code}  {:.1} s", result.check.command, f64::from(result.duration_ms) / 1000.0));
        }
        for warning in &evidence.warnings {
            say(&format!("  ! {warning}"));
        }
    }
    say("\nHistory:");
    for change in &history {
        say(&format!("  {}  {}  by {}: {}", time(change.at_ms), change.to.as_str(), change.actor, change.reason));
    }
    Ok(())
}

/// What a card hangs on, and what a person chose for it.
fn links(view: &FeatureView) -> Vec<String> {
    let needs = view.dependencies.iter().map(|id| format!("#{id}")).collect::<Vec<_>>().join(", ");
    let lines = [
        (!needs.is_empty()).then(|| format!("Needs: {needs}")),
        view.parent_id.map(|parent| format!("Mends: #{parent}")),
        (!view.checks.is_empty()).then(|| format!("Its own checks: {}", view.checks.join("; "))),
        view.model.as_ref().map(|model| format!("Model: {model}")),
        view.is_pinned.then(|| "Pinned to the front of the queue".to_owned()),
    ];
    lines.into_iter().flatten().collect()
}

/// A time as the person's clock shows it.
pub fn time(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms)
        .map(|time| time.to_zoned(jiff::tz::TimeZone::system()).strftime("%F %T").to_string())
        .unwrap_or_else(|_| at_ms.to_string())
}

fn add(args: AddArgs) -> anyhow::Result<()> {
    let project = open::project(&args.project)?;
    let feature = NewFeature {
        kind: Kind::Feature,
        category: args.category,
        description: args.description,
        steps: args.steps,
        priority: args.priority,
        layer: args.layer,
        dependencies: args.depends_on.into_iter().map(FeatureId).collect(),
        model: args.model,
        checks: args.checks,
        ..NewFeature::named(args.name)
    };
    refuse_secrets(&feature)?;
    let cause = project.cause(Actor::Person, None, "added by a person");
    let created = project.store.feature_create(vec![Draft::from(feature)], &cause)?;
    project.publish(Event::FeaturesCreated { features: created.iter().map(|feature| feature.id).collect() });
    for feature in created {
        if args.format.json {
            say_json(&FeatureView::new(feature, None))?;
        } else {
            say(&format!("#{} {} was added.", feature.id, feature.name));
        }
    }
    Ok(())
}

/// Cards are stored, shown to agents and named in commits.
fn refuse_secrets(words: &impl std::fmt::Debug) -> anyhow::Result<()> {
    Ok(redact::refuse_secret("the feature", &format!("{words:?}"))?)
}

fn edit(args: EditArgs) -> anyhow::Result<()> {
    let project = open::known(&args.project)?;
    let edit = FeatureEdit {
        name: args.name,
        description: args.description,
        steps: args.steps,
        category: args.category,
        priority: args.priority,
        layer: args.layer,
        model: args.model.map(|model| Some(model).filter(|model| !model.is_empty())),
        checks: args.checks,
    };
    anyhow::ensure!(edit != FeatureEdit::default(), "nothing to change: name at least one of the options");
    refuse_secrets(&edit)?;
    let feature =
        project.store.edit(FeatureId(args.id), edit, &project.cause(Actor::Person, None, "edited by a person"))?;
    project.publish(Event::FeaturesEdited { features: vec![feature.id] });
    show(&project, feature.id, Format { json: false })
}

fn change(
    one: &One,
    reason: &str,
    act: impl FnOnce(&OpenProject, FeatureId, &str) -> harness_store::Result<()>,
) -> anyhow::Result<()> {
    let project = open::known(&one.project)?;
    let id = FeatureId(one.id);
    act(&project, id, reason)?;
    let Feature { name, status, .. } = project.store.feature(id)?;
    say(&format!("#{id} {name}: {reason} (now {})", status.as_str()));
    Ok(())
}

fn remove(one: &One) -> anyhow::Result<()> {
    let project = open::known(&one.project)?;
    let name = project.store.feature(FeatureId(one.id))?.name;
    let detached =
        project.store.remove(FeatureId(one.id), &project.cause(Actor::Person, None, "removed by a person"))?;
    say(&format!("#{} {name} was removed.", one.id));
    if !detached.is_empty() {
        let fixes = detached.iter().map(|id| format!("#{id}")).collect::<Vec<_>>().join(", ");
        say(&format!("Its fixes stand on their own now: {fixes}."));
    }
    Ok(())
}

fn import(project: &OpenProject, file: &std::path::Path) -> anyhow::Result<()> {
    let features = read_foreign(file)?;
    let done = project
        .store
        .import(features, &project.cause(Actor::Person, None, format!("imported from {}", file.display())))?;
    say(&format!("{} cards were imported with their numbers, states and dependencies.", done.features));
    for warning in done.warnings {
        say(&format!("! {warning}"));
    }
    Ok(())
}
