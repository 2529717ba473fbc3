//! Interviews: a person and an agent work a specification out in a conversation.

use crate::id::InterviewId;
use serde::{Deserialize, Serialize};
use specta::Type;

/// An interview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Type)]
pub struct Interview {
    /// Its number.
    pub id: InterviewId,
    /// The specification that it is about: `main`, or a name of its own.
    pub spec: String,
    /// How far it is.
    pub state: InterviewState,
    /// The scenario's name when a scripted model answers.
    pub rehearsal: Option<String>,
    /// The model asked for, if not the CLI's default.
    pub model: Option<String>,
    /// Money to spend at most, in US dollars.
    pub budget_usd: f64,
    /// Money spent so far, in US dollars, as the CLI reports it after each answer.
    pub cost_usd: f64,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub started_at_ms: i64,
    /// UTC, in milliseconds since 1970.
    #[specta(type = Option<f64>)]
    pub ended_at_ms: Option<i64>,
}

/// How far an interview is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum InterviewState {
    /// It goes on, whether or not anybody speaks now.
    Open,
    /// Its draft became the specification.
    Accepted,
    /// A person ended it without that.
    Ended,
}

impl InterviewState {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            InterviewState::Open => "open",
            InterviewState::Accepted => "accepted",
            InterviewState::Ended => "ended",
        }
    }

    /// The state of that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Open, Self::Accepted, Self::Ended].into_iter().find(|state| state.as_str() == word)
    }
}

/// Who said something in an interview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The person.
    Person,
    /// The agent.
    Agent,
}

impl Speaker {
    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Speaker::Person => "person",
            Speaker::Agent => "agent",
        }
    }

    /// The speaker of that word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Person, Self::Agent].into_iter().find(|speaker| speaker.as_str() == word)
    }
}

/// One thing that was said in an interview.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
pub struct Remark {
    /// Its number, larger for later ones.
    pub id: u32,
    /// Who.
    pub speaker: Speaker,
    /// What, without credentials.
    pub text: String,
    /// UTC, in milliseconds since 1970.
    #[specta(type = f64)]
    pub at_ms: i64,
}
