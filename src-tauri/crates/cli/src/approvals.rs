//! `harness approvals`: calls of tools that a rule leaves to a person.

use crate::{
    args::{Format, ProjectArg},
    open,
    print::{say, say_json},
    waiting,
};
use clap::{Args, Subcommand};
use harness_domain::{
    id::RequestId,
    legible::legible,
    request::{Decision, Request, RequestKind, Scope, Word},
};
use harness_engine::{OpenProject, requests};

#[derive(Debug, Subcommand)]
pub enum ApprovalsCommand {
    /// List the calls that wait for your yes or no, each in full
    List {
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
    /// Let a call be made: exactly as it is listed, and nothing else
    #[command(group = clap::ArgGroup::new("reach").args(["once", "run", "always"]))]
    Approve {
        #[command(flatten)]
        which: Which,
        /// For the call that waits, or for the next one like it on the same card (the default)
        #[arg(long)]
        once: bool,
        /// For every call like it in the run that goes on, or in the next run when none does
        #[arg(long)]
        run: bool,
        /// From now on: the command becomes a line in the project's policy file
        #[arg(long)]
        always: bool,
    },
    /// Refuse a call; the agent is told, and its card goes on
    Deny {
        #[command(flatten)]
        which: Which,
        /// What the agent is to know or to do instead
        #[arg(long, value_name = "TEXT")]
        reason: Option<String>,
        /// Every call like it in the run that goes on, or in the next run when none does
        #[arg(long, conflicts_with = "always")]
        run: bool,
        /// From now on: the command becomes a `deny` line in the project's policy file
        #[arg(long)]
        always: bool,
    },
}

#[derive(Debug, Args)]
pub struct Which {
    /// The request's number, as `harness approvals list` shows it
    id: u32,
    #[command(flatten)]
    project: ProjectArg,
    #[command(flatten)]
    format: Format,
}

pub fn obey(command: ApprovalsCommand) -> anyhow::Result<()> {
    match command {
        ApprovalsCommand::List { project, format } => {
            waiting::show_open(&open::known(&project)?, format, Some(RequestKind::Approval))
        }
        ApprovalsCommand::Approve { which, run, always, once: _ } => {
            decide(&which, Word { decision: Decision::Approved, scope: scope(run, always), remark: None })
        }
        ApprovalsCommand::Deny { which, reason, run, always } => {
            decide(&which, Word { decision: Decision::Denied, scope: scope(run, always), remark: reason })
        }
    }
}

fn scope(run: bool, always: bool) -> Scope {
    match (run, always) {
        (_, true) => Scope::Always,
        (true, false) => Scope::Run,
        (false, false) => Scope::Once,
    }
}

fn decide(which: &Which, word: Word) -> anyhow::Result<()> {
    let project = open::known(&which.project)?;
    let decided = requests::decide(&project, RequestId(which.id), &word)?;
    if which.format.json {
        return say_json(&decided);
    }
    say(&told(&project, &decided, &word));
    Ok(())
}

/// What a word means, in a sentence.
pub fn told(project: &OpenProject, decided: &Request, word: &Word) -> String {
    let subject = decided.call.as_ref().map(|call| legible(&call.subject)).unwrap_or_default();
    let what = match word.decision {
        Decision::Approved => "Approved",
        Decision::Denied => "Denied",
    };
    let reach = match word.scope {
        Scope::Once => "once".to_owned(),
        Scope::Run => "for the run".to_owned(),
        Scope::Always => {
            let entry = requests::policy_entry(project, decided, word.decision).unwrap_or_default();
            let file = project.app.home.project_policy(project.project.id);
            let what = match word.decision {
                Decision::Approved => format!("every command that begins with `{entry}` may run now"),
                Decision::Denied => format!("no command with the words `{entry}` may run any more"),
            };
            format!("always: {what}, see {}", file.display())
        }
    };
    let card = decided.feature.filter(|_| decided.deadline_ms.is_none());
    let card = card.map(|feature| format!("; #{feature} goes on with the next session or run")).unwrap_or_default();
    format!(
        "{what} {reach}{card}.\n{}",
        subject.lines().map(|line| format!("   | {line}")).collect::<Vec<_>>().join("\n")
    )
}
