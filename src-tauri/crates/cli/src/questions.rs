//! `harness questions`: see and answer what agents asked.

use crate::{
    args::{Format, ProjectArg},
    features::time,
    open,
    print::{say, say_json},
};
use anyhow::Context;
use clap::Subcommand;
use harness_domain::{feature::Actor, id::QuestionId};
use harness_store::Question;

#[derive(Debug, Subcommand)]
pub enum QuestionsCommand {
    /// List the questions that wait for an answer
    List {
        #[command(flatten)]
        project: ProjectArg,
        #[command(flatten)]
        format: Format,
    },
    /// Answer a question; its card goes back into the queue
    Answer {
        /// The question's number, as `harness questions list` shows it
        id: u32,
        /// The answer in words
        answer: String,
        #[command(flatten)]
        project: ProjectArg,
    },
}

pub fn obey(command: QuestionsCommand) -> anyhow::Result<()> {
    match command {
        QuestionsCommand::List { project, format } => {
            let open = open::project(&project)?.store.questions_open()?;
            if format.json {
                return say_json(&open);
            }
            if open.is_empty() {
                say("No question waits for an answer.");
            }
            for question in &open {
                say(&format!(
                    "{}  #{}  {}  {}",
                    question.id,
                    question.feature,
                    time(question.asked_at_ms),
                    words(question)
                ));
            }
        }
        QuestionsCommand::Answer { id, answer, project } => {
            let project = open::project(&project)?;
            let open = project.store.questions_open()?;
            let question = open.iter().find(|question| question.id == QuestionId(id));
            let question = question
                .with_context(|| format!("no open question has the number {id}; see `harness questions list`"))?;
            let json = serde_json::Value::String(answer).to_string();
            let cause = project.cause(Actor::Person, None, "answered");
            let answered = project.store.question_answer(question.id, &json, &cause)?;
            say(&format!("Answered; #{} goes on with the next run or session.", answered.feature));
        }
    }
    Ok(())
}

fn words(question: &Question) -> String {
    let parsed: Option<serde_json::Value> = serde_json::from_str(&question.fields_json).ok();
    let text = parsed.as_ref().and_then(|json| json.get("question").or_else(|| json.get("prompt"))?.as_str());
    text.map_or_else(|| question.fields_json.clone(), str::to_owned)
}
