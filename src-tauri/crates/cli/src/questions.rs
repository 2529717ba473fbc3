//! `harness questions`: see and answer what agents asked.

use crate::{
    args::{Format, ProjectArg},
    open,
    print::{say, say_json},
    waiting,
};
use anyhow::Context;
use clap::Subcommand;
use harness_domain::{
    id::RequestId,
    request::{RequestKind, RequestState},
};
use harness_engine::requests;

#[derive(Debug, Subcommand)]
pub enum QuestionsCommand {
    /// List the questions that wait for an answer, with their options
    List {
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
    /// Answer a question; its card goes back into the queue
    #[command(after_help = "\
For example: harness questions answer 4 'Yes, with a space'
             harness questions answer 5 2 yes ''            an answer for each part; options by number
             harness questions answer 5 '{\"provider\": \"Stripe\", \"test\": true}'")]
    Answer {
        /// The question's number, as `harness questions list` shows it
        id: u32,
        /// The answer: in words, or the number of an option; one for each part of the question, or JSON for all of them
        #[arg(required = true, value_name = "ANSWER")]
        answers: Vec<String>,
        /// Answer in your own words, whatever the parts of the question are
        #[arg(long)]
        free: bool,
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
}

pub fn obey(command: QuestionsCommand) -> anyhow::Result<()> {
    match command {
        QuestionsCommand::List { project, format } => {
            waiting::show_open(&open::known(&project)?, format, Some(RequestKind::Question))
        }
        QuestionsCommand::Answer { id, answers, free, project, format } => {
            let project = open::known(&project)?;
            let is_waiting =
                project.store.request(RequestId(id)).is_ok_and(|request| request.state == RequestState::Pending);
            let answered = requests::answer(&project, RequestId(id), &answers, free)
                .with_context(|| format!("question {id} was not answered; see `harness questions list`"))?;
            if format.json {
                return say_json(&answered);
            }
            say(&match answered.feature {
                _ if is_waiting && answered.deadline_ms.is_some() => "Answered; the agent goes on.".to_owned(),
                Some(feature) => format!("Answered; #{feature} goes on with the next run or session."),
                None => "Answered.".to_owned(),
            });
            Ok(())
        }
    }
}
