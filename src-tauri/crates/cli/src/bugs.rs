//! `harness bugs`: report bugs and see what became of them.

use crate::{
    args::{Format, ProjectArg},
    open,
    print::{say, say_json, say_table},
};
use clap::Subcommand;
use harness_domain::{feature::Kind, id::FeatureId};

#[derive(Debug, Subcommand)]
pub enum BugsCommand {
    /// Report a bug; it goes before every feature in the queue
    Report {
        /// A short title
        name: String,
        /// What is wrong
        #[arg(long, default_value = "", hide_default_value = true)]
        description: String,
        /// A step to see it; repeat it for more
        #[arg(long = "step", value_name = "TEXT")]
        steps: Vec<String>,
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
    /// List the bugs
    List {
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
    /// Show a bug and its fixes
    Show {
        /// The bug's number, as `harness bugs list` shows it
        id: u32,
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
}

pub fn obey(command: BugsCommand) -> anyhow::Result<()> {
    match command {
        BugsCommand::Report { name, description, steps, project, format } => {
            let project = open::project(&project)?;
            let bug = harness_engine::bugs::report(&project, &name, &description, steps)?;
            if format.json {
                return say_json(&open::toolbox(project).get(bug.id)?);
            }
            say(&format!("#{} {} is reported; the next session looks at it.", bug.id, bug.name));
        }
        BugsCommand::List { project, format } => {
            let toolbox = open::toolbox(open::known(&project)?);
            let cards = toolbox.project().store.feature_summaries()?;
            let bugs = cards.into_iter().filter(|card| card.kind == Kind::Bug);
            let reports = bugs.map(|bug| toolbox.bug_status(bug.id)).collect::<Result<Vec<_>, _>>()?;
            if format.json {
                return say_json(&reports);
            }
            if reports.is_empty() {
                say("No bugs are reported. `harness bugs report TITLE` reports one.");
                return Ok(());
            }
            let rows: Vec<Vec<String>> = reports
                .iter()
                .map(|report| {
                    let fixes = format!("{}/{}", report.fixes_passing, report.fixes_total);
                    vec![report.bug.id.to_string(), report.status.into(), fixes, report.bug.name.clone()]
                })
                .collect();
            say_table(&["ID", "STATUS", "FIXES", "NAME"], &rows);
        }
        BugsCommand::Show { id, project, format } => {
            let report = open::toolbox(open::known(&project)?).bug_status(FeatureId(id))?;
            if format.json {
                return say_json(&report);
            }
            say(&format!("#{} {}  [{}]", report.bug.id, report.bug.name, report.status));
            say(&report.bug.description);
            for fix in &report.fixes {
                say(&format!("  #{} {}  [{}]", fix.id, fix.name, fix.status));
            }
        }
    }
    Ok(())
}
